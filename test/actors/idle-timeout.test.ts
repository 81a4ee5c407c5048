import { describe, expect, test } from "vitest";
import { getState, type Next, noreply, reply, server, startWith } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";

interface Idler {
  calls: { idle(ms: number): void; read(): readonly string[] };
  casts: { idle(ms: number): void };
  info: { idle: number };
}

describe.each(seeds)("idle timeouts, order %s", (seed) => {
  const idler = (log: string[]) =>
    server<Idler>("idler")({
      init: (first: Next | undefined) => (first === undefined ? 0 : startWith(0, first)),
      calls: {
        idle: (ms, state) => reply(undefined, state, { timeout: ms }),
        read: (_, state) => reply([...log], state),
      },
      casts: { idle: (ms, state) => noreply(state, { timeout: ms }) },
      info: (message, state) => noreply(state, "idle" in message ? { timeout: message.idle } : undefined),
      continue: (ms, state) => noreply(state, { timeout: ms as number }),
      timeout: (state) => {
        log.push("timeout");
        return noreply(state);
      },
    });

  async function start(first?: Next) {
    const test = testRuntime({ seed });
    const log: string[] = [];
    const ref = await test.runtime.start(idler(log), first);
    return { ...test, log, ref };
  }

  test.each(["call", "cast", "send"] as const)(
    "T3 the timeout fires when no message came for that long, set by a %s · handle_event_timeout",
    async (how) => {
      const { clock, ref, log } = await start();
      if (how === "call") await ref.call("idle", 100);
      else if (how === "cast") ref.cast("idle", 100);
      else ref.send({ idle: 100 });
      await clock.advance(99);
      expect(log).toEqual([]);
      await clock.advance(1);
      expect(log).toEqual(["timeout"]);
      await clock.advance(1_000);
      expect(log).toEqual(["timeout"]);
      expect(clock.timers).toBe(0);
    },
  );

  test("T3 a request cancels it · handle_event_timeout", async () => {
    const { clock, ref, log } = await start();
    ref.cast("idle", 100);
    await clock.advance(99);
    await ref.call("read");
    await clock.advance(1_000);
    expect(log).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  test("T3 a system message does not cancel it · handle_event_timeout", async () => {
    const { clock, ref, log } = await start();
    ref.cast("idle", 100);
    await clock.advance(60);
    expect(await getState(ref)).toBe(0);
    await clock.advance(40);
    expect(log).toEqual(["timeout"]);
  });

  test("T3 with mail already waiting it is ignored", async () => {
    const { clock, ref, log } = await start();
    ref.cast("idle", 0);
    const read = ref.call("read");
    await clock.advance(10);
    expect(await read).toEqual([]);
    expect(log).toEqual([]);
  });

  test("T3 mail that came before the timer fired is handled first and makes it void", async () => {
    const { clock, ref, log } = await start();
    ref.cast("idle", 100);
    await clock.settle();
    clock.setTimer(100, () => {});
    const read = new Promise((resolve) => clock.setTimer(99, () => resolve(ref.call("read"))));
    await clock.advance(100);
    expect(await read).toEqual([]);
    expect(log).toEqual([]);
  });

  test("T3 mail in the same instant, behind the timer's, comes after the timeout", async () => {
    const { clock, ref, log } = await start();
    ref.cast("idle", 100);
    await clock.settle();
    const read = new Promise((resolve) => clock.setTimer(100, () => resolve(ref.call("read"))));
    await clock.advance(100);
    expect(await read).toEqual(["timeout"]);
    expect(log).toEqual(["timeout"]);
  });

  test("T3 zero fires at once when idle · handle_event_timeout_zero", async () => {
    const { clock, ref, log } = await start();
    ref.cast("idle", 0);
    await clock.advance(0);
    expect(log).toEqual(["timeout"]);
  });

  test("T3 the last one given counts, and none given means none · handle_event_timeout_plain", async () => {
    const { clock, ref, log } = await start();
    ref.cast("idle", 100);
    ref.cast("idle", 300);
    await clock.advance(299);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(["timeout"]);
    ref.cast("idle", 100);
    ref.send({ idle: Number.POSITIVE_INFINITY });
    await clock.advance(1_000_000);
    expect(log).toEqual(["timeout"]);
    expect(clock.timers).toBe(0);
  });

  test("T3 init may give one · start_event_timeout", async () => {
    const { clock, log } = await start({ timeout: 100 });
    await clock.advance(99);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(["timeout"]);
  });

  test("T3 init may give zero · start_event_timeout_zero", async () => {
    const { clock, log } = await start({ timeout: 0 });
    await clock.advance(0);
    expect(log).toEqual(["timeout"]);
  });

  test("T3 so may continue", async () => {
    const { clock, log } = await start({ continue: 100 });
    await clock.advance(100);
    expect(log).toEqual(["timeout"]);
  });

  test("T3 without a timeout callback nothing happens", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const ref = await runtime.start(
      server<unknown>("deaf")({ init: () => startWith("state", { timeout: 10 }), calls: {}, casts: {} }),
    );
    await clock.advance(10);
    expect(ref.alive).toBe(true);
    expect(await getState(ref)).toBe("state");
  });

  test("T3 a timeout callback that returns nonsense ends the server", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const ref = await runtime.start(
      server<unknown>("bad")({
        init: () => startWith(0, { timeout: 10 }),
        calls: {},
        casts: {},
        timeout: () => undefined as never,
      }),
    );
    await clock.advance(10);
    expect(await ref.exited).toMatchObject({ kind: "error", error: { name: "BadReturnError" } });
    expect(crashes).toHaveLength(1);
  });

  test("T2 the idle timer ends with the server", async () => {
    const { clock, ref } = await start({ timeout: 100 });
    expect(clock.timers).toBe(1);
    await ref.stop();
    expect(clock.timers).toBe(0);
  });
});
