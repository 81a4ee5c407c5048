import { describe, expect, test } from "vitest";
import {
  type ExitReason,
  failure,
  noreply,
  type Outcome,
  reply,
  type Self,
  server,
  Task,
  TaskError,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { type Puppet, puppet } from "./puppet.js";

const error = new Error("oops");
const throws = (): never => {
  throw error;
};
const rejects = () => Promise.reject(error);
const never = () => new Promise<never>(() => {});

/** Notes what comes of a promise, whenever it comes. */
function noted(promise: Promise<unknown>): unknown[] {
  const log: unknown[] = [];
  promise.then(
    (value) => log.push(value),
    (reason: unknown) => log.push(reason),
  );
  return log;
}

describe.each(seeds)("tasks, order %s", (seed) => {
  test("K1 a task does its work in a process of its own, and hands over the result · async/1", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const go = gate<string>();
    const task = await owner.run((self) => [Task.async(self, () => go.promise)]);
    expect(runtime.tree()).toMatchObject([
      { process: owner.process, children: [{ process: task[0]?.process, label: "task" }] },
    ]);
    const awaited = task[0]?.await();
    go.open("done");
    expect(await awaited).toBe("done");
    await clock.settle();
    expect(await task[0]?.process.exited).toBe("normal");
    expect([owner.process.alive, owner.mail, clock.timers, runtime.size]).toEqual([true, [], 0, 1]);
  });

  test("K1 nothing of the work runs on its starter's stack", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const log: string[] = [];
    await owner.run((self) => {
      Task.async(self, () => log.push("work"));
      log.push("async returned");
    });
    await clock.settle();
    expect(log).toEqual(["async returned", "work"]);
  });

  test.each<[string, () => unknown, unknown]>([
    ["a value", () => 7, 7],
    ["nothing", () => {}, undefined],
    ["a promise", async () => "later", "later"],
    ["a function", () => throws, throws],
  ])("K1 the result is what the work gives: %s", async (_, work, expected) => {
    const { runtime } = testRuntime({ seed });
    const { self } = await puppet(runtime);
    expect(await Task.async(self, work).await()).toBe(expected);
    expect(await Task.run(runtime, work).await()).toBe(expected);
  });

  test("K1 a server may await its task in a handler; until then its mail waits", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const go = gate();
    const asker = await runtime.start(
      server<{ calls: { ask(): number; tell(): number } }>("asker")({
        init: () => 1,
        calls: {
          ask: async (_, state, self) => {
            const task = Task.async(self, () => go.promise.then(() => 41));
            return reply((await task.await()) + state, 2);
          },
          tell: (_, state) => reply(state, state),
        },
        casts: {},
      }),
    );
    const asked = asker.call("ask");
    const told = asker.call("tell");
    await clock.advance(4_000);
    go.open();
    expect([await asked, await told]).toEqual([42, 2]);
    expect(clock.timers).toBe(0);
  });

  test("K1 a server that must not wait has the outcome piped to it", async () => {
    const { runtime } = testRuntime({ seed });
    const go = gate();
    type Fetched = { type: "fetched"; page: Outcome<string> };
    const log: unknown[] = [];
    const fetcher = await runtime.start(
      server<{ calls: { busy(): boolean }; casts: { fetch(): void }; info: Fetched }>("fetcher")({
        init: () => undefined,
        calls: { busy: (_, state) => reply(log.length === 0, state) },
        casts: {
          fetch(_, state, self) {
            const task = Task.async(self, () => go.promise.then(() => "page"));
            self.pipe(task.await(Number.POSITIVE_INFINITY), (page) => ({ type: "fetched", page }));
            return noreply(state);
          },
        },
        info(message, state) {
          log.push(message);
          return noreply(state);
        },
      }),
    );
    fetcher.cast("fetch");
    expect(await fetcher.call("busy")).toBe(true);
    go.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual([{ type: "fetched", page: { ok: true, value: "page" } }]);
  });

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

  test("a task starts tasks of its own, and all of them end together", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const inner: Task<string>[] = [];
    const outer = Task.run(runtime, async (_, self) => {
      for (const word of ["a", "b"]) inner.push(Task.async(self, () => word));
      return (await Promise.all(inner.map((task) => task.await()))).join("");
    });
    expect(await outer.await()).toBe("ab");
    const failing = Task.run(runtime, async (_, self) => {
      inner.push(Task.async(self, never), Task.async(self, throws));
      return await never();
    });
    expect(await failing.yield()).toEqual({ status: "exit", reason: failure(error) });
    await clock.settle();
    expect(runtime.size).toBe(0);
  });

  test("Task.run is for code outside of every process, and the runtime ends it", async () => {
    const { runtime, clock } = testRuntime({ seed });
    let signal: AbortSignal | undefined;
    const task = Task.run(
      runtime,
      (given) => {
        signal = given;
        return never();
      },
      { label: "total" },
    );
    await clock.settle();
    expect(runtime.tree()).toMatchObject([{ label: "total", state: "running", children: [] }]);
    const awaited = noted(task.await(60_000));
    await runtime.stop();
    expect([signal?.aborted, runtime.size, clock.timers]).toEqual([true, 0, 0]);
    expect(awaited).toMatchObject([{ failure: "exit", reason: "shutdown" }]);
  });

  test("Task.run: a process may ask for what was started outside of every process", async () => {
    const { runtime } = testRuntime({ seed });
    const task = Task.run(runtime, () => 7);
    const asker = await puppet(runtime);
    expect(await asker.run(() => task.await())).toBe(7);
  });

  test("what a task throws is reported once; an end by others is not", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const failing = Task.run(runtime, rejects);
    const killed = Task.run(runtime, never);
    killed.process.exit("kill");
    await clock.settle();
    expect(crashes).toMatchObject([{ process: { id: failing.process.id }, reason: failure(error) }]);
  });

  test("a task takes no mail, and obeys an order to stop while it works", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const task = Task.run(runtime, never);
    (task.process as typeof task.process & { send(message: unknown): void }).send("hello");
    await clock.settle();
    expect(task.process.alive).toBe(true);
    await task.process.stop("shutdown");
    expect(await task.yield()).toEqual({ status: "exit", reason: "shutdown" });
  });
});

test("the example of Task", async () => {
  const { runtime } = testRuntime();
  const { self } = await puppet(runtime);
  const fetch = async (url: string, { signal }: { signal: AbortSignal }) => (signal.aborted ? "" : `page of ${url}`);
  const prepare = async () => "rest";
  const count = async (files: readonly string[]) => files.length;
  const url = "https://example.org";
  const used: unknown[] = [];
  const use = (...values: unknown[]) => used.push(...values);

  const task = Task.async(self, (signal) => fetch(url, { signal }));
  const rest = await prepare();
  use(await task.await(), rest);
  const total = Task.run(runtime, () => count(["a", "b"]));
  use(await total.await(60_000));
  expect(used).toEqual(["page of https://example.org", "rest", 2]);
});
