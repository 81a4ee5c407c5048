import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  createOperation,
  InvalidRequestError,
  InvalidResultError,
  ProtocolError,
  type StandardSchema,
} from "../../../src/index.js";
import { answer, echo, fail, Script, say, stall } from "../../../src/testing/index.js";
import { connectInMemory, received, textOf, watch, welcome } from "../../support/memory.js";

const script = new Script()
  .tool("work", say("done"))
  .tool("refuse", fail(-32_602, "bad\u001b[31m args\nplease", { field: "n" }))
  .tool("error", answer({ content: [{ type: "text", text: "it went wrong" }], isError: true }))
  .tool("odd", answer({ content: "nothing" }))
  .on("custom/thing", answer({ count: 5 }))
  .on("resources/read", answer({ contents: [{ uri: "file:///a", text: "a" }] }));

describe("M3 three kinds of bad outcome are told apart by type", () => {
  test("a result with isError resolves: it is the tool's answer", async () => {
    const stage = await connectInMemory(script);

    const result = await stage.drive(stage.client.callTool("error"));

    expect(result.isError).toBe(true);
    expect(textOf(result)).toBe("it went wrong");
  });

  test("a protocol error rejects; code, message and data are kept, the message cleaned", async () => {
    const stage = await connectInMemory(script);
    const call = watch(stage, stage.client.callTool("refuse"));
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(ProtocolError);
    expect(call.error).toMatchObject({ rpcCode: -32_602, data: { field: "n" }, outcome: "completed", attempts: 1 });
    expect((call.error as Error).message).toContain("bad [31m args please");
  });

  test.each([
    ["a string", "boom"],
    ["an object without a code", { message: "boom" }],
    ["an object without a message", { code: -1 }],
  ])("an error that is %s rejects at once, too", async (_, error) => {
    const text = `${JSON.stringify({ jsonrpc: "2.0", id: 2, error })}\n`;
    const stage = await connectInMemory(new Script().tool("work", { do: "raw", text }, stall()));

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(ProtocolError);
  });

  test("an error of null beside a result is an answer", async () => {
    const text = `${JSON.stringify({ jsonrpc: "2.0", id: 2, result: { content: [] }, error: null })}\n`;
    const stage = await connectInMemory(new Script().tool("work", { do: "raw", text }));

    expect(await stage.drive(stage.client.callTool("work"))).toMatchObject({ content: [] });
  });

  test("a result of the wrong shape rejects, and keeps the original", async () => {
    const stage = await connectInMemory(script);
    const call = watch(stage, stage.client.callTool("odd"));
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(InvalidResultError);
    expect(call.error).toMatchObject({ result: { content: "nothing" }, outcome: "completed", attempts: 1 });
    expect((call.error as Error).cause).toBeDefined();
    expect((call.error as Error).message).not.toContain("nothing");
  });

  test("M21 a tool result with a `serverInfo` key is a tool result", async () => {
    const odd = { content: [], serverInfo: { name: "other", version: "9" }, protocolVersion: "1999-01-01" };
    const stage = await connectInMemory(new Script().tool("work", answer(odd)));

    await stage.drive(stage.client.callTool("work"));

    expect(stage.client.state).toBe("ready");
    expect(stage.client.server?.name).toBe("scripted");
  });
});

