import { expect, test } from "vitest";
import { loneTasks } from "../../support/lone-tasks.js";

test("a task that works is asked for after a while, any other at once", () => {
  const it = loneTasks();

  it.begun({ taskId: "A" });
  expect(it.done()).toEqual([["wait", 1_000]]);

  it.begun({ taskId: "B", status: "input_required" });
  expect(it.done()).toEqual([["queue"]]);
});

test("an operation that was never sent becomes none", () => {
  const it = loneTasks();
  const { task } = it.begun({ taskId: "A" });
  const pending = it.waiting();
  it.done();

  it.tasks.begin(pending, { ...task.state, id: "B" }, {});

  expect(pending.task).toBeUndefined();
  expect(it.done()).toEqual([]);
});

test("a task that another operation waits for is none of its own", () => {
  const it = loneTasks();
  const { task } = it.begun();
  const other = it.out();
  it.done();

  it.tasks.begin(other, task.state, "what it said");

  const cause = new Error("It is a task that another operation waits for");
  expect(it.done()).toEqual([["settle", "completed", { code: "INVALID_RESULT", result: "what it said", cause }]]);
});

test("the next poll comes before the limit of the whole call, which counts from the call", () => {
  const it = loneTasks();
  it.clock.now = 4_500;

  it.begun({}, { calledAt: 0, maxTimeout: 5_000 });

  expect(it.done()).toEqual([["wait", 400]]);
});
