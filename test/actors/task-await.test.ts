import { describe, expect, test } from "vitest";
import { failure, Task } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { noted } from "./noted.js";
import { type Puppet, puppet } from "./puppet.js";

const error = new Error("oops");
const throws = (): never => {
  throw error;
};
const never = () => new Promise<never>(() => {});

describe.each(seeds)("waiting for a task, order %s", (seed) => {
  test.each<["await" | "yield" | "shutdown"]>([["await"], ["yield"], ["shutdown"]])(
    "K1 %s is refused to another process than the owner · raises when invoked from a non-owner process",
    async (method) => {
      const { runtime } = testRuntime({ seed });
      const [owner, other] = [await puppet(runtime), await puppet(runtime)];
      const task = Task.async(owner.self, never, { label: "mine" });
      await expect(other.run(() => task[method]())).rejects.toMatchObject({
        name: "TaskError",
        failure: "not_owner",
        message: "Expected mine to be asked by the process that started it: pass on the result instead of the task",
      });
      // Nor is anything done to it.
      expect(task.process.alive).toBe(true);
      const own = owner.run(() => task[method](0));
      await expect(other.run(() => task.await())).rejects.toMatchObject({ failure: "not_owner" });
      void own.catch(() => {});
    },
  );

  test("K1 await gives up after 5 s, and the caller fails · await/1 exits on timeout", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const task = Task.async(owner.self, never, { label: "slow" });
    owner.act(() => task.await());
    await clock.advance(4_999);
    expect(owner.process.alive).toBe(true);
    await clock.advance(1);
    expect(await owner.process.exited).toMatchObject({
      error: {
        name: "TaskError",
        failure: "timeout",
        message: "Expected slow to have a result in time: raise the timeout of await(), or make the task faster",
      },
    });
    // And so, through the link, does the task.
    expect(task.process.alive).toBe(false);
    expect([runtime.size, clock.timers]).toEqual([0, 0]);
  });

  test("K1 after a timeout nothing of the task reaches its owner any more · await demonitors and unaliases on timeout", async () => {
    const sent: unknown[] = [];
    const { runtime, clock } = testRuntime({
      seed,
      onInspect: (event) => event.type === "send" && event.process === owner?.process && sent.push(event.mail.payload),
    });
    let owner: Puppet | undefined;
    owner = await puppet(runtime);
    const go = gate<string>();
    const task = Task.async(owner.self, () => go.promise);
    const failed = expect(task.await(0)).rejects.toMatchObject({ failure: "timeout" });
    await clock.advance(0);
    await failed;
    expect(task.process.alive).toBe(true);
    go.open("late");
    expect(await task.process.exited).toBe("normal");
    await clock.settle();
    expect(sent).toEqual([]);
    await expect(task.await()).rejects.toMatchObject({ failure: "exit", reason: "noproc" });
    expect(await task.yield()).toEqual({ status: "exit", reason: "noproc" });
    expect(await task.shutdown()).toEqual({ status: "exit", reason: "noproc" });
    expect(clock.timers).toBe(0);
  });

  test("K1 await with 0 takes a result that has arrived", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const { self } = await puppet(runtime);
    const task = Task.async(self, () => "done");
    await clock.settle();
    expect(await task.await(0)).toBe("done");
  });

  test("K1 a result that arrives with the timeout is the result", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const { self } = await puppet(runtime);
    const task = Task.async(self, () => new Promise((resolve) => clock.setTimer(100, () => resolve("in time"))));
    await clock.settle();
    const awaited = noted(task.await(100));
    await clock.advance(100);
    expect(awaited).toEqual(["in time"]);
  });

  test.each(["await", "yield"] as const)("K1 %s with Infinity waits for ever, and sets no timer", async (method) => {
    const { runtime, clock } = testRuntime({ seed });
    const { self } = await puppet(runtime);
    const go = gate<string>();
    const task = Task.async(self, () => go.promise);
    const log = noted(task[method](Number.POSITIVE_INFINITY));
    await clock.advance(1e9);
    expect([log, clock.timers]).toEqual([[], 0]);
    go.open("done");
    await clock.settle();
    expect(log).toHaveLength(1);
  });

  test.each(["await", "yield", "shutdown"] as const)("%s refuses a timeout that is none", async (method) => {
    const { runtime } = testRuntime({ seed });
    const task = Task.run(runtime, never);
    for (const timeout of [-1, Number.NaN]) await expect(task[method](timeout)).rejects.toThrow(RangeError);
    expect(task.process.alive).toBe(true);
  });

  test("K4 yield gives nothing on timeout, may be repeated, and then gives the result", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const { self } = await puppet(runtime);
    const go = gate<string>();
    const task = Task.async(self, () => go.promise);
    for (const timeout of [undefined, 0, 7]) {
      const log = noted(task.yield(timeout));
      if (timeout !== 0) {
        await clock.advance((timeout ?? 5_000) - 1);
        expect(log).toEqual([]);
      }
      await clock.advance(timeout === 0 ? 0 : 1);
      expect(log).toEqual([undefined]);
    }
    const log = noted(task.yield());
    go.open("done");
    await clock.settle();
    expect(log).toEqual([{ status: "ok", value: "done" }]);
    expect([clock.timers, task.process.alive]).toEqual([0, false]);
  });

  test("K4 yield tells how a task ended, and does not fail · return exit on normal exit", async () => {
    const { runtime } = testRuntime({ seed });
    const failing = Task.run(runtime, throws);
    expect(await failing.yield()).toEqual({ status: "exit", reason: failure(error) });
    const leaving = Task.run(runtime, (_, self) => self.exit("normal"));
    expect(await leaving.yield()).toEqual({ status: "exit", reason: "normal" });
    const killed = Task.run(runtime, never);
    killed.process.exit("kill");
    expect(await killed.yield()).toEqual({ status: "exit", reason: "killed" });
  });

  test("an outcome is not used up, and everybody who waits gets it", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const task = Task.run(runtime, async () => "done");
    const waiting = [noted(task.await()), noted(task.yield()), noted(task.await(1))];
    await clock.settle();
    expect(waiting).toEqual([["done"], [{ status: "ok", value: "done" }], ["done"]]);
    expect(await task.await()).toBe("done");
    expect(clock.timers).toBe(0);
  });

  test("a wait leaves no timer when its owner ends meanwhile", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const task = Task.async(owner.self, never);
    const failed = expect(task.await(60_000)).rejects.toMatchObject({ failure: "exit", reason: "killed" });
    await clock.settle();
    owner.process.exit("kill");
    await failed;
    expect([clock.timers, runtime.size]).toEqual([0, 0]);
  });
});
