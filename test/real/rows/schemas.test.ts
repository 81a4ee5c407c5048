import { InvalidResultError } from "caduceus";
import { answer, notify, Script, say } from "caduceus/testing";
import { describe, expect, test } from "vitest";
import { collectGarbage } from "../../support/gc.js";
import { wires } from "./rows.js";
import { errorOf, over, textOf } from "./stage.js";

const schema = (type: string) => ({ type: "object", properties: { degrees: { type } }, required: ["degrees"] });
const listed = (name: string, outputSchema: object) => ({ name, inputSchema: { type: "object" }, outputSchema });
const structured = (structuredContent: object) => answer({ content: [], structuredContent });

/** A server whose tool `weather` promises degrees of a type, and gives these. */
const promising = (type: string, degrees: unknown) =>
  new Script()
    .tool("weather", structured({ degrees }))
    .on("tools/list", answer({ tools: [listed("weather", schema(type))] }));

describe.each(wires)("over %s", (wire) => {
  test("M18 structured content that its schema does not allow is rejected, with the original", async () => {
    const { client } = await over(wire, promising("number", "warm"));
    await client.listTools();

    const error = await errorOf(client.callTool("weather"));

    expect(error).toBeInstanceOf(InvalidResultError);
    expect(error).toMatchObject({
      result: { content: [], structuredContent: { degrees: "warm" } },
      cause: [{ path: "/degrees", keyword: "type" }],
    });
  });

  test("M18 a schema is one of 2020-12, and a result with `isError` is exempt from it", async () => {
    const pair = { type: "object", properties: { pair: { prefixItems: [{ type: "string" }], items: false } } };
    const script = new Script()
      .tool("pair", structured({ pair: ["a", "b"] }))
      .tool("failed", answer({ content: [], isError: true }))
      .on("tools/list", answer({ tools: [listed("pair", pair), listed("failed", schema("number"))] }));
    const { client } = await over(wire, script);
    await client.listTools();

    expect(await errorOf(client.callTool("pair"))).toMatchObject({ cause: [{ path: "/pair/1" }] });
    expect(await client.callTool("failed")).toEqual({ content: [], isError: true });
  });

  test("M18 two clients of one name know only their own tools", async () => {
    const [one, two] = await Promise.all([
      over(wire, promising("number", "warm"), { name: "twin" }),
      over(wire, promising("string", "warm"), { name: "twin" }),
    ]);
    await Promise.all([one.client.listTools(), two.client.listTools()]);

    expect(await errorOf(one.client.callTool("weather"))).toBeInstanceOf(InvalidResultError);
    expect(await two.client.callTool("weather")).toMatchObject({ structuredContent: { degrees: "warm" } });
  });

  test("M18 a schema of a list that has changed takes the place of the one before", async () => {
    const lists = (type: string) => answer({ tools: [listed("weather", schema(type)), listed("change", {})] });
    const script = new Script()
      .once("tools/list", lists("number"))
      .on("tools/list", lists("string"))
      .tool("weather", structured({ degrees: "warm" }))
      .tool("change", notify("notifications/tools/list_changed"), answer({ content: [], structuredContent: {} }));
    const { client, of } = await over(wire, script);
    await client.listTools();
    expect(await errorOf(client.callTool("weather"))).toBeInstanceOf(InvalidResultError);

    const changed = new Promise((resolve) => client.on("toolsChanged", () => resolve(undefined)));
    await client.callTool("change");
    await changed;
    await client.listTools();

    expect(await client.callTool("weather")).toMatchObject({ structuredContent: { degrees: "warm" } });
    expect(of("tools/list")).toHaveLength(3);
  });

  test("M18 a thousand refreshes of twenty tools keep the heap", async () => {
    const tools = Array.from({ length: 20 }, (_, index) => ({
      ...listed(`t${index}`, schema(index % 2 === 0 ? "number" : "string")),
      description: "x".repeat(2_000),
    }));
    const script = new Script().on("tools/list", answer({ tools })).tool("hello", say("hello"));
    const { client } = await over(wire, script);
    const refresh = async (times: number) => {
      for (let round = 0; round < times; round++) await client.listTools();
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await refresh(200);
    const after = await refresh(1_000);

    // Were each list kept, it would be 40 MB; what this test itself keeps of the traffic is far less.
    expect(after - before).toBeLessThan(10_000_000);
    expect(textOf(await client.callTool("hello"))).toBe("hello");
  });
});
