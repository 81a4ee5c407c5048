import { describe, expectTypeOf, test } from "vitest";
import type { Definition, Self, Task } from "../../actors/index.js";
import { child, type TaskSupervisorRef, taskSupervisor } from "../../supervisors/index.js";

/** Compiled, never run. */
function compiles(_: (uses: { tasks: TaskSupervisorRef; self: Self<"tick"> }) => unknown): void {}

describe("types of task supervisors", () => {
  test("what it is, and what it starts", () => {
    compiles(({ tasks, self }) => {
      expectTypeOf(taskSupervisor("tasks", { maxChildren: 7 })).toEqualTypeOf<
        Definition<undefined, TaskSupervisorRef>
      >();
      expectTypeOf(tasks.asyncNolink(self, async () => 7)).toEqualTypeOf<Promise<Task<number>>>();
      expectTypeOf(tasks.async(self, () => "a", { shutdown: "infinity" })).toEqualTypeOf<Promise<Task<string>>>();
      child("tasks", taskSupervisor("tasks"));
      // @ts-expect-error: no such option
      taskSupervisor("tasks", { extraArguments: [] });
      // @ts-expect-error: no such shutdown
      void tasks.async(self, () => 7, { shutdown: "brutal" });
    });
  });

  test("K2 tasks are temporary, and nothing else", () => {
    compiles(({ tasks, self }) => {
      // @ts-expect-error: a task is one life
      void tasks.asyncNolink(self, () => 7, { restart: "permanent" });
      // @ts-expect-error: nor has the supervisor a say in it
      taskSupervisor("tasks", { restart: "transient" });
      // @ts-expect-error: its children are tasks
      tasks.startChild(child("tasks", taskSupervisor("tasks")));
    });
  });
});
