import { expect, test } from "vitest";
import { Deadlines, type Waiter } from "../../../src/operation/deadlines.js";

/** Deadlines on a clock that the test moves; `timers` are the dues of the timers that are set, `sets` all delays they were set to. */
function setUp() {
  let now = 0;
  const timers = new Set<number>();
  const sets: number[] = [];
  const rung: string[] = [];
  const deadlines = new Deadlines(
    () => now,
    (delay) => {
      const due = now + delay;
      sets.push(delay);
      timers.add(due);
      return () => timers.delete(due);
    },
  );
  const waiterOf = (name: string, due: number): Waiter & { hasEnded: boolean } => ({
    due,
    previous: undefined,
    next: undefined,
    line: undefined,
    hasEnded: false,
    ring: () => rung.push(name),
  });
  const at = (time: number) => {
    now = time;
    for (const due of [...timers]) {
      if (due > time) continue;
      timers.delete(due);
      deadlines.rung();
    }
  };
  return { deadlines, waiterOf, at, timers, sets, rung };
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

test("who leaves from the middle leaves its neighbours to each other", () => {
  const { deadlines, waiterOf, at, rung } = setUp();
  const all = ["a", "b", "c", "d", "e"].map((name, index) => waiterOf(name, 10 + index));
  for (const each of all) deadlines.enter(each, 10);
  const [, b, c, d, e] = all as [Waiter, Waiter, Waiter, Waiter, Waiter];
  deadlines.leave(c);
  expect([b.next, d.previous, c]).toMatchObject([d, b, { previous: undefined, next: undefined, line: undefined }]);
  deadlines.leave(e);
  expect(deadlines.enter(waiterOf("f", 13), 10)).toBe(true);

  at(20);
  expect(rung).toEqual(["a", "b", "d", "f"]);
});

test("of one length the due may be the same, and each length has a line of its own", () => {
  const { deadlines, waiterOf } = setUp();
  const [one, two, other, third] = [10, 10, 5, 12].map((due, index) => waiterOf(`${index}`, due)) as [
    Waiter,
    Waiter,
    Waiter,
    Waiter,
  ];
  expect([deadlines.enter(one, 10), deadlines.enter(two, 10), deadlines.enter(other, 5)]).toEqual([true, true, true]);
  expect(deadlines.enter(third, 10)).toBe(true);

  expect(one.line).toMatchObject({ length: 10, oldest: one, newest: third });
  expect([two.line, third.line]).toEqual([one.line, one.line]);
  expect(other.line).toMatchObject({ length: 5, oldest: other, newest: other });
});

test("the timer is set anew only for a due before it", () => {
  const { deadlines, waiterOf, timers, sets } = setUp();
  for (const [name, due, length] of [
    ["a", 100, 100],
    ["b", 100, 50],
    ["c", 120, 100],
    ["d", 90, 40],
  ] as const)
    deadlines.enter(waiterOf(name, due), length);

  expect(sets).toEqual([100, 90]);
  expect([...timers]).toEqual([90]);
});

test("a due that has passed already rings as soon as may be", () => {
  const { deadlines, waiterOf, at, sets } = setUp();
  at(50);
  deadlines.enter(waiterOf("late", 20), 10);

  expect(sets).toEqual([0]);
});

test("a line that all have left is forgotten, and one that comes after begins another", () => {
  const { deadlines, waiterOf, at, timers, rung } = setUp();
  const [first, second] = [waiterOf("first", 100), waiterOf("second", 50)];
  deadlines.enter(first, 10);
  const { line } = first;
  deadlines.leave(first);
  expect(deadlines.enter(second, 10)).toBe(true);
  expect(second.line).not.toBe(line);
  expect([...timers]).toEqual([50]);

  at(50);
  expect(rung).toEqual(["second"]);
});

test("while one length still waits the timer of another that has left stays, and rings for nobody", () => {
  const { deadlines, waiterOf, at, timers, rung, sets } = setUp();
  const short = waiterOf("short", 10);
  deadlines.enter(short, 10);
  deadlines.enter(waiterOf("long", 100), 100);
  deadlines.leave(short);
  expect([...timers]).toEqual([10]);
  at(10);
  expect(rung).toEqual([]);
  expect(sets).toEqual([10, 90]);
  at(100);

  expect(rung).toEqual(["long"]);
});

test("who comes back while all are rung is not rung again before its due", () => {
  const { deadlines, waiterOf, at, timers, rung } = setUp();
  const again = waiterOf("again", 30);
  const first: Waiter = { ...waiterOf("first", 10), ring: () => void deadlines.enter(again, 5) };
  deadlines.enter(first, 10);
  deadlines.enter(waiterOf("last", 100), 100);
  at(10);
  expect(rung).toEqual([]);
  expect([...timers]).toEqual([30]);
  at(30);
  expect(rung).toEqual(["again"]);
  expect([...timers]).toEqual([100]);
});

test("those that have ended are let go of in every line, wherever they stand", () => {
  const { deadlines, waiterOf, at, timers, rung } = setUp();
  const all = [1, 2, 3, 4].map((due) => waiterOf(`${due}`, due));
  for (const each of all) deadlines.enter(each, 10);
  const other = waiterOf("other", 5);
  deadlines.enter(other, 5);
  for (const dead of [all[1], all[2], other]) Object.assign(dead as Waiter, { hasEnded: true });
  deadlines.sweep();
  expect(other.line).toBeUndefined();

  at(10);
  expect(rung).toEqual(["1", "4"]);
  expect(timers.size).toBe(0);
});

test("a timer that is set while the news of the one before is under way is not forgotten", () => {
  const { waiterOf } = setUp();
  const timers = new Set<object>();
  const setTimer = () => {
    const timer = {};
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const deadlines = new Deadlines(() => 10, setTimer);
  const [first, second] = [waiterOf("a", 10), waiterOf("b", 20)];
  deadlines.enter(first, 10);
  // The first timer has rung.
  timers.clear();
  deadlines.leave(first);
  deadlines.enter(second, 10);
  deadlines.rung();

  expect(timers.size).toBe(1);
});
