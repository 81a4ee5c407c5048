import { describe, expect, test } from "vitest";
import {
  CancelledError,
  type ClientEvents,
  generateProgressToken,
  InvalidRequestError,
  type ProgressUpdate,
} from "../../../src/index.js";
import { die, fail, progress, Script, say, stall, together, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, type Stage, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script()
  .tool("work", progress(1, 3, "begun"), wait(10), progress(2, 3), wait(10), progress(3, 3, "nearly"), say("done"))
  .tool("stuck", progress(1), wait(10), progress(2), stall());

const tokens = (stage: Stage) => received(stage, "tools/call").map(({ params }) => params._meta.progressToken);

describe.each(seeds)("M4 progress as a callback, order %s", (seed) => {
  test("M5 a function hears of token, progress, total, message and attempt", async () => {
    const stage = await connectInMemory(script, { seed });
    const seen: ProgressUpdate[] = [];

    const call = stage.client.callTool("work", {}, { progress: (update) => seen.push(update) });
    await stage.drive(call);

    expect(seen).toEqual([
      { token: call.token, progress: 1, total: 3, message: "begun", attempt: 1 },
      { token: call.token, progress: 2, total: 3, message: undefined, attempt: 1 },
      { token: call.token, progress: 3, total: 3, message: "nearly", attempt: 1 },
    ]);
    expect(tokens(stage)).toEqual([call.token]);
  });

  test("a token alone is the one on the wire", async () => {
    const stage = await connectInMemory(script, { seed });

    const call = stage.client.callTool("work", {}, { progress: { token: "own" } });
    await stage.drive(call);

    expect(call.token).toBe("own");
    expect(tokens(stage)).toEqual(["own"]);
  });

  test.each(["", "own", 0, -7, 2 ** 53 - 1])("a token and a callback: %j", async (token) => {
    const stage = await connectInMemory(script, { seed });
    const seen: unknown[] = [];

    const callback = (update: ProgressUpdate) => seen.push(update.token);
    const call = stage.client.callTool("work", {}, { progress: { token, callback } });
    await stage.drive(call);

    expect(call.token).toBe(token);
    expect(seen).toEqual([token, token, token]);
    expect(tokens(stage)).toEqual([token]);
  });

  test("a callback alone, as an object", async () => {
    const stage = await connectInMemory(script, { seed });
    const seen: number[] = [];

    await stage.drive(
      stage.client.callTool("work", {}, { progress: { callback: ({ progress }) => seen.push(progress) } }),
    );

    expect(seen).toEqual([1, 2, 3]);
  });

  test("every request carries a token, whether anybody listens or not, and no two the same", async () => {
    const stage = await connectInMemory(script, { seed });

    await stage.drive(Promise.all([stage.client.callTool("work"), stage.client.ping(), stage.client.listTools()]));

    const all = stage.server.received.filter(({ id, method }) => id !== undefined && method !== "initialize");
    const generated = all.map(({ params }) => (params as { _meta: { progressToken: string } })._meta.progressToken);
    expect(new Set(generated).size).toBe(3);
    for (const token of generated) expect(token).toMatch(/^[\w-]{21}\.\d+$/);
  });

  test.each([
    ["a fraction", { token: 0.5 }],
    ["an object", { token: {} }],
    ["null", { token: null }],
    ["a callback that is none", { callback: "print" }],
    ["a string", "token"],
    ["a number", 5],
    ["an array", []],
  ])("what is none is refused, and never thrown: %s", async (_, option) => {
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.callTool("work", {}, { progress: option as never }));
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(InvalidRequestError);
    expect(tokens(stage)).toEqual([]);
  });

  test("`progress: undefined` is as if it were not there", async () => {
    const stage = await connectInMemory(script, { seed });

    expect(textOf(await stage.drive(stage.client.callTool("work", {}, { progress: undefined })))).toBe("done");
  });
});

