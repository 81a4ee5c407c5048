import { describe, expect, test } from "vitest";
import { getState, noreply, replaceState, reply, server, stop } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet } from "./puppet.js";

interface Counter {
  calls: { get(): number };
  casts: { add(n: number): void; stop(): void };
}

const counter = server<Counter>("counter")({
  init: (start: number) => start,
  calls: { get: (_, count) => reply(count, count) },
  casts: {
    add: async (n, count) => noreply(count + (await Promise.resolve(n))),
    stop: (_, count) => stop("shutdown", count),
  },
});

describe.each(seeds)("administration, order %s", (seed) => {
  async function start() {
    const test = testRuntime({ seed });
    return { ...test, ref: await test.runtime.start(counter, 40) };
  }

  test("an admin may read the state between messages · get_state", async () => {
    const { ref } = await start();
    ref.cast("add", 1);
    const between = getState(ref);
    ref.cast("add", 1);
    expect(await between).toBe(41);
    expect(await getState(ref, { timeout: 5 })).toBe(42);
  });

  test("an admin may replace it, and gets the new one · replace_state", async () => {
    const { ref } = await start();
    ref.cast("add", 1);
    const replaced = replaceState(ref, (count: number) => count * 10);
    ref.cast("add", 1);
    expect(await replaced).toBe(410);
    expect(await ref.call("get")).toBe(411);
  });

  test("a function that throws changes nothing, and only its caller fails · replace_state", async () => {
    const { ref, crashes } = await start();
    const fail = () => {
      throw new Error("fail");
    };
    await expect(replaceState(ref, fail)).rejects.toThrow("fail");
    expect(await ref.call("get")).toBe(40);
    expect(crashes).toEqual([]);
  });

  test("a process that has ended, or says nothing in time, is an error like a call's", async () => {
    const { runtime, clock, ref } = await start();
    const silent = await puppet(runtime);
    await Promise.all([
      expect(getState(silent.process)).rejects.toMatchObject({ failure: "timeout" }),
      clock.advance(5_000),
    ]);
    await ref.stop();
    await expect(getState(ref)).rejects.toMatchObject({ failure: "noproc" });
    await expect(replaceState(ref, (count: number) => count)).rejects.toMatchObject({ failure: "noproc" });
  });

  test("a state asked for behind a stop is not to be had", async () => {
    const { ref } = await start();
    ref.cast("stop");
    await expect(getState(ref)).rejects.toMatchObject({ failure: "exit", reason: "shutdown" });
  });

  test("it waits for an init that takes its time", async () => {
    const { runtime } = testRuntime({ seed });
    const opened = gate();
    const slow = server<unknown>("slow")({
      init: async () => {
        await opened.promise;
        return "begun";
      },
      calls: {},
      casts: {},
    });
    const starting = runtime.start(slow, undefined, { name: "slow" });
    const state = getState(runtime.whereis("slow")!);
    opened.open();
    await starting;
    expect(await state).toBe("begun");
  });
});
