import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answer, ask, raw, Script, say, stall, together, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";
import { toleratesViolations } from "../../support/wire-violations.js";

const hello = JSON.stringify({ content: [{ type: "text", text: "hello" }] });

describe.each(seeds)("whatever a server writes, order %s", (seed) => {
  test.each([
    ["noise between lines", 'debug: working\n{"jsonrpc":"2.0","id":2,"result":HELLO}\n', 1],
    ["blank lines and CRLF", '\r\n\n{"jsonrpc":"2.0","id":2,"result":HELLO}\r\n', 0],
    ["a byte order mark", '\uFEFF{"jsonrpc":"2.0","id":2,"result":HELLO}\n', 0],
    ["a batch", '[{"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":2,"result":HELLO}]\n', 0],
    ["a batch with garbage in it", '[1,null,[],[{"id":2,"result":{}}],{"jsonrpc":"2.0","id":2,"result":HELLO}]\n', 4],
    ["an empty batch", '[]\n{"jsonrpc":"2.0","id":2,"result":HELLO}\n', 0],
    [
      "unknown notifications",
      '{"jsonrpc":"2.0","method":"notifications/x","params":{}}\n{"jsonrpc":"2.0","id":2,"result":HELLO}\n',
      0,
    ],
    [
      "notifications with odd parameters",
      '{"method":"notifications/progress","params":[1]}\n{"method":"notifications/cancelled","params":5}\n{"id":2,"result":HELLO}\n',
      1,
    ],
    ["no version", '{"id":2,"result":HELLO}\n', 0],
    ["spaces around", '   {"id":2,"result":HELLO}   \n', 0],
  ])("an answer is heard in spite of %s", async (_, text, invalid) => {
    const stage = await connectInMemory(new Script().tool("work", raw(text.replaceAll("HELLO", hello)), stall()), {
      seed,
    });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    expect(textOf(call.value)).toBe("hello");
    expect(stage.client.stats.messages.invalid).toBe(invalid);
    expect(stage.crashes).toEqual([]);
  });

  test("an answer in 1-byte chunks, and 100 answers in one write", async () => {
    const bytes = [...`{"jsonrpc":"2.0","id":2,"result":${hello}}\n`].map((letter) => raw(letter));
    const stage = await connectInMemory(new Script().tool("slowly", ...bytes).tool("work", wait(10), say("done")), {
      seed,
      maxInFlight: 200,
    });

    expect(textOf(await stage.drive(stage.client.callTool("slowly")))).toBe("hello");
    const many = await stage.drive(Promise.all(Array.from({ length: 100 }, () => stage.client.callTool("work"))));
    expect(many).toHaveLength(100);
  });

  test("M22 its requests are answered: ping with nothing, everything else with −32601, whatever the id", async () => {
    // A server whose id is a fraction gets it back, though the specification has none.
    toleratesViolations();
    const asks = [
      ask("ping"),
      ask("roots/list"),
      ask("sampling/createMessage", { messages: [] }),
      ask("__proto__"),
      raw('{"jsonrpc":"2.0","id":0.5,"method":"ping"}\n'),
      raw('{"jsonrpc":"2.0","id":"","method":"x"}\n'),
      raw('{"jsonrpc":"2.0","id":2,"method":"ping"}\n'),
    ];
    const stage = await connectInMemory(new Script().tool("work", ...asks, say("done")), { seed });

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");

    await stage.drive(stage.client.ping());

    const error = { code: -32_601, message: "Method not found" };
    const answers = stage.server.received.filter(({ method }) => method === undefined);
    // Each goes out when it is ready.
    expect(answers).toHaveLength(7);
    expect(answers).toEqual(
      expect.arrayContaining([
        { jsonrpc: "2.0", id: "ask-1", result: {} },
        { jsonrpc: "2.0", id: "ask-2", error },
        { jsonrpc: "2.0", id: "ask-3", error },
        { jsonrpc: "2.0", id: "ask-4", error },
        { jsonrpc: "2.0", id: 0.5, result: {} },
        { jsonrpc: "2.0", id: "", error },
        { jsonrpc: "2.0", id: 2, result: {} },
      ]),
    );
  });

  test("`__proto__` keys anywhere pollute nothing", async () => {
    const poison = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const lines = [
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"__proto__":{"progressToken":"own"},"progress":1}}`,
      `{"__proto__":{"id":2,"result":{}}}`,
      `{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":"x","data":${poison}}}`,
      `{"jsonrpc":"2.0","id":2,"result":{"content":[],"structuredContent":${poison},"_meta":${poison}},"__proto__":{"a":1}}`,
    ];
    const stage = await connectInMemory(new Script().tool("work", raw(`${lines.join("\n")}\n`)), { seed });

    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "own" } }));

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("JSON of any depth and size is no defect", async () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const nested = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
    const lines = [
      deep,
      nested,
      `[${deep}]`,
      `{"jsonrpc":"2.0","method":"notifications/progress","params":${nested}}`,
      `{"jsonrpc":"2.0","id":99,"result":${nested}}`,
      `{"jsonrpc":"2.0","id":2,"result":{"content":[],"structuredContent":{"deep":${deep},"big":"${"x".repeat(1_000_000)}"}}}`,
    ];
    const stage = await connectInMemory(new Script().tool("work", raw(`${lines.join("\n")}\n`)), { seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    expect(call.state).toBe("fulfilled");
    expect(stage.client.stats.restarts.connection).toBe(0);
    expect(stage.crashes).toEqual([]);
  });

  test("a batch of 10,000 is worked off", async () => {
    const one = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"own","progress":N}}';
    const batch = Array.from({ length: 10_000 }, (_, n) => one.replace("N", String(n)));
    const stage = await connectInMemory(new Script().tool("work", raw(`[${batch.join(",")}]\n`), say("done")), {
      seed,
    });
    let count = 0;

    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "own", callback: () => count++ } }));

    expect(count).toBe(10_000);
  });

  test("a message that was cut off by the server's end is dropped, the next incarnation begins anew", async () => {
    const script = new Script()
      .once("resources/read", raw('{"jsonrpc":"2.0","id":2,"resu'), { do: "die" })
      .on("resources/read", answer({ contents: [] }));
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.readResource("file:///a"));
    await stage.clock.advance(1_000);

    expect(call.state).toBe("fulfilled");
    expect(stage.client.stats.messages.invalid).toBe(0);
  });
});