describe.each(seeds)("M4 a listener to a token, order %s", (seed) => {
  test("hears of whatever operation bears it, now or later, until it is removed", async () => {
    const stage = await connectInMemory(script, { seed });
    const heard: number[] = [];
    const stop = stage.client.onProgress("own", ({ progress }) => heard.push(progress));

    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "own" } }));
    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "own" } }));
    await stage.drive(stage.client.callTool("work"));
    expect(heard).toEqual([1, 2, 3, 1, 2, 3]);
    stop();
    stop();
    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "own" } }));

    expect(heard).toHaveLength(6);
  });

  test("may come and go while the operation is under way", async () => {
    const stage = await connectInMemory(script, { seed });
    const heard: number[] = [];
    const call = watch(stage, stage.client.callTool("work", {}, { progress: { token: 5 } }));
    await stage.clock.advance(5);

    const stop = stage.client.onProgress(5, ({ progress }) => heard.push(progress));
    await stage.clock.advance(10);
    stop();
    await stage.clock.advance(10);

    expect(call.state).toBe("fulfilled");
    expect(heard).toEqual([2]);
  });

  test("several listeners and the callback all hear; one that fails keeps no other from it", async () => {
    const stage = await connectInMemory(script, { seed });
    const failures: ClientEvents["callbackError"][] = [];
    stage.client.on("callbackError", (failure) => failures.push(failure));
    const heard: string[] = [];
    stage.client.onProgress("own", () => {
      throw new Error("first");
    });
    stage.client.onProgress("own", ({ progress }) => heard.push(`listener ${progress}`));
    stage.client.onProgress("own", async () => await Promise.reject(new Error("second")));

    const callback = ({ progress }: ProgressUpdate) => heard.push(`callback ${progress}`);
    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "own", callback } }));

    expect(heard).toEqual(["callback 1", "listener 1", "callback 2", "listener 2", "callback 3", "listener 3"]);
    expect(failures).toMatchObject([{ token: "own", count: 3, error: new Error("first") }]);
  });

  test("one function listens as often as it was added", async () => {
    const stage = await connectInMemory(script, { seed });
    const heard: number[] = [];
    const listener = ({ progress }: ProgressUpdate) => heard.push(progress);
    const stopOne = stage.client.onProgress("own", listener);
    stage.client.onProgress("own", listener);

    stopOne();
    stopOne();
    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "own" } }));

    expect(heard).toEqual([1, 2, 3]);
  });

  test("the `progress` event hears of every operation", async () => {
    const stage = await connectInMemory(script, { seed });
    const heard: [unknown, number][] = [];
    const stop = stage.client.on("progress", ({ token, progress }) => heard.push([token, progress]));

    const [one, two] = [stage.client.callTool("work"), stage.client.callTool("work")];
    await stage.drive(Promise.all([one, two]));
    stop();
    await stage.drive(stage.client.callTool("work"));

    for (const { token } of [one, two]) {
      expect(heard.filter(([each]) => each === token).map(([, value]) => value)).toEqual([1, 2, 3]);
    }
    expect(heard).toHaveLength(6);
  });

  test("the `progress` event comes before the promise settles", async () => {
    const stage = await connectInMemory(new Script().tool("work", together(progress(1), say("done"))), { seed });
    const log: string[] = [];
    stage.client.on("progress", () => log.push("progress"));

    await stage.drive(stage.client.callTool("work").then(() => log.push("settled")));

    expect(log).toEqual(["progress", "settled"]);
  });
});

