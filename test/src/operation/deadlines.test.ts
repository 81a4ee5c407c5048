import { expect, test } from "vitest";
import { Deadlines, type Waiter } from "../../../src/operation/deadlines.js";

/** Deadlines on a clock that the test moves; `timers` are the dues of the timers that are set. */
function setUp() {
  let now = 0;
  const timers = new Set<number>();
  const rung: string[] = [];
  const deadlines = new Deadlines(
    () => now,
    (delay) => {
      const due = now + delay;
      timers.add(due);
      return () => timers.delete(due);
    },
  );
  const waiterOf = (name: string, due: number) => {
    return {
      due,
      previous: undefined,
      next: undefined,
      line: undefined,
      hasEnded: false as boolean,
      ring: () => rung.push(name),
    } satisfies Waiter;
  };
  const at = (time: number) => {
    now = time;
    for (const due of [...timers]) {
      if (due > time) continue;
      timers.delete(due);
      deadlines.rung();
    }
  };
  return { deadlines, waiterOf, at, timers, rung };
}

test("rings each at its due, with one timer at a time", () => {
  const { deadlines, waiterOf, at, timers, rung } = setUp();
  expect(deadlines.enter(waiterOf("a", 100), 100)).toBe(true);
  expect(deadlines.enter(waiterOf("b", 150), 100)).toBe(true);
  expect(deadlines.enter(waiterOf("short", 20), 20)).toBe(true);
  expect([...timers]).toEqual([20]);

  at(20);
  expect(rung).toEqual(["short"]);
  expect([...timers]).toEqual([100]);
  at(100);
  expect(rung).toEqual(["short", "a"]);
  at(150);
  expect(rung).toEqual(["short", "a", "b"]);
  expect(timers.size).toBe(0);
});

test("whoever has left is not rung, and the last one takes the timer along", () => {
  const { deadlines, waiterOf, at, timers, rung } = setUp();
  const [first, middle, last] = [waiterOf("first", 10), waiterOf("middle", 11), waiterOf("last", 12)];
  for (const each of [first, middle, last]) deadlines.enter(each, 10);

  deadlines.leave(middle);
  deadlines.leave(middle);
  deadlines.leave(first);
  at(10);
  expect(rung).toEqual([]);
  expect([...timers]).toEqual([12]);
  deadlines.leave(last);
  expect(timers.size).toBe(0);
});

test("turns away whose due is before that of those who came before", () => {
  const { deadlines, waiterOf } = setUp();
  deadlines.enter(waiterOf("a", 100), 50);

  expect(deadlines.enter(waiterOf("b", 99), 50)).toBe(false);
  expect(deadlines.enter(waiterOf("c", 99), 60)).toBe(true);
});

test("lets go of those that have ended", () => {
  const { deadlines, waiterOf, at, timers, rung } = setUp();
  const [dead, alive] = [waiterOf("dead", 10), waiterOf("alive", 12)];
  for (const each of [dead, alive]) deadlines.enter(each, 10);
  dead.hasEnded = true;
  deadlines.sweep();

  at(12);
  expect(rung).toEqual(["alive"]);
  expect(timers.size).toBe(0);
});