describe("client.request", () => {
  test("performs an operation, again and again if it has no token of its own", async () => {
    const stage = await connectInMemory(script);
    const read = createOperation({ method: "resources/read", params: { uri: "file:///a" } });

    const [one, two] = await stage.drive(Promise.all([stage.client.request(read), stage.client.request(read)]));

    expect(one).toEqual(two);
    expect(one.contents[0]).toMatchObject({ uri: "file:///a", text: "a" });
    expect(received(stage, "resources/read")).toHaveLength(2);
  });

  test("with a token of its own, one at a time", async () => {
    const stage = await connectInMemory(script);
    const read = createOperation({
      method: "resources/read",
      params: { uri: "file:///a" },
      progress: { token: "own" },
    });

    const calls = [stage.client.request(read), stage.client.request(read)];
    expect(calls.map(({ token }) => token)).toEqual(["own", "own"]);
    const [first, second] = calls.map((call) => watch(stage, call));
    await stage.clock.settle();

    expect([first?.state, second?.state]).toEqual(["fulfilled", "rejected"]);
  });

  test("the result of an unknown method is checked and given its type by a schema", async () => {
    const stage = await connectInMemory(script);
    const good = createOperation({ method: "custom/thing", result: z.object({ count: z.number() }) });
    const bad = createOperation({ method: "custom/thing", result: z.object({ count: z.string() }) });

    const { count } = await stage.drive(stage.client.request(good));
    expect(count + 1).toBe(6);
    const call = watch(stage, stage.client.request(bad));
    await stage.clock.settle();
    expect(call.error).toBeInstanceOf(InvalidResultError);
    expect(call.error).toMatchObject({ result: { count: 5 } });
  });

  test("without a schema the result of an unknown method is what came", async () => {
    const stage = await connectInMemory(script);

    expect(
      await stage.drive(stage.client.request(createOperation({ method: "custom/thing", result: undefined }))),
    ).toEqual({
      count: 5,
    });
  });

  test("a schema may work asynchronously, and transform", async () => {
    const stage = await connectInMemory(script);
    const result = z.object({ count: z.number() }).transform(async ({ count }) => `${count} things`);

    expect(await stage.drive(stage.client.request(createOperation({ method: "custom/thing", result })))).toBe(
      "5 things",
    );
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("schema");
      },
    ],
    ["rejects", async () => await Promise.reject(new Error("schema"))],
  ])("a schema that %s makes the result invalid, and keeps it", async (_, validate) => {
    const stage = await connectInMemory(script);
    const result: StandardSchema<never> = { "~standard": { version: 1, vendor: "odd", validate } };
    const call = watch(stage, stage.client.request(createOperation({ method: "custom/thing", result })));
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(InvalidResultError);
    expect(call.error).toMatchObject({ result: { count: 5 }, cause: new Error("schema") });
  });

  test("a schema of one's own for a known method goes before the specification's", async () => {
    const stage = await connectInMemory(script);
    const result = z.object({ content: z.string() });
    const operation = createOperation({ method: "tools/call", params: { name: "odd" }, result });

    expect(await stage.drive(stage.client.request(operation))).toEqual({ content: "nothing" });
  });

  test("methods like `__proto__` are unknown methods and nothing else", async () => {
    const stage = await connectInMemory(new Script().on("__proto__", answer(1)).on("constructor", answer(2)));

    for (const method of ["__proto__", "constructor"]) {
      const operation = createOperation({ method, result: z.number() });
      expect(await stage.drive(stage.client.request(operation))).toBeTypeOf("number");
    }
  });

  test.each([
    ["undefined", undefined],
    ["an object that looks like one", { method: "ping", params: undefined, priority: 0 }],
    ["a copy of one", { ...createOperation({ method: "ping" }) }],
    ["a string", "ping"],
  ])("refuses %s, never synchronously", async (_, operation) => {
    const stage = await connectInMemory(script);
    const call = watch(stage, stage.client.request(operation as never));
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(InvalidRequestError);
    expect(stage.server.received).toHaveLength(2);
  });
});

