import { type Client, createOperation, generateProgressToken } from "caduceus";
import { answer, Script, say } from "caduceus/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wires } from "./rows.js";
import { errorOf, over } from "./stage.js";

const script = new Script().tool("hello", say("hello")).on("prompts/list", answer({ prompts: [] }));
const calls: ((client: Client) => Promise<unknown>)[] = [
  (client) => client.ping(),
  (client) => client.callTool("hello"),
  (client) => client.listTools(),
  (client) => client.listPrompts(),
];

describe.each(wires)("over %s", (wire) => {
  test("M31 whatever is called, ids are positive integers that never come again, and tokens are unique", async () => {
    const { client, sent, restart } = await over(wire, script);

    const batches = fc.array(fc.array(fc.constantFrom(...calls), { maxLength: 8 }), { minLength: 4, maxLength: 8 });
    const programs = fc.sample(batches, 4);
    for (const [index, program] of programs.entries()) {
      for (const batch of program) await Promise.all(batch.map((call) => call(client)));
      if (index === 1) await restart();
    }

    const requests = sent.filter(({ id, method }) => id !== undefined && method !== undefined);
    const ids = requests.map(({ id }) => id);
    expect(ids.every((id) => Number.isInteger(id) && Number(id) > 0)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    const tokens = requests.flatMap(({ params }) => params?._meta?.progressToken ?? []);
    expect(tokens.length).toBeGreaterThan(0);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test("M31 a token of the caller's goes out as it is; what is no string and no integer is refused here", async () => {
    const { client, of, sent } = await over(wire, script);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.maxSafeInteger()), async (token) => {
        await client.callTool("hello", {}, { progress: { token } });
        expect(of("tools/call").at(-1)?.params?._meta?.progressToken).toBe(token);
      }),
      { numRuns: 40 },
    );
    const before = sent.length;
    const bad = fc.oneof(fc.double({ noInteger: true }), fc.boolean(), fc.constant(null), fc.object(), fc.bigInt());
    await fc.assert(
      fc.asyncProperty(bad, async (token) => {
        const options = { progress: { token: token as never } };
        expect(await errorOf(client.callTool("hello", {}, options))).toMatchObject({ code: "INVALID_REQUEST" });
        expect(() => createOperation({ method: "ping", ...options })).toThrow(/token/);
      }),
      { numRuns: 40 },
    );

    expect(sent).toHaveLength(before);
    expect(new Set(Array.from({ length: 1_000 }, () => generateProgressToken())).size).toBe(1_000);
  });
});
