import { describe, expect, test } from "vitest";
import { failure, noreply, type Outcome, reply, server, Task } from "../../actors/index.js";
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
