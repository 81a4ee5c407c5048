import { afterEach, describe, expect, test, vi } from "vitest";
import { realClock } from "../../actors/index.js";

describe("the real clock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("goes forward, and fires after the delay, not before", async () => {
    const start = realClock.now();
    await new Promise<void>((resolve) => realClock.setTimer(5, resolve));
    expect(realClock.now() - start).toBeGreaterThan(4);
  });

  test("sets no timer for Infinity", () => {
    vi.useFakeTimers();
    const never = realClock.setTimer(Number.POSITIVE_INFINITY, () => expect.unreachable());
    expect(never).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
    realClock.clearTimer(never);
  });

  test("stops a timer, and leaves one that has fired or was stopped", () => {
    vi.useFakeTimers();
    const fired = vi.fn();
    const timer = realClock.setTimer(5, fired);
    const stopped = realClock.setTimer(5, () => expect.unreachable());
    realClock.clearTimer(stopped);
    realClock.clearTimer(stopped);
    vi.advanceTimersByTime(5);
    realClock.clearTimer(timer);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 3 * 2 ** 31])(
    "waits %s milliseconds, longer than Node's timers can",
    (delay) => {
      vi.useFakeTimers();
      const fired = vi.fn();
      realClock.setTimer(delay, fired);
      const stopped = realClock.setTimer(delay, () => expect.unreachable());
      vi.advanceTimersByTime(delay - 1);
      expect(fired).not.toHaveBeenCalled();
      realClock.clearTimer(stopped);
      vi.advanceTimersByTime(1);
      expect(fired).toHaveBeenCalledTimes(1);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test("soon comes before any timer, later after those that are due", async () => {
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      realClock.setTimer(0, () => {
        realClock.later(() => {
          log.push("later");
          resolve();
        });
        realClock.soon(() => log.push("soon"));
        log.push("timer");
      });
    });
    expect(log).toEqual(["timer", "soon", "later"]);
  });
});
