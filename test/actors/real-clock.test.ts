import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RealClock } from "../../actors/index.js";

describe("the real clock", () => {
  let clock = new RealClock();

  beforeEach(() => {
    clock = new RealClock();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test("goes forward, and fires after the delay, not before", async () => {
    const start = clock.now();
    await new Promise<void>((resolve) => clock.setTimer(5, resolve));
    expect(clock.now() - start).toBeGreaterThan(4);
  });

  test("knows the time of day", () => {
    vi.useFakeTimers({ now: 1_000_000 });
    expect(clock.date()).toBe(1_000_000);
  });

  test("sets no timer for Infinity", () => {
    vi.useFakeTimers();
    const never = clock.setTimer(Number.POSITIVE_INFINITY, () => expect.unreachable());
    expect(never).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
    clock.clearTimer(never);
  });

  test("stops a timer, and leaves one that has fired or was stopped", () => {
    vi.useFakeTimers();
    const fired = vi.fn();
    const timer = clock.setTimer(5, fired);
    const stopped = clock.setTimer(5, () => expect.unreachable());
    clock.clearTimer(stopped);
    clock.clearTimer(stopped);
    vi.advanceTimersByTime(5);
    clock.clearTimer(timer);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 3 * 2 ** 31])(
    "waits %s milliseconds, longer than Node's timers can",
    (delay) => {
      vi.useFakeTimers();
      const fired = vi.fn();
      clock.setTimer(delay, fired);
      const stopped = clock.setTimer(delay, () => expect.unreachable());
      vi.advanceTimersByTime(delay - 1);
      expect(fired).not.toHaveBeenCalled();
      clock.clearTimer(stopped);
      vi.advanceTimersByTime(1);
      expect(fired).toHaveBeenCalledTimes(1);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("soon comes before any timer, later after those that are due", async () => {
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      clock.setTimer(0, () => {
        clock.later(() => {
          log.push("later");
          resolve();
        });
        clock.soon(() => log.push("soon"));
        log.push("timer");
      });
    });
    expect(log).toEqual(["timer", "soon", "later"]);
  });

  test("what is run soon and throws is an uncaught exception", async () => {
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const uncaught = new Promise((resolve) => process.once("uncaughtException", (...all) => resolve(all)));
    const error = new Error("mine");
    clock.soon(() => {
      throw error;
    });
    try {
      expect(await uncaught).toEqual([error, "uncaughtException"]);
    } finally {
      for (const other of others) process.on("uncaughtException", other);
    }
  });
});
