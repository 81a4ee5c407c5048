import { describe, expect, test } from "vitest";
import type { ClientEvents, ProgressCallback } from "../../../src/index.js";
import { flood, progress, Script, say, stall, together, wait } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, type Stage, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script()
  .tool("work", together(progress(1), progress(2), progress(3), say("done")))
  .tool("slow", progress(1), wait(1_000), progress(2), stall())
  .tool("hello", wait(50), say("hello"));

/** Every callbackError event. */
function failuresOf({ client }: Stage): ClientEvents["callbackError"][] {
  const failures: ClientEvents["callbackError"][] = [];
  client.on("callbackError", (failure) => failures.push(failure));
  return failures;
}

const bad: [string, ProgressCallback, string, number, number][] = [
  [
    "throws",
    ({ progress }) => {
      throw new Error(`at ${progress}`);
    },
    "at 1",
    3,
    0,
  ],
  ["rejects", async ({ progress }) => await Promise.reject(new Error(`at ${progress}`)), "at 1", 3, 0],
  ["never settles", () => new Promise(() => undefined), "progressDrain", 1, 5_000],
  [
    "returns something with a `then` that throws",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      get then() {
        throw new Error("then");
      },
    }),
    "then",
    3,
    0,
  ],
  [
    "returns something that settles twice",
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: this is what is tested
      then: (_: unknown, reject: (error: Error) => void) => {
        reject(new Error("first"));
        reject(new Error("second"));
      },
    }),
    "first",
    3,
    0,
  ],
];

