import { fileURLToPath } from "node:url";
import { connect } from "caduceus";
import { expect, test } from "vitest";

const puppet = {
  command: process.execPath,
  args: [fileURLToPath(new URL("../fixtures/puppet.mjs", import.meta.url))],
};
const hello = { content: [{ type: "text", text: "hello" }] };

test.each([
  ["a string", '"ID"'],
  ["a float", "ID.5"],
  ["null", "null"],
  ["an object", '{"__proto__":ID}'],
  ["beyond all integers", "1e400"],
])(
  "FAULTS ids as strings · ids as floats · ids of null: an answer whose id is %s is nobody's, and counted",
  async (_, id) => {
    await using client = await connect(puppet, { protocol: "legacy" });
    const line = `{"jsonrpc":"2.0","id":${id},"result":{"content":[]}}`;

    const call = client.callTool("say", { line }, { timeout: 60_000 });
    const end = call.catch((error: unknown) => error);

    // Answered in order: what the other call said has been read by now.
    expect(await client.callTool("hello")).toEqual(hello);
    call.cancel();
    expect(await end).toMatchObject({ code: "CANCELLED" });
    expect(client.stats.responses.unknown + client.stats.messages.invalid).toBe(1);
    expect(client.stats.restarts.incarnations).toBe(1);
  },
);

test("FAULTS `__proto__` keys: wherever they stand, they are keys like any other", async () => {
  await using client = await connect(puppet, { protocol: "legacy" });
  const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const line = [
    `{"jsonrpc":"2.0","method":"__proto__","params":${hostile}}`,
    `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":${hostile}}}`,
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"__proto__","progress":1}}',
    `{"jsonrpc":"2.0","id":ID,"result":{"content":[],"structuredContent":${hostile},"__proto__":{"polluted":1}}}`,
  ].join("\n");

  const result = await client.callTool("say", { line });

  expect(JSON.stringify(result.structuredContent)).toBe(hostile);
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined();
});

test("FAULTS deep JSON: the call ends one way or the other, and the connection lives", async () => {
  await using client = await connect(puppet, { protocol: "legacy" });
  const depth = 100_000;
  const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const line = `{"jsonrpc":"2.0","id":ID,"result":{"content":[],"structuredContent":${deep}}}`;

  await Promise.allSettled([client.callTool("say", { line })]);

  expect(await client.callTool("hello")).toEqual(hello);
  expect(client.stats.restarts.incarnations).toBe(1);
});

test("FAULTS huge JSON: 100,000 keys of one result arrive whole", async () => {
  await using client = await connect(puppet, { protocol: "legacy" });
  const content = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key ${index}`, index]));
  const line = `{"jsonrpc":"2.0","id":ID,"result":{"content":[],"structuredContent":${JSON.stringify(content)}}}`;

  expect((await client.callTool("say", { line })).structuredContent).toEqual(content);
});
