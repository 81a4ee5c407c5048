import { expect, test } from "vitest";
import { raw, Script, say, stall } from "../../../src/testing/index.js";
import { connectInMemory, textOf, watch } from "../../support/memory.js";

/** A line in place of the answer; `ID` stands for the request's id. */
const lines: [string, string][] = [
  ["an id that is a string", '{"jsonrpc":"2.0","id":"ID","result":{"content":[]}}'],
  ["an id that is a float", '{"jsonrpc":"2.0","id":ID.5,"result":{"content":[]}}'],
  ["an id of null", '{"jsonrpc":"2.0","id":null,"result":{"content":[]}}'],
  ["an id that is an object", '{"jsonrpc":"2.0","id":{"__proto__":ID},"result":{"content":[]}}'],
  ["an id beyond all integers", '{"jsonrpc":"2.0","id":1e400,"result":{"content":[]}}'],
  ["neither id nor method", '{"jsonrpc":"2.0","result":{"content":[]}}'],
  ["an array of arrays", "[[[]],[1,null]]"],
  ["a method that is `__proto__`", '{"jsonrpc":"2.0","method":"__proto__","params":{"__proto__":{"polluted":1}}}'],
  [
    "progress whose token is `__proto__`",
    '{"method":"notifications/progress","params":{"progressToken":"__proto__","progress":1}}',
  ],
  ["a request with an id of an object", '{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}'],
];

test.each(lines)("ids as strings, floats, null, `__proto__` keys: %s harms nobody", async (_, line) => {
  const script = new Script().tool("odd", raw(`${line.replaceAll("ID", "2")}\n`), stall()).tool("hello", say("hello"));
  const stage = await connectInMemory(script);

  const odd = watch(stage, stage.client.callTool("odd", {}, { timeout: 1_000 }));
  await stage.clock.advance(1_000);

  expect(odd.error).toMatchObject({ code: "TIMEOUT" });
  expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  expect(Object.prototype).not.toHaveProperty("polluted");
  expect(stage.server.incarnations).toBe(1);
  expect(stage.crashes).toEqual([]);
});

test("`__proto__` keys in a result are keys, and pollute nothing", async () => {
  const body = '{"content":[],"structuredContent":{"__proto__":{"polluted":true},"constructor":{"prototype":{"a":1}}}}';
  const stage = await connectInMemory(new Script().tool("odd", raw(`{"jsonrpc":"2.0","id":2,"result":${body}}\n`)));

  const result = await stage.drive(stage.client.callTool("odd"));

  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
});

test("deep JSON: the call ends, one way or the other, and the connection lives", async () => {
  const depth = 200_000;
  const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const script = new Script()
    .tool("deep", raw(`{"jsonrpc":"2.0","id":2,"result":{"content":[],"structuredContent":${deep}}}\n`))
    .tool("hello", say("hello"));
  const stage = await connectInMemory(script);

  const call = watch(stage, stage.client.callTool("deep", {}, { timeout: 5_000 }));
  await stage.clock.advance(5_000);

  expect(call.state).not.toBe("pending");
  expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  expect(stage.server.incarnations).toBe(1);
  expect(stage.crashes).toEqual([]);
});

test("huge JSON: 100,000 keys of one result arrive whole", async () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => [`key ${index}`, index]);
  const result = { content: [], structuredContent: Object.fromEntries(keys) };
  const stage = await connectInMemory(new Script().tool("huge", { do: "answer", result }));

  const { structuredContent } = await stage.drive(stage.client.callTool("huge"));

  expect(Object.keys(structuredContent ?? {})).toHaveLength(100_000);
});