describe.each(seeds)("promise 3: a callback harms nobody but its own operation, order %s", (seed) => {
  test.each(bad)(
    "M9 one that %s: the operation resolves, and there is one event with a count",
    async (_, callback, message, count, at) => {
      const stage = await connectInMemory(script, { seed });
      const failures = failuresOf(stage);
      const call = stage.client.callTool("work", {}, { progress: callback });
      const watched = watch(stage, call);
      const neighbour = watch(stage, stage.client.callTool("hello"));

      await stage.clock.advance(10_000);

      expect(watched).toMatchObject({ state: "fulfilled", at });
      expect(textOf(watched.value)).toBe("done");
      expect(neighbour).toMatchObject({ state: "fulfilled", at: 50 });
      expect(failures).toHaveLength(1);
      expect(failures[0]).toMatchObject({ token: call.token, count });
      expect(String(failures[0]?.error)).toContain(message);
      expect(stage.crashes).toEqual([]);
    },
  );

  test("M9 one that blocks on and off fails only for the updates it failed for", async () => {
    const stage = await connectInMemory(script, { seed });
    const failures = failuresOf(stage);
    const seen: number[] = [];

    await stage.drive(
      stage.client.callTool(
        "work",
        {},
        {
          progress: ({ progress }) => {
            seen.push(progress);
            if (progress === 2) throw new Error("two");
          },
        },
      ),
    );

    expect(seen).toEqual([1, 2, 3]);
    expect(failures).toMatchObject([{ error: new Error("two"), count: 1 }]);
  });

  test("M9 the event comes before the promise settles", async () => {
    const stage = await connectInMemory(script, { seed });
    const log: string[] = [];
    stage.client.on("callbackError", () => log.push("event"));

    const call = stage.client.callTool(
      "work",
      {},
      {
        progress: () => {
          throw new Error("callback");
        },
      },
    );
    await stage.drive(call.then(() => log.push("settled")));

    expect(log).toEqual(["event", "settled"]);
  });

  test("a slow callback gets its updates one at a time; those that it has not begun are not begun after a timeout", async () => {
    const stage = await connectInMemory(new Script().tool("work", flood(10), stall()), { seed });
    const begun: number[] = [];
    const slow: ProgressCallback = ({ progress }) => {
      begun.push(progress);
      return new Promise<void>((resolve) => stage.clock.setTimer(300, resolve));
    };

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 1_000, progress: slow }));
    await stage.clock.advance(10_000);

    expect(call).toMatchObject({ state: "rejected", error: { code: "TIMEOUT" }, at: 1_000 });
    expect(begun).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ["a cancel", (stage: Stage) => stage.client.cancelAll()],
    ["a loss", (stage: Stage) => stage.server.kill()],
    ["close", (stage: Stage) => void stage.client.close()],
    ["a kill of the connection", (stage: Stage) => processesOf(stage, "connection")[0]?.exit("kill")],
    ["a kill of the operation", (stage: Stage) => processesOf(stage, "operation")[0]?.exit("kill")],
  ])("no callback starts after %s, though updates wait", async (_, act) => {
    const stage = await connectInMemory(new Script().tool("work", flood(10), stall()), { seed });
    const begun: number[] = [];
    let release: (() => void) | undefined;
    const held: ProgressCallback = ({ progress }) => {
      begun.push(progress);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const call = watch(stage, stage.client.callTool("work", {}, { progress: held }));
    await stage.clock.settle();

    act(stage);
    await stage.clock.settle();
    expect(call.state).toBe("rejected");
    release?.();
    await stage.clock.advance(1_000);

    expect(begun).toEqual([1]);
  });

  test("no callback starts after the drain time, though updates wait", async () => {
    const stage = await connectInMemory(script, { seed });
    const begun: number[] = [];
    let release: (() => void) | undefined;
    const held: ProgressCallback = ({ progress }) => {
      begun.push(progress);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const call = watch(stage, stage.client.callTool("work", {}, { progress: held }));
    await stage.clock.advance(5_000);
    expect(call.state).toBe("fulfilled");

    release?.();
    await stage.clock.advance(10_000);

    expect(begun).toEqual([1]);
  });

  test("a callback may cancel its own operation: it is the last one", async () => {
    const stage = await connectInMemory(new Script().tool("work", flood(10), stall()), { seed });
    const begun: number[] = [];
    const call = stage.client.callTool(
      "work",
      {},
      {
        progress: ({ progress }) => {
          begun.push(progress);
          if (progress === 3) call.cancel("enough");
        },
      },
    );
    const watched = watch(stage, call);

    await stage.clock.advance(1_000);

    expect(watched.error).toMatchObject({ code: "CANCELLED", reason: "enough" });
    // What was mailed to it before the cancel was read is still its own.
    expect(begun).toEqual(Array.from({ length: begun.length }, (_, index) => index + 1));
    expect(begun.length).toBeGreaterThanOrEqual(3);
  });

  test("no callback starts after one that ends the operation's own process", async () => {
    const stage = await connectInMemory(new Script().tool("work", flood(10), stall()), { seed });
    const begun: number[] = [];
    const callback: ProgressCallback = ({ progress }) => {
      begun.push(progress);
      // The rest piles up behind the first, and runs back to back.
      if (progress === 1) return new Promise<void>((resolve) => stage.clock.setTimer(10, resolve));
      if (progress === 3) processesOf(stage, "operation")[0]?.exit("kill");
      return undefined;
    };
    const call = watch(stage, stage.client.callTool("work", {}, { progress: callback }));

    await stage.clock.advance(100);

    expect(call.error).toMatchObject({ code: "CONNECTION_LOST" });
    expect(begun).toEqual([1, 2, 3]);
  });

  test("a callback may call the client and wait for it", async () => {
    const stage = await connectInMemory(script, { seed });
    const answers: (string | undefined)[] = [];

    await stage.drive(
      stage.client.callTool(
        "work",
        {},
        {
          progress: async () => {
            answers.push(textOf(await stage.client.callTool("hello")));
          },
        },
      ),
    );

    expect(answers).toEqual(["hello", "hello", "hello"]);
  });

  test("a callback that waits for its own operation is released by the drain time", async () => {
    const stage = await connectInMemory(script, { seed });
    const call: PromiseLike<unknown> = stage.client.callTool("work", {}, { progress: () => call });
    const watched = watch(stage, call);

    await stage.clock.advance(5_000);

    expect(watched).toMatchObject({ state: "fulfilled", at: 5_000 });
  });

  test("a callback may close the client, and even wait for it", async () => {
    const stage = await connectInMemory(script, { seed });
    const call = watch(stage, stage.client.callTool("slow", {}, { progress: async () => await stage.client.close() }));

    await stage.clock.advance(10_000);

    expect(call.error).toMatchObject({ code: "CONNECTION_CLOSED" });
    expect(stage.client.state).toBe("closed");
    expect(stage.crashes).toEqual([]);
  });

  test("a callback's slowness does not count as the server's silence", async () => {
    const stage = await connectInMemory(
      new Script().tool("work", progress(1), wait(900), progress(2), wait(900), say("done")),
      { seed },
    );
    const slow = () => new Promise<void>((resolve) => stage.clock.setTimer(5_000, resolve));

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 1_000, progress: slow }));
    await stage.clock.advance(20_000);

    expect(call.state).toBe("fulfilled");
  });
});