describe("M2 what a request carries", () => {
  test("`meta` is merged with the `_meta` of the parameters and the token, on every method", async () => {
    const stage = await connectInMemory(
      new Script().tool("work", echo()).on("resources/read", answer({ contents: [] })),
    );
    const options = { meta: { trace: 1 }, progress: { token: "own" } };

    await stage.drive(stage.client.callTool("work", { n: 1 }, options));
    await stage.drive(stage.client.readResource("file:///a", options));
    await stage.drive(stage.client.ping(options));
    const params = { name: "work", _meta: { given: true, progressToken: "foreign" } };
    await stage.drive(stage.client.request(createOperation({ method: "tools/call", params, ...options })));

    const metas = stage.server.received.slice(2).map(({ params }) => (params as { _meta: unknown })._meta);
    const merged = { trace: 1, progressToken: "own" };
    expect(metas).toEqual([merged, merged, merged, { given: true, ...merged }]);
  });

  test("arguments go as they are; without any there are none", async () => {
    const stage = await connectInMemory(script);

    await stage.drive(stage.client.callTool("work", { a: [1, { b: null }], __proto__x: "ä€😀\u2028" }));
    await stage.drive(stage.client.callTool("work"));

    const [first, second] = received(stage, "tools/call");
    expect(first?.params).toMatchObject({ name: "work", arguments: { a: [1, { b: null }], __proto__x: "ä€😀\u2028" } });
    expect(second?.params).not.toHaveProperty("arguments");
  });

  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const throwing = {
    toJSON() {
      throw new Error("toJSON");
    },
  };

  test.each([
    ["a BigInt", { n: 1n }],
    ["a cycle", cycle],
    ["a toJSON that throws", { throwing }],
    [
      "a getter that throws",
      {
        get bad() {
          throw new Error("getter");
        },
      },
    ],
  ])("arguments that cannot be serialised: that call alone rejects, nothing leaks: %s", async (_, args) => {
    const stage = await connectInMemory(new Script().tool("work", say("done")), { maxInFlight: 1 });
    const before = stage.runtime.size;
    const calls = Array.from({ length: 20 }, () =>
      watch(stage, stage.client.callTool("work", args, { progress: () => undefined })),
    );
    const good = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    for (const { error } of calls) {
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect(error).toMatchObject({ outcome: "not_sent", attempts: 0 });
      expect((error as Error).cause).toBeInstanceOf(Error);
    }
    expect(textOf(good.value)).toBe("done");
    expect(stage.runtime.size).toBe(before);
    expect(stage.client.stats.operations).toEqual({ started: 21, settled: 21 });
    expect(stage.crashes).toEqual([]);
  });

  test("meta that cannot be serialised, too", async () => {
    const stage = await connectInMemory(script);
    const call = watch(stage, stage.client.callTool("work", {}, { meta: { n: 1n } }));
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(InvalidRequestError);
  });

  test("a notification that cannot be serialised is refused, and harms nobody", async () => {
    const stage = await connectInMemory(new Script().tool("work", stall()).tool("hello", say("hello")));
    const neighbour = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    expect(() => stage.client.notify("notifications/odd", { n: 1n })).toThrow(InvalidRequestError);
    expect(() => stage.client.notify("notifications/odd", cycle)).toThrow(InvalidRequestError);
    await stage.clock.settle();

    expect(neighbour.state).toBe("pending");
    expect(stage.client.state).toBe("ready");
    expect(stage.client.stats.restarts.connection).toBe(0);
    expect(stage.crashes).toEqual([]);
  });

  test("a notification goes out when the client is ready, as it was when it was given", async () => {
    const stage = await connectInMemory(script);
    const params = { list: [1] };

    stage.client.notify("notifications/one", params);
    params.list.push(2);
    stage.client.notify("notifications/two");
    await stage.clock.settle();

    expect(stage.server.received.slice(2)).toEqual([
      { jsonrpc: "2.0", method: "notifications/one", params: { list: [1] } },
      { jsonrpc: "2.0", method: "notifications/two" },
    ]);
  });

  test("a notification is lost while there is no connection", async () => {
    const stage = await connectInMemory(script);
    stage.server.kill();
    await stage.clock.settle();

    stage.client.notify("notifications/one");
    await stage.clock.advance(1_000);

    expect(received(stage, "notifications/one")).toEqual([]);
  });
});

describe("M19 capabilities", () => {
  test("a method that the server did not offer fails here, nothing goes out", async () => {
    const stage = await connectInMemory(new Script().on("initialize", welcome({ resources: {} })));
    const calls = [
      stage.client.listTools(),
      stage.client.callTool("work"),
      stage.client.request(createOperation({ method: "resources/subscribe", params: { uri: "file:///a" } })),
    ].map((call: PromiseLike<unknown>) => watch(stage, call));
    await stage.clock.settle();

    expect(calls.map(({ error }) => error)).toMatchObject([
      { code: "CAPABILITY", capability: "tools", outcome: "not_sent", attempts: 0 },
      { code: "CAPABILITY", capability: "tools" },
      { code: "CAPABILITY", capability: "resources.subscribe" },
    ]);
    expect(stage.server.received).toHaveLength(2);
  });

  test("what the server offers, and what nobody has to offer, goes out", async () => {
    const bare = new Script()
      .on("initialize", welcome({ resources: {} }))
      .on("resources/read", answer({ contents: [] }));
    const stage = await connectInMemory(bare);

    await stage.drive(stage.client.readResource("file:///a"));
    await stage.drive(stage.client.ping());

    expect(stage.server.received).toHaveLength(4);
  });
});
