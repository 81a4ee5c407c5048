import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { CancelledError } from "../../../src/index.js";
import { answer, Script, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("work", stall()).tool("slow", wait(100), say("done")).tool("hello", say("hello"));

describe.each(seeds)("M11 cancel by handle, order %s", (seed) => {
  test("rejects with the reason, which is not in the message", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("work");
    const watched = watch(stage, call);
    await stage.clock.settle();

    call.cancel("canary");
    await stage.clock.settle();

    expect(watched.error).toBeInstanceOf(CancelledError);
    expect(watched.error).toMatchObject({ reason: "canary", outcome: "unknown", attempts: 1 });
    expect(String(watched.error)).not.toContain("canary");
  });

  test("twice is once, the first reason counts", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("work");
    const watched = watch(stage, call);
    await stage.clock.settle();

    call.cancel("first");
    call.cancel("second");
    await stage.clock.settle();
    call.cancel("third");

    expect(watched.error).toMatchObject({ reason: "first" });
    expect(received(stage, "notifications/cancelled")).toHaveLength(1);
  });

  test("after it has settled does nothing, also to another operation that bears its token", async () => {
    const stage = await connectInMemory(script, { seed });
    const progress = { token: "own" };
    const call = stage.client.callTool("hello", {}, { progress });
    await stage.drive(call);
    const other = watch(stage, stage.client.callTool("slow", {}, { progress }));
    await stage.clock.settle();

    call.cancel();
    await stage.clock.advance(100);

    expect(textOf(await call)).toBe("hello");
    expect(textOf(other.value)).toBe("done");
  });

  test("marks the promise as handled: nobody has to wait for what was given up", async () => {
    const stage = await connectInMemory(script, { seed });
    stage.client.callTool("work").cancel();
    const call = stage.client.callTool("work");
    await stage.clock.settle();

    call.cancel();
    await stage.clock.advance(1_000);
    // An unhandled rejection would fail the run.
  });

  test("right after the call, when the connection has it as mail: nothing is sent, the client is unharmed", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("work");
    call.cancel();

    await expect(stage.drive(call)).rejects.toThrow(CancelledError);
    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  });

  test("between two pages of a list", async () => {
    const page = (cursor: string) => [wait(100), answer({ tools: [], nextCursor: cursor })];
    const stage = await connectInMemory(
      new Script()
        .once("tools/list", ...page("a"))
        .once("tools/list", ...page("b"))
        .on("tools/list", ...page("c")),
      { seed },
    );
    const call = stage.client.listTools();
    const watched = watch(stage, call);

    await stage.clock.advance(150);
    call.cancel("enough");
    await stage.clock.advance(1_000);

    expect(watched).toMatchObject({ at: 150, error: { code: "CANCELLED", reason: "enough" } });
    expect(received(stage, "tools/list")).toHaveLength(2);
  });

  test.each([
    [
      "a bad option",
      (client: Awaited<ReturnType<typeof connectInMemory>>["client"]) => client.callTool("work", {}, { timeout: -1 }),
    ],
    [
      "no operation",
      (client: Awaited<ReturnType<typeof connectInMemory>>["client"]) => client.request(undefined as never),
    ],
  ])("never throws, though there was nothing to cancel: %s", async (_, begin) => {
    const stage = await connectInMemory(script, { seed });
    const call = begin(stage.client);

    call.cancel();
    call.cancel(Symbol("odd"));

    await expect(stage.drive(call)).rejects.toThrow(/Expected|cancelled/);
  });
});

describe.each(seeds)("M11 cancelAll, order %s", (seed) => {
  test("rejects everything that has not settled, wherever it stands, and nothing that comes after", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 2 });
    const done = await stage.drive(stage.client.callTool("hello"));
    const calls = [1, 2, 3, 4].map(() => watch(stage, stage.client.callTool("work")));
    await stage.clock.settle();
    const unread = watch(stage, stage.client.callTool("work"));

    stage.client.cancelAll("all");
    const after = watch(stage, stage.client.callTool("hello"));
    await stage.clock.settle();

    for (const call of [...calls, unread]) expect(call.error).toMatchObject({ code: "CANCELLED", reason: "all" });
    expect(textOf(done)).toBe("hello");
    expect(textOf(after.value)).toBe("hello");
  });

  test("with nothing to cancel does nothing", async () => {
    const stage = await connectInMemory(script, { seed });

    stage.client.cancelAll();

    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  });
});

