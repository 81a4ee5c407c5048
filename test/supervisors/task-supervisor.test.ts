import { describe, expect, test } from "vitest";
import { failure } from "../../actors/index.js";
import {
  child,
  supervisor,
  type TaskSupervisorOptions,
  type TaskSupervisorRef,
  taskSupervisor,
} from "../../supervisors/index.js";
import { gate } from "../actors/gate.js";
import { puppet } from "../actors/puppet.js";
import { seeds } from "../support/runtime.js";
import { countsOf, harness } from "./harness.js";

const error = new Error("oops");
const throws = (): never => {
  throw error;
};
const never = () => new Promise<never>(() => {});
const starts = ["async", "asyncNolink"] as const;

describe.each(seeds)("task supervisor, order %s", (seed) => {
  async function stage(options?: TaskSupervisorOptions) {
    const stage = harness(seed);
    const tasks = await stage.runtime.start(taskSupervisor("tasks", options));
    return { ...stage, tasks };
  }

  test.each(starts)("%s starts a task under the supervisor · spawns tasks under the supervisor", async (how) => {
    const { runtime, tasks, clock } = await stage();
    const owner = await puppet(runtime);
    const go = gate<string>();
    const task = await tasks[how](owner.self, () => go.promise, { label: "fetch" });
    expect(await tasks.whichChildren()).toEqual([
      { id: "fetch", type: "worker", status: "running", process: task.process },
    ]);
    expect(runtime.tree()[0]).toMatchObject({
      label: "tasks",
      type: "supervisor",
      children: [{ label: "fetch", process: task.process }],
    });
    go.open("done");
    expect(await task.await()).toBe("done");
    await clock.settle();
    expect(await countsOf(tasks)).toEqual([0, 0, 0, 0]);
    expect([owner.process.alive, owner.mail]).toEqual([true, []]);
  });

  test("counts and returns children", async () => {
    const { runtime, tasks } = await stage();
    const { self } = await puppet(runtime);
    expect([await countsOf(tasks), await tasks.whichChildren()]).toEqual([[0, 0, 0, 0], []]);
    for (const how of starts) await tasks[how](self, never);
    expect(await countsOf(tasks)).toEqual([2, 2, 0, 2]);
  });

  test("K2 asyncNolink does not link: a task that fails leaves its owner alone · async_nolink spawns without linking", async () => {
    const { runtime, tasks, clock, crashes } = await stage();
    const [owner, trapping] = [await puppet(runtime), await puppet(runtime, { traps: true })];
    for (const { self, process, mail } of [owner, trapping]) {
      const task = await tasks.asyncNolink(self, throws);
      expect(await task.yield()).toEqual({ status: "exit", reason: failure(error) });
      await expect(task.await()).rejects.toMatchObject({ failure: "exit", cause: error });
      await clock.settle();
      expect([process.alive, mail]).toEqual([true, []]);
    }
    expect([tasks.alive, crashes.length]).toEqual([true, 2]);
  });

  test("K2 asyncNolink does not link: the task outlives its owner", async () => {
    const { runtime, tasks, clock } = await stage();
    const owner = await puppet(runtime);
    const log: string[] = [];
    const go = gate();
    const task = await tasks.asyncNolink(owner.self, () => go.promise.then(() => log.push("done")));
    owner.process.exit("kill");
    await clock.settle();
    expect(task.process.alive).toBe(true);
    go.open();
    expect(await task.process.exited).toBe("normal");
    expect(log).toEqual(["done"]);
  });

  test.each(["await", "yield", "shutdown"] as const)(
    "an owner that ends while it waits in %s leaves no timer",
    async (method) => {
      const { runtime, tasks, clock } = await stage();
      const { self, process } = await puppet(runtime);
      const task = await tasks.asyncNolink(self, (_, own) => {
        own.trapExit = true;
        return never();
      });
      await clock.settle();
      const ended = task[method](60_000).then(
        () => {},
        () => {},
      );
      await clock.settle();
      expect(clock.timers).toBe(1);
      process.exit("kill");
      await clock.settle();
      expect(clock.timers).toBe(0);
      task.process.exit("kill");
      await ended;
    },
  );

  test("K1 async links to the owner, too: each ends with the other", async () => {
    const { runtime, tasks, clock } = await stage();
    const [failing, dying] = [await puppet(runtime), await puppet(runtime)];
    const go = gate();
    const task = await tasks.async(failing.self, () => go.promise.then(throws));
    go.open();
    expect(await failing.process.exited).toEqual(failure(error));
    expect(await task.yield()).toEqual({ status: "exit", reason: failure(error) });
    const other = await tasks.async(dying.self, never);
    dying.process.exit("kill");
    expect(await other.process.exited).toBe("killed");
    await clock.settle();
    expect([tasks.alive, await countsOf(tasks)]).toEqual([true, [0, 0, 0, 0]]);
  });

  test("K2 the owner hears of a failed task by its outcome, whatever it does first", async () => {
    const { runtime, tasks } = await stage();
    const { self } = await puppet(runtime);
    // By the time the supervisor has answered the task may be over: how it ended is known all the same.
    const task = await tasks.asyncNolink(self, throws);
    await task.process.exited;
    expect(await task.yield(0)).toEqual({ status: "exit", reason: failure(error) });
    expect(await (await tasks.asyncNolink(self, () => 7)).await()).toBe(7);
  });

  test("K2 tasks are temporary: one that fails is not restarted, and the supervisor never gives up", async () => {
    const { runtime, tasks, journal, clock } = await stage();
    const { self } = await puppet(runtime);
    let runs = 0;
    for (let n = 1; n <= 10; n++) {
      const task = await tasks.asyncNolink(self, () => {
        runs++;
        throws();
      });
      await task.yield();
    }
    await clock.advance(10_000);
    expect([runs, tasks.alive, await countsOf(tasks)]).toEqual([10, true, [0, 0, 0, 0]]);
    expect(journal.filter((line) => line.startsWith("restart"))).toEqual([]);
  });

  test.each(starts)(
    "with custom shutdown: a brutally killed %s task is seen as killed · with custom shutdown",
    async (how) => {
      const { runtime, tasks, clock } = await stage();
      const owner = await puppet(runtime, { traps: true });
      const brutal = await tasks[how](owner.self, never, { shutdown: "brutal_kill" });
      const polite = await tasks[how](owner.self, never, { shutdown: 50 });
      const stubborn = await tasks[how](
        owner.self,
        (_, self) => {
          self.trapExit = true;
          return never();
        },
        { shutdown: 50 },
      );
      await clock.settle();
      await owner.run((self) => self.monitor(brutal.process));
      const stopped = tasks.stop("shutdown");
      await clock.advance(49);
      expect([brutal, polite, stubborn].map(({ process }) => process.alive)).toEqual([false, false, true]);
      await clock.advance(1);
      await stopped;
      const outcomes = await Promise.all([brutal, polite, stubborn].map((task) => task.yield()));
      expect(outcomes).toEqual([
        { status: "exit", reason: "killed" },
        { status: "exit", reason: "shutdown" },
        { status: "exit", reason: "killed" },
      ]);
      expect(owner.mail).toContainEqual(expect.objectContaining({ type: "DOWN", reason: "killed" }));
    },
  );

  test.each(starts)(
    "K3 %s raises at the limit, and there is room again when a task has ended · raises when max_children is reached",
    async (how) => {
      const { runtime, tasks } = await stage({ maxChildren: 1 });
      const { self } = await puppet(runtime);
      const go = gate();
      const first = await tasks[how](self, () => go.promise);
      const refused = tasks[how](self, () => "never");
      await expect(refused).rejects.toMatchObject({
        name: "TaskError",
        failure: "max_children",
        message: "Expected tasks to have room for one more task: raise its maxChildren, or wait until one has ended",
      });
      expect(await countsOf(tasks)).toEqual([1, 1, 0, 1]);
      go.open();
      await first.await();
      expect(await (await tasks[how](self, () => "now")).await()).toBe("now");
    },
  );

  test("K3 maxChildren 0 allows none", async () => {
    const { runtime, tasks } = await stage({ maxChildren: 0 });
    const { self } = await puppet(runtime);
    await expect(tasks.asyncNolink(self, never)).rejects.toMatchObject({ failure: "max_children" });
  });

  test.each(starts)("%s refuses a shutdown that is none", async (how) => {
    const { runtime, tasks } = await stage();
    const { self } = await puppet(runtime);
    const refused = tasks[how](self, never, { shutdown: -1 });
    await expect(refused).rejects.toMatchObject({ name: "StartError", cause: { fault: "invalid_shutdown" } });
  });

  test.each(starts)("%s fails with noproc when the supervisor has ended", async (how) => {
    const { runtime, tasks } = await stage();
    const { self, process } = await puppet(runtime);
    await tasks.stop("shutdown");
    await expect(tasks[how](self, never)).rejects.toMatchObject({ name: "CallError", failure: "noproc" });
    expect(process.alive).toBe(true);
  });

  test.each(starts)("%s starts nothing for an owner that has ended meanwhile", async (how) => {
    const { runtime, tasks, clock } = await stage();
    const { self, process } = await puppet(runtime);
    const log: string[] = [];
    const refused = expect(tasks[how](self, () => log.push("work"))).rejects.toMatchObject({ failure: "noproc" });
    process.exit("kill");
    await refused;
    await clock.settle();
    expect([log, await countsOf(tasks)]).toEqual([[], [0, 0, 0, 0]]);
  });

  test("K4 shutdown and terminateChild end a supervised task, and the supervisor forgets it", async () => {
    const { runtime, tasks, clock } = await stage();
    const { self, process } = await puppet(runtime);
    const [a, b] = [await tasks.async(self, never), await tasks.asyncNolink(self, never)];
    expect(await a.shutdown()).toBeUndefined();
    expect(await tasks.terminateChild(b.process)).toEqual({ status: "ok" });
    expect(await b.yield()).toEqual({ status: "exit", reason: "shutdown" });
    await clock.settle();
    expect(await tasks.terminateChild(b.process)).toEqual({ status: "not_found" });
    expect([process.alive, await countsOf(tasks)]).toEqual([true, [0, 0, 0, 0]]);
  });

  test("K1 await demonitors and unaliases on timeout, under a supervisor, too", async () => {
    const { runtime, tasks, clock } = await stage();
    const owner = await puppet(runtime);
    const go = gate<string>();
    const task = await tasks.async(owner.self, () => go.promise);
    const failed = expect(task.await(0)).rejects.toMatchObject({ failure: "timeout" });
    await clock.advance(0);
    await failed;
    go.open("late");
    await task.process.exited;
    await clock.settle();
    expect(owner.mail).toEqual([]);
    await expect(task.await()).rejects.toMatchObject({ reason: "noproc" });
  });

  test("it is a child like any other · can be supervised directly", async () => {
    const { runtime, supervise } = harness(seed);
    await supervise({ children: [child("tasks", taskSupervisor("tasks"), undefined, { name: "tasks" })] });
    const tasks = runtime.whereis("tasks") as TaskSupervisorRef;
    const { self } = await puppet(runtime);
    expect(await (await tasks.asyncNolink(self, () => 7)).await()).toBe(7);
    await runtime.start(supervisor("other", { children: [child("tasks", taskSupervisor("tasks"))] }));
  });
});

test("the example of taskSupervisor()", async () => {
  const { runtime } = harness(undefined);
  const { self } = await puppet(runtime);
  const download = async (url: string, signal: AbortSignal) => (signal.aborted ? "" : `page of ${url}`);
  const used: string[] = [];
  const use = (page: string) => used.push(page);
  const url = "https://example.org";

  const tasks = await runtime.start(taskSupervisor("tasks", { maxChildren: 10 }));
  const task = await tasks.asyncNolink(self, (signal) => download(url, signal));
  const outcome = (await task.yield(30_000)) ?? (await task.shutdown());
  if (outcome?.status === "ok") use(outcome.value);

  expect(used).toEqual(["page of https://example.org"]);
});
