import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../actors/index.js";

describe("VirtualClock", () => {
  test("stands still until it is moved", async () => {
    const clock = new VirtualClock();
    const log: number[] = [];
    clock.setTimer(1, () => log.push(1));
    await new Promise((resolve) => setImmediate(resolve));
    await clock.settle();
    expect(clock.now()).toBe(0);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(clock.now()).toBe(1);
    expect(clock.date()).toBe(1);
    expect(log).toEqual([1]);
  });

  test("fires timers in the order of their due time, those due together in the order they were set", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    for (const [name, delay] of Object.entries({ c: 20, a: 10, d: 20, b: 10, zero: 0, past: -5, none: Number.NaN })) {
      clock.setTimer(delay, () => log.push(`${name} at ${clock.now()}`));
    }
    await clock.advance(19);
    expect(log).toEqual(["zero at 0", "past at 0", "none at 0", "a at 10", "b at 10"]);
    expect(clock.now()).toBe(19);
    await clock.advance(1);
    expect(log.slice(5)).toEqual(["c at 20", "d at 20"]);
  });

  test("counts the timers that are set; one that was cleared, or fired, is not", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const cleared = clock.setTimer(10, () => log.push("cleared"));
    const fired = clock.setTimer(10, () => log.push("fired"));
    expect(clock.timers).toBe(2);
    clock.clearTimer(cleared);
    clock.clearTimer(cleared);
    expect(clock.timers).toBe(1);
    await clock.advance(10);
    clock.clearTimer(fired);
    clock.clearTimer(undefined);
    expect(clock.timers).toBe(0);
    expect(log).toEqual(["fired"]);
  });

  test("never fires an infinite timer, and does not count it", async () => {
    const clock = new VirtualClock();
    const never = clock.setTimer(Number.POSITIVE_INFINITY, () => expect.unreachable());
    expect(clock.timers).toBe(0);
    expect(await clock.advanceToNext()).toBe(false);
    clock.clearTimer(never);
  });

  test("fires what falls due on the way, also when it is set on the way", async () => {
    const clock = new VirtualClock();
    const log: number[] = [];
    const again = () => {
      log.push(clock.now());
      clock.setTimer(10, again);
    };
    clock.setTimer(10, again);
    await clock.advance(35);
    expect(log).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
    expect(clock.timers).toBe(1);
  });

  test("lets everything run between two timers", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setTimer(10, () => {
      log.push("first");
      clock.soon(() => log.push("soon"));
      clock.later(() => {
        log.push("later");
        clock.later(() => log.push("later still"));
      });
    });
    clock.setTimer(11, () => log.push("second"));
    await clock.advance(11);
    expect(log).toEqual(["first", "soon", "later", "later still", "second"]);
  });

  test("moves to the next timer, as often as there is one", async () => {
    const clock = new VirtualClock();
    const log: number[] = [];
    clock.setTimer(1_000, () => log.push(clock.now()));
    clock.setTimer(5, () => log.push(clock.now()));
    clock.clearTimer(clock.setTimer(1, () => expect.unreachable()));
    expect(await clock.advanceToNext()).toBe(true);
    expect(clock.now()).toBe(5);
    expect(await clock.advanceToNext()).toBe(true);
    expect(await clock.advanceToNext()).toBe(false);
    expect(log).toEqual([5, 1_000]);
  });

  test("fires thousands of random timers as a sorted list would, whatever is cleared", async () => {
    const timer = fc.record({
      delay: fc.oneof(fc.nat(50), fc.double({ min: 0, max: 50, noNaN: true })),
      isCleared: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(timer, { minLength: 1_000, maxLength: 3_000, size: "max" }), async (timers) => {
        const clock = new VirtualClock();
        // Settling is for processes and costs a turn for each timer; what is tested here is the heap.
        clock.settle = () => Promise.resolve();
        const fired: number[] = [];
        const handles = timers.map(({ delay }, index) =>
          clock.setTimer(delay, () => {
            expect(clock.now()).toBe(delay);
            fired.push(index);
          }),
        );
        timers.forEach(({ isCleared }, index) => {
          if (isCleared) clock.clearTimer(handles[index]);
        });
        const expected = timers
          .map(({ delay, isCleared }, index) => ({ delay, isCleared, index }))
          .filter(({ isCleared }) => !isCleared)
          .sort((a, b) => a.delay - b.delay || a.index - b.index)
          .map(({ index }) => index);
        expect(clock.timers).toBe(expected.length);
        await clock.advance(25);
        await clock.advance(25);
        expect(fired).toEqual(expected);
        expect(clock.timers).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});