describe.each(seeds)("M11 an AbortSignal, order %s", (seed) => {
  test("aborted before the call: nothing is sent", async () => {
    const stage = await connectInMemory(script, { seed });
    const reason = new Error("gone");

    const call = watch(stage, stage.client.callTool("hello", {}, { signal: AbortSignal.abort(reason) }));
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(CancelledError);
    expect((call.error as CancelledError).cause).toBe(reason);
    expect((call.error as CancelledError).reason).toBe(reason);
    expect(received(stage, "tools/call")).toEqual([]);
  });

  test("aborted in the same turn as the call", async () => {
    const stage = await connectInMemory(script, { seed });
    const controller = new AbortController();
    const call = watch(stage, stage.client.callTool("work", {}, { signal: controller.signal }));

    controller.abort();
    await stage.clock.settle();

    expect((call.error as CancelledError).cause).toBe(controller.signal.reason);
  });

  test("one AbortSignal on 1,000 calls: all end, and 0 listeners are left", async () => {
    const stage = await connectInMemory(script, { seed });
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on("warning", warned);
    const controller = new AbortController();
    const { signal } = controller;
    const ends = ["hello", "slow", "work"].flatMap((name) =>
      Array.from({ length: 333 }, () => watch(stage, stage.client.callTool(name, {}, { signal, timeout: 50_000 }))),
    );
    ends.push(watch(stage, stage.client.callTool("bad", { n: 1n }, { signal })));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);

    await stage.clock.advance(10_000);
    controller.abort("all");
    await stage.clock.settle();

    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(ends.filter(({ state }) => state === "pending")).toEqual([]);
    process.off("warning", warned);
    expect(warnings).toEqual([]);
  });

  test("a signal that never aborts keeps no listener of calls that have ended, however they ended", async () => {
    const stage = await connectInMemory(new Script().tool("hello", say("hello")).tool("work", stall()), {
      seed,
      maxInFlight: 1,
      maxPending: 2,
    });
    const { signal } = new AbortController();
    const calls = [
      stage.client.callTool("hello", {}, { signal }),
      stage.client.callTool("work", {}, { signal, timeout: 100 }),
      stage.client.callTool("work", {}, { signal }),
      stage.client.callTool("hello", {}, { signal, timeout: -1 }),
      stage.client.listTools({ signal }),
    ];
    const watched = calls.map((call: PromiseLike<unknown>) => watch(stage, call));
    calls[2]?.cancel();
    await stage.clock.advance(1_000);

    expect(watched.filter(({ state }) => state === "pending")).toEqual([]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("aborts a list between two pages", async () => {
    const stage = await connectInMemory(
      new Script().on("tools/list", wait(100), answer({ tools: [], nextCursor: "a" })),
      { seed },
    );
    const controller = new AbortController();
    const call = watch(stage, stage.client.listTools({ signal: controller.signal }));
    await stage.clock.advance(50);

    controller.abort("gone");
    await stage.clock.settle();

    expect(call).toMatchObject({ at: 50, error: { code: "CANCELLED", cause: "gone" } });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test.each([{}, { addEventListener: 1 }, "signal", null])("what is none is refused: %j", async (signal) => {
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.callTool("hello", {}, { signal: signal as never }));
    await stage.clock.settle();

    expect(call.error).toMatchObject({ code: "INVALID_REQUEST" });
  });
});

test("M11 a call that the server cancels rejects the caller, with the server's reason", async () => {
  const text = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2,"reason":"canary"}}\n';
  const stage = await connectInMemory(new Script().tool("work", { do: "raw", text }, wait(10), say("late")));

  const call = watch(stage, stage.client.callTool("work"));
  await stage.clock.advance(100);

  expect(call.error).toMatchObject({ code: "CANCELLED", reason: "canary", outcome: "unknown", attempts: 1 });
  expect(String(call.error)).not.toContain("canary");
  expect(stage.client.stats.responses.duplicate).toBe(1);
});

test.each([
  ["nobody's id", '{"requestId":99}'],
  ["an id that is a string", '{"requestId":"2"}'],
  ["no id", "{}"],
  ["an array", "[2]"],
  ["null", "null"],
  ["a number", "2"],
])("a cancellation by the server of %s cancels nothing", async (_, params) => {
  const text = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}\n`;
  const stage = await connectInMemory(new Script().tool("work", { do: "raw", text }, say("done")));

  expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
  expect(stage.crashes).toEqual([]);
});
