import { describe, expectTypeOf, test } from "vitest";
import { type Process, type Runtime, type Self, Task, type TaskOutcome } from "../../actors/index.js";

/** Compiled, never run. */
function compiles(
  _: (uses: { self: Self; ticking: Self<"tick">; runtime: Runtime; task: Task<number> }) => unknown,
): void {}

describe("types of tasks", () => {
  test("the result is what the work gives", () => {
    compiles(({ self, ticking, runtime }) => {
      expectTypeOf(Task.async(self, () => 7)).toEqualTypeOf<Task<number>>();
      expectTypeOf(Task.async(ticking, async () => "a")).toEqualTypeOf<Task<string>>();
      expectTypeOf(Task.run(runtime, async (signal) => signal.aborted)).toEqualTypeOf<Task<boolean>>();
      expectTypeOf(Task.run(runtime, (_, task) => Task.async(task, () => 7).await())).toEqualTypeOf<Task<number>>();
      // @ts-expect-error: a process is not its self
      Task.async(self.process, () => 7);
      // @ts-expect-error: the work is a function
      Task.async(self, Promise.resolve(7));
      // @ts-expect-error: a task is started by a self, or in a runtime
      Task.async(runtime, () => 7);
      // @ts-expect-error: the work takes a signal
      Task.async(self, (count: number) => count);
      // @ts-expect-error: no such option
      Task.async(self, () => 7, { timeout: 7 });
    });
  });

  test("what can be asked of a task", () => {
    compiles(({ task }) => {
      expectTypeOf(task.await()).toEqualTypeOf<Promise<number>>();
      expectTypeOf(task.yield(7)).toEqualTypeOf<Promise<TaskOutcome<number> | undefined>>();
      expectTypeOf(task.shutdown("brutal_kill")).toEqualTypeOf<Promise<TaskOutcome<number> | undefined>>();
      expectTypeOf(task.process).toEqualTypeOf<Process>();
      // @ts-expect-error: not for await
      void task.await("brutal_kill");
      // @ts-expect-error: no such way
      void task.shutdown("kill");
      // @ts-expect-error: it takes no mail
      task.process.send("hello");
    });
  });

  test("a task of something is a task of something wider", () => {
    expectTypeOf<Task<1>>().toExtend<Task<number>>();
    expectTypeOf<Task<number>>().not.toExtend<Task<1>>();
  });
});
