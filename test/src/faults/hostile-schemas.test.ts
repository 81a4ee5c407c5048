import { afterEach, describe, expect, test, vi } from "vitest";
import { answer, ask, Script, say } from "../../../src/testing/index.js";
import { connectOverHttp, httpServer } from "../../support/http.js";
import { errorOf } from "../../support/memory.js";

afterEach(() => void vi.restoreAllMocks());

const good = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
const nested = (levels: number): object => JSON.parse(`${'{"not":'.repeat(levels)}{}${"}".repeat(levels)}`);
const tool = (name: string, outputSchema: object) => ({ name, inputSchema: { type: "object" }, outputSchema });
const content = { content: [], structuredContent: { name: `${"a".repeat(50_000)}!` } };

/** Two tools, one with a bad schema, that both answer the same; what became of a call of each, and what was warned of. */
async function callBoth(bad: object) {
  const tools = [tool("bad", bad), tool("good", good)];
  const script = new Script().on("tools/list", answer({ tools })).on("tools/call", answer(content));
  const { client } = await connectOverHttp(script);
  const warnings: string[] = [];
  client.on("warning", ({ message }) => warnings.push(message));
  await client.listTools();
  const begun = performance.now();
  const [ofBad, ofGood] = await Promise.allSettled([client.callTool("bad"), client.callTool("good")]);
  return { ofBad, ofGood, warnings, took: performance.now() - begun };
}

describe("server-supplied JSON Schemas", () => {
  test.each([
    ["one that is deep", nested(1_000)],
    ["one that is huge", { enum: Array.from({ length: 60_000 }, (_, index) => index) }],
    ["one that applies itself to the same value", { $ref: "#" }],
  ])("FAULTS a deep JSON Schema · a huge JSON Schema: %s fails its own tool's calls, and no others", async (_, bad) => {
    const { ofBad, ofGood } = await callBoth(bad);

    expect(ofBad).toMatchObject({ status: "rejected", reason: { code: "INVALID_RESULT", result: content } });
    expect(ofGood).toMatchObject({ status: "fulfilled" });
  });

  test("FAULTS a JSON Schema with a catastrophic `pattern`: it is matched in linear time", async () => {
    const { ofBad, ofGood, took } = await callBoth({ properties: { name: { type: "string", pattern: "^(a+)+$" } } });

    expect(ofBad).toMatchObject({ status: "rejected", reason: { code: "INVALID_RESULT" } });
    expect(ofGood.status).toBe("fulfilled");
    // Backtracking would take longer than anybody could wait.
    expect(took).toBeLessThan(4_000);
  });

  test("FAULTS a JSON Schema with a catastrophic `pattern`: one without a linear form is ignored with a warning", async () => {
    const { ofBad, warnings } = await callBoth({ properties: { name: { type: "string", pattern: "^(?=a)(a+)+$" } } });

    expect(ofBad.status).toBe("fulfilled");
    expect(warnings).toHaveLength(1);
  });

  test("FAULTS a JSON Schema with a network `$ref`: nothing is fetched, and its own tool alone fails", async () => {
    const fetched = vi.spyOn(globalThis, "fetch");
    const elsewhere = await httpServer(new Script());

    const { ofBad, ofGood } = await callBoth({ $ref: elsewhere.entry.url });

    expect(ofBad).toMatchObject({ status: "rejected", reason: { code: "INVALID_RESULT" } });
    expect(ofGood.status).toBe("fulfilled");
    expect(elsewhere.sockets.most).toBe(0);
    expect(fetched).not.toHaveBeenCalled();
  });

  test.each([
    ["deep", { type: "object", properties: { name: nested(1_000) } }],
    ["with a network `$ref`", { type: "object", properties: { name: { $ref: "https://x.invalid/" } } }],
    ["no object's", { type: "string" }],
  ])(
    "FAULTS a bad elicitation schema: one that is %s fails that request alone, and the server is told",
    async (_, requestedSchema) => {
      const script = new Script()
        .tool("bad", ask("elicitation/create", { message: "Who?", requestedSchema }), say("told"))
        .tool("good", ask("elicitation/create", { message: "Who?", requestedSchema: good }), say("done"));
      const accept = { action: "accept" as const, content: { name: "Ada" } };
      const { client, server } = await connectOverHttp(script, { onElicitation: () => accept });
      const replies = () =>
        server.received.flatMap(({ message }) =>
          message?.method === undefined && message?.id !== undefined ? [message] : [],
        );

      expect(await errorOf(client.callTool("bad").then(() => Promise.reject("told")))).toBe("told");
      await client.callTool("good");

      expect(replies()).toMatchObject([{ error: { code: expect.any(Number) } }, { result: accept }]);
    },
  );
});
