import { describe, expect, test } from "vitest";
import { type ExitReason, failure, Task } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet } from "./puppet.js";

const never = () => new Promise<never>(() => {});

describe.each(seeds)("Task.shutdown, order %s", (seed) => {
  test.each([undefined, 0, "brutal_kill"] as const)(
    "K4 %s gives nothing when it ended the task, and the owner lives · returns nil on shutting down / killing task",
    async (how) => {
      const { runtime, clock, crashes } = testRuntime({ seed });
      const [owner, trapping] = [await puppet(runtime), await puppet(runtime, { traps: true })];
      for (const { self, process } of [owner, trapping]) {
        let signal: AbortSignal | undefined;
        const task = Task.async(self, (given) => {
          signal = given;
          return never();
        });
        await clock.settle();
        expect(await task.shutdown(how)).toBeUndefined();
        await clock.settle();
        expect([signal?.aborted, task.process.alive, process.alive]).toEqual([true, false, true]);
      }
      expect([owner.mail, trapping.mail, crashes, clock.timers]).toEqual([[], [], [], 0]);
    },
  );

  test("K4 a task that has not begun yet never begins", async () => {
    const { runtime } = testRuntime({ seed });
    const { self } = await puppet(runtime);
    const log: string[] = [];
    const task = Task.async(self, () => log.push("begun"));
    expect(await task.shutdown()).toBeUndefined();
    expect(log).toEqual([]);
  });

  test.each([undefined, 0, "brutal_kill"] as const)(
    "K4 %s gives a result that has arrived · shutdown/2 returns {:ok, result} when reply and DOWN in message queue",
    async (how) => {
      const { runtime, clock } = testRuntime({ seed });
      const { self } = await puppet(runtime);
      const task = Task.async(self, () => "result");
      await clock.settle();
      expect(task.process.alive).toBe(false);
      expect(await task.shutdown(how)).toEqual({ status: "ok", value: "result" });
      expect(await task.shutdown(how)).toEqual({ status: "ok", value: "result" });
    },
  );

  test("K4 a result that arrived while the task lets go of what it owns is the outcome, too", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const released = gate();
    const task = Task.run(runtime, (_, self) => {
      self.own(() => released.promise);
      return "result";
    });
    await clock.settle();
    let isOver = false;
    const shutdown = task.shutdown("brutal_kill").finally(() => {
      isOver = true;
    });
    await clock.settle();
    expect(isOver).toBe(false);
    released.open();
    expect(await shutdown).toEqual({ status: "ok", value: "result" });
  });

  test.each<[ExitReason, number | "brutal_kill", boolean]>([
    ["shutdown", 5_000, false],
    ["killed", 5_000, true],
    ["normal", 5_000, true],
    [failure("abnormal"), 5_000, true],
    ["shutdown", "brutal_kill", true],
    ["killed", "brutal_kill", false],
    ["normal", "brutal_kill", true],
    [failure("abnormal"), "brutal_kill", true],
  ])(
    "K4 a task that had ended with %j is told by %s: %s · returns exit on … :DOWN in message queue",
    async (reason, how, isTold) => {
      const { runtime, clock } = testRuntime({ seed });
      const owner = await puppet(runtime, { traps: true });
      const task = Task.async(owner.self, (_, self) =>
        reason === "killed" ? self.process.exit("kill") : self.exit(reason),
      );
      await clock.settle();
      expect(await task.shutdown(how)).toEqual(isTold ? { status: "exit", reason } : undefined);
    },
  );

  test("K4 a task that traps exits is killed when its time is over · returns exit on killing task after shutdown timeout", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const { self, process } = await puppet(runtime);
    const task = Task.async(self, (_, own) => {
      own.trapExit = true;
      return never();
    });
    await clock.settle();
    const outcome = task.shutdown(100);
    await clock.advance(99);
    expect(task.process.alive).toBe(true);
    await clock.advance(1);
    expect(await outcome).toEqual({ status: "exit", reason: "killed" });
    expect([process.alive, clock.timers]).toEqual([true, 0]);
  });

  test("K4 a task that traps exits and is done in time has its result", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const go = gate<string>();
    const task = Task.run(runtime, (_, own) => {
      own.trapExit = true;
      return go.promise;
    });
    await clock.settle();
    const outcome = task.shutdown();
    await clock.advance(4_999);
    go.open("just in time");
    expect(await outcome).toEqual({ status: "ok", value: "just in time" });
    expect(clock.timers).toBe(0);
  });

  test("K4 yield and then shutdown: the result, if there is any by now", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const go = gate<string>();
    const [quick, slow] = [Task.run(runtime, () => go.promise), Task.run(runtime, never)];
    const ask = async (task: Task<string>) => (await task.yield(100)) ?? (await task.shutdown());
    const outcomes = [ask(quick), ask(slow)];
    await clock.advance(99);
    go.open("done");
    await clock.advance(1);
    expect(await Promise.all(outcomes)).toEqual([{ status: "ok", value: "done" }, undefined]);
    expect(runtime.size).toBe(0);
  });

  test("K4 a task that await has given up is still ended", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const task = Task.run(runtime, never);
    const failed = expect(task.await(10)).rejects.toMatchObject({ failure: "timeout" });
    await clock.advance(10);
    await failed;
    expect(await task.shutdown()).toBeUndefined();
    expect(task.process.alive).toBe(false);
    // Handled twice: how it ended is not known any more.
    expect(await task.shutdown()).toEqual({ status: "exit", reason: "noproc" });
  });

  test("K4 what waits for the task while it is shut down hears of its end", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const task = Task.run(runtime, never);
    const failed = expect(task.await()).rejects.toMatchObject({ failure: "exit", reason: "shutdown" });
    await clock.settle();
    await task.shutdown();
    await failed;
    expect(clock.timers).toBe(0);
  });
});
