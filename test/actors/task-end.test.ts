import { describe, expect, test } from "vitest";
import { type ExitReason, failure, type Self, Task, TaskError } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { noted } from "./noted.js";
import { puppet } from "./puppet.js";

const error = new Error("oops");
const throws = (): never => {
  throw error;
};
const rejects = () => Promise.reject(error);
const never = () => new Promise<never>(() => {});

describe.each(seeds)("how tasks end, order %s", (seed) => {
  test.each([
    ["throws", throws],
    ["rejects", rejects],
    ["rejects later", () => Promise.resolve().then(throws)],
  ])("K1 a task that %s takes its caller along · await/1 exits on task error", async (_, work) => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const task = Task.async(owner.self, work);
    const failed = expect(task.await()).rejects.toMatchObject({
      name: "TaskError",
      failure: "exit",
      reason: failure(error),
      cause: error,
      message: "Expected task to have a result, but it ended with Error: oops",
    });
    await clock.settle();
    await failed;
    expect(await owner.process.exited).toEqual(failure(error));
    expect(crashes.map(({ process }) => process)).toEqual([task.process]);
    expect(clock.timers).toBe(0);
  });

  test("K1 a caller that traps exits lives on, and its await fails", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime, { traps: true });
    const task = Task.async(owner.self, throws);
    await expect(task.await()).rejects.toBeInstanceOf(TaskError);
    await clock.settle();
    expect(owner.mail).toEqual([{ type: "EXIT", process: task.process, reason: failure(error) }]);
  });

  test.each<ExitReason>(["shutdown", failure("broken")])("K1 the task ends with its caller: %j", async (reason) => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const owner = await puppet(runtime);
    let signal: AbortSignal | undefined;
    const released = gate();
    const task = Task.async(owner.self, (given, self) => {
      signal = given;
      self.own(() => released.promise);
      return never();
    });
    await clock.settle();
    expect(signal?.aborted).toBe(false);
    owner.process.exit(reason);
    await clock.settle();
    expect([signal?.aborted, task.process.alive, runtime.size]).toEqual([true, false, 1]);
    released.open();
    expect(await task.process.exited).toEqual(reason);
    expect([runtime.size, crashes.length]).toEqual([0, 0]);
  });

  test("K1 a caller that ends with normal leaves its task at work, as every link does", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const go = gate();
    const log: string[] = [];
    const task = await owner.run((self) => {
      const started = [Task.async(self, () => go.promise.then(() => log.push("done")))];
      self.exit("normal");
      return started;
    });
    await clock.settle();
    go.open();
    expect(await task[0]?.process.exited).toBe("normal");
    expect(log).toEqual(["done"]);
  });

  test("K1 a handler that outlasts its process starts no task, and hears noproc", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const { self, process } = await puppet(runtime);
    process.exit("kill");
    const log: string[] = [];
    const task = Task.async(self, () => log.push("work"));
    await expect(task.await()).rejects.toMatchObject({ failure: "exit", reason: "noproc" });
    await clock.settle();
    expect([log, runtime.size]).toEqual([[], 0]);
  });

  test.each<[string, (self: Self) => void, ExitReason]>([
    ["normal", (self) => self.exit("normal"), "normal"],
    ["shutdown", (self) => self.exit("shutdown"), "shutdown"],
    ["a reason of its own", (self) => self.exit(failure("unknown")), failure("unknown")],
  ])(
    "K1 a task that exits with %s has no result, whatever it returns · await/1 exits on normal exit, on task exit",
    async (_, exit, reason) => {
      const { runtime, crashes } = testRuntime({ seed });
      const owner = await puppet(runtime, { traps: true });
      const sync = Task.async(owner.self, (__, self) => {
        exit(self);
        return "ignored";
      });
      const later = Task.run(runtime, async (__, self) => {
        await Promise.resolve();
        exit(self);
        return "ignored";
      });
      for (const task of [sync, later]) {
        await expect(task.await()).rejects.toMatchObject({ failure: "exit", reason });
        expect(await task.yield()).toEqual({ status: "exit", reason });
      }
      expect(crashes).toEqual([]);
    },
  );

  test("E5 what the work gives while the task is ending is ignored", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const [go, released] = [gate<string>(), gate()];
    const task = Task.run(runtime, (_, self) => {
      self.own(() => released.promise);
      return go.promise;
    });
    const log = noted(task.yield());
    await clock.settle();
    task.process.exit("shutdown");
    go.open("too late");
    await clock.settle();
    expect(log).toEqual([]);
    released.open();
    await clock.settle();
    expect(log).toEqual([{ status: "exit", reason: "shutdown" }]);
  });
});