test("no value that a server may send makes a defect, or an answer of what is none", async () => {
  toleratesViolations();
  const message = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        jsonrpc: fc.constant("2.0"),
        id: fc.oneof(fc.jsonValue(), fc.constantFrom(1, 3, 99)),
        method: fc.oneof(fc.jsonValue(), fc.constantFrom("ping", "notifications/progress", "notifications/cancelled")),
        params: fc.oneof(
          fc.jsonValue(),
          fc.record(
            { progressToken: fc.jsonValue(), progress: fc.jsonValue(), requestId: fc.jsonValue() },
            { requiredKeys: [] },
          ),
        ),
        result: fc.jsonValue(),
        error: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(message, fc.array(message, { maxLength: 3 })), { maxLength: 8 }),
      async (messages) => {
        const text = messages.map((each) => `${JSON.stringify(each)}\n`).join("");
        const stage = await connectInMemory(
          new Script().tool("work", together(raw(text), raw(`{"jsonrpc":"2.0","id":2,"result":${hello}}\n`))),
        );
        const call = watch(stage, stage.client.callTool("work"));
        await stage.clock.settle();

        expect(textOf(call.value)).toBe("hello");
        expect(stage.crashes).toEqual([]);
        expect(received(stage, "initialize")).toHaveLength(1);
        await stage.drive(stage.client.close());
      },
    ),
    { numRuns: 100 },
  );
});