describe.each(seeds)("progress as a stream, order %s", (seed) => {
  test("gives every update from when it is read on, and ends with the operation", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("work");
    const seen: number[] = [];
    const loop = (async () => {
      for await (const { progress } of call.progress) seen.push(progress);
      seen.push(-1);
    })();

    await stage.drive(Promise.all([loop, call]));

    expect(seen).toEqual([1, 2, 3, -1]);
    expect(textOf(await call)).toBe("done");
  });

  test("a callback and a stream both hear", async () => {
    const stage = await connectInMemory(script, { seed });
    const seen: number[] = [];
    const call = stage.client.callTool("work", {}, { progress: ({ progress }) => seen.push(progress) });
    const streamed: number[] = [];
    const loop = (async () => {
      for await (const { progress } of call.progress) streamed.push(progress);
    })();

    await stage.drive(loop);

    expect(streamed).toEqual([1, 2, 3]);
    expect(seen).toEqual([1, 2, 3]);
  });

  test.each([true, false])(
    "until it is read only the latest is kept, the property touched before: %s",
    async (isTouched) => {
      const stage = await connectInMemory(script, { seed });
      const call = stage.client.callTool("work");
      if (isTouched) void call.progress;
      await stage.drive(call);

      const seen: number[] = [];
      for await (const { progress } of call.progress) seen.push(progress);

      expect(seen).toEqual([3]);
      expect(stage.client.stats.progress.overflow).toBe(0);
    },
  );

  test("a second loop is refused", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("work");
    const iterator = call.progress[Symbol.asyncIterator]();
    await stage.drive(call);

    expect(() => call.progress[Symbol.asyncIterator]()).toThrow(InvalidRequestError);
    expect(await iterator.next()).toMatchObject({ value: { progress: 1 } });
  });

  test("`break` stops the updates, not the operation", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("work");
    const loop = (async () => {
      for await (const _ of call.progress) break;
    })();

    await stage.drive(loop);

    expect(textOf(await stage.drive(call))).toBe("done");
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });

  test("a cancel of the caller's own ends the loop, and rejects the promise", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("stuck");
    const seen: number[] = [];
    const loop = (async () => {
      for await (const { progress } of call.progress) {
        seen.push(progress);
        if (progress === 2) call.cancel("enough");
      }
    })();

    await stage.drive(loop);

    expect(seen).toEqual([1, 2]);
    await expect(call).rejects.toThrow(CancelledError);
  });

  const failures: [string, Script, (stage: Stage) => unknown, string][] = [
    ["a refusal", new Script().tool("work", progress(1), fail(-1, "no")), () => undefined, "PROTOCOL"],
    ["a loss", new Script().tool("work", progress(1), die()), () => undefined, "CONNECTION_LOST"],
    ["a timeout", new Script().tool("work", progress(1), stall()), ({ clock }) => clock.advance(60_000), "TIMEOUT"],
    ["cancelAll", new Script().tool("work", progress(1), stall()), ({ client }) => client.cancelAll(), "CANCELLED"],
    [
      "close",
      new Script().tool("work", progress(1), stall()),
      ({ client }) => void client.close(),
      "CONNECTION_CLOSED",
    ],
  ];

  test.each(failures)("%s is thrown by the loop, and the promise counts as handled", async (_, script, act, code) => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("work");
    const seen: number[] = [];
    const loop = (async () => {
      for await (const { progress } of call.progress) seen.push(progress);
    })();
    const watched = watch(stage, loop);
    await stage.clock.settle();

    await act(stage);
    await stage.clock.settle();

    expect(watched.error).toMatchObject({ code });
    expect(seen).toEqual([1]);
    // An unhandled rejection of `call` itself would fail the run.
  });

  test("a reader that is slow loses the oldest past `progressBuffer`, which is counted", async () => {
    const stage = await connectInMemory(new Script().tool("work", { do: "flood", total: 20 }, stall()), {
      seed,
      progressBuffer: 5,
    });
    const drops: ClientEvents["dropped"][] = [];
    stage.client.on("dropped", (drop) => drops.push(drop));
    const call = stage.client.callTool("work", {}, { progress: { token: "own" } });
    const iterator = call.progress[Symbol.asyncIterator]();
    await stage.clock.settle();

    expect(stage.client.stats.progress.overflow).toBe(15);
    expect(drops).toHaveLength(15);
    expect(drops[0]).toEqual({ what: "progress.overflow", token: "own" });
    expect(await iterator.next()).toMatchObject({ value: { progress: 16 } });
    call.cancel();
  });

  test("the token and the handle are gone from a promise that went through an async function", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = stage.client.callTool("work");
    const plain = (async () => await call)();

    expect("token" in plain).toBe(false);
    expect(call).toBeInstanceOf(Promise);
    expect(Object.keys(call)).toEqual([]);
    await stage.drive(plain);
  });
});

test("M31 generated tokens are unique", () => {
  const all = new Set(Array.from({ length: 10_000 }, () => generateProgressToken()));

  expect(all.size).toBe(10_000);
});
