import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RealClock } from "../../actors/index.js";

describe("the real clock's long timers", () => {
  let clock = new RealClock();

  beforeEach(() => {
    clock = new RealClock();
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([999, 1_000, 1_001, 5_000, 5_000.5, 3_600_000])("one of %s ms fires once, and not before", (delay) => {
    const fired = vi.fn();
    clock.setTimer(delay, fired);
    vi.advanceTimersByTime(Math.floor(delay) - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(fired).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2 * delay);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("they fire in the order in which they are due, among each other and among short ones", () => {
    const log: string[] = [];
    const set = (delay: number, name: string) => clock.setTimer(delay, () => log.push(name));
    set(5_000, "5000");
    set(2_000, "2000");
    vi.advanceTimersByTime(1_500);
    set(5_000, "1500 + 5000");
    set(3_000, "1500 + 3000");
    vi.advanceTimersByTime(2_500);
    set(900, "4000 + 900");
    set(1_500, "4000 + 1500");
    vi.advanceTimersByTime(5_000);
    expect(log).toEqual(["2000", "1500 + 3000", "4000 + 900", "5000", "4000 + 1500", "1500 + 5000"]);
  });

  test.each([
    ["at once", 0],
    ["before half of it is over", 2_400],
    ["after half of it is over", 2_600],
  ])("one that is stopped %s does not fire, and its neighbours do", (_when, after) => {
    const fired = vi.fn();
    clock.setTimer(5_000, fired);
    const stopped = clock.setTimer(5_000, () => expect.unreachable());
    clock.setTimer(5_000, fired);
    vi.advanceTimersByTime(after);
    clock.clearTimer(stopped);
    clock.clearTimer(stopped);
    vi.advanceTimersByTime(5_000 - after);
    expect(fired).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([0, 1, 2, 3])("of four, whichever is stopped, the others and one that is set then fire", (which) => {
    const log: string[] = [];
    const set = (name: string) => clock.setTimer(5_000, () => log.push(name));
    const names = ["a", "b", "c", "d"];
    clock.clearTimer(names.map(set)[which]);
    set("e");
    vi.advanceTimersByTime(5_000);
    expect(log).toEqual([...names.filter((_, index) => index !== which), "e"]);
  });

  test("one that has fired may be stopped, from its own callback, too", () => {
    const fired = vi.fn();
    const timer: unknown = clock.setTimer(5_000, () => {
      clock.clearTimer(timer);
      fired();
    });
    vi.advanceTimersByTime(5_000);
    clock.clearTimer(timer);
    const next = vi.fn();
    clock.setTimer(5_000, next);
    vi.advanceTimersByTime(5_000);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(next).toHaveBeenCalledTimes(1);
  });

  test("what a callback asks for soon comes before the next timer that is due with it", async () => {
    const log: string[] = [];
    for (const name of ["a", "b"]) {
      clock.setTimer(5_000, () => {
        log.push(name);
        clock.soon(() => log.push(`soon after ${name}`));
      });
    }
    await vi.advanceTimersByTimeAsync(5_000);
    expect(log).toEqual(["a", "soon after a", "b", "soon after b"]);
  });

  test("a callback that throws takes no other along", () => {
    const fired = vi.fn();
    clock.setTimer(5_000, () => {
      throw new Error("mine");
    });
    clock.setTimer(5_000, fired);
    expect(() => vi.advanceTimersByTime(5_000)).toThrow("mine");
    vi.advanceTimersByTime(0);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  test("delays that are used once fire as well, and leave nothing", () => {
    const fired = vi.fn();
    const stopped: unknown[] = [];
    for (let delay = 1_000; delay < 1_500; delay++) {
      clock.setTimer(delay, fired);
      stopped.push(clock.setTimer(delay, () => expect.unreachable()));
    }
    for (const timer of stopped) clock.clearTimer(timer);
    vi.advanceTimersByTime(1_500);
    expect(fired).toHaveBeenCalledTimes(500);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a thousand cost one of Node's timers, and none once they are stopped and the turn is over", () => {
    const limits = Array.from({ length: 1_000 }, () => clock.setTimer(5_000, () => expect.unreachable()));
    expect(vi.getTimerCount()).toBe(1);
    const last = limits.pop();
    for (const limit of limits) clock.clearTimer(limit);
    vi.advanceTimersByTime(0);
    expect(vi.getTimerCount()).toBe(1);
    clock.clearTimer(last);
    vi.advanceTimersByTime(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("one that is set in the turn in which the last one was stopped, or later, fires", () => {
    const fired = vi.fn();
    clock.clearTimer(clock.setTimer(5_000, () => expect.unreachable()));
    clock.setTimer(5_000, fired);
    vi.advanceTimersByTime(5_000);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
    clock.setTimer(5_000, fired);
    vi.advanceTimersByTime(5_000);
    expect(fired).toHaveBeenCalledTimes(2);
  });

  test("many delays at once leave no more behind for the rest of the turn than there may be waiting rooms", () => {
    const limits = Array.from({ length: 100 }, (_, index) => clock.setTimer(5_000 + index, () => expect.unreachable()));
    for (const limit of limits) clock.clearTimer(limit);
    // One turn's end, and a timer for each of 32 rooms.
    expect(vi.getTimerCount()).toBe(33);
    vi.advanceTimersByTime(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
