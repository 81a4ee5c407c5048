import { describe, expect, test } from "vitest";
import {
  noreply,
  Runtime,
  RuntimeStoppedError,
  type Self,
  StartError,
  server,
  spawn,
  Task,
  VirtualClock,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet, puppetDefinition } from "./puppet.js";

interface Options {
  readonly log: string[];
  readonly name: string;
  readonly ending?: () => unknown;
  readonly begin?: (self: Self) => void;
}

const logging = server<unknown>("logging")({
  init: ({ begin, ...options }: Options, self) => {
    self.trapExit = true;
    begin?.(self);
    return options;
  },
  calls: {},
  casts: {},
  info: (_, state) => noreply(state),
  terminate: async (reason, { log, name, ending }) => {
    log.push(`${name} ${reason}`);
    await ending?.();
    log.push(`${name} done`);
  },
});

describe.each(seeds)("runtime.stop(), order %s", (seed) => {
  test("ends every root, the newest first, each awaited, terminate included", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: string[] = [];
    const opened = gate();
    for (const name of ["a", "b", "c"]) {
      await runtime.start(logging, { log, name, ...(name === "b" && { ending: () => opened.promise }) });
    }
    const stopped = runtime.stop();
    await clock.settle();
    expect(log).toEqual(["c shutdown", "c done", "b shutdown"]);
    opened.open();
    await stopped;
    expect(log.slice(3)).toEqual(["b done", "a shutdown", "a done"]);
    expect(runtime.size).toBe(0);
    expect(runtime.tree()).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  test("ends children with their parent, and waits for those that take longer", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: string[] = [];
    const opened = gate();
    const older = await puppet(runtime);
    const parent = await puppet(runtime);
    await parent.run((self) => {
      self.spawnLink(logging, { log, name: "child", ending: () => opened.promise });
    });
    await clock.settle();
    const stopped = runtime.stop();
    await clock.settle();
    expect(log).toEqual(["child shutdown"]);
    expect(older.process.alive).toBe(false);
    opened.open();
    await stopped;
    expect(log).toEqual(["child shutdown", "child done"]);
    expect(clock.timers).toBe(0);
  });

  test("kills a root worker that takes longer than five seconds", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: string[] = [];
    const stubborn = await runtime.start(logging, { log, name: "stubborn", ending: () => new Promise(() => {}) });
    const stopped = runtime.stop();
    await clock.advance(4_999);
    expect(stubborn.alive).toBe(true);
    await clock.advance(1);
    await stopped;
    expect(await stubborn.exited).toBe("killed");
    expect(log).toEqual(["stubborn shutdown"]);
    expect(clock.timers).toBe(0);
  });

  test("kills a behaviour that does not obey a stop order, and a start that never ends", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const deaf = await runtime.start({ label: "deaf", type: "worker", create: () => ({ receive: () => {} }) });
    const starting = runtime.start({
      label: "starting",
      type: "worker",
      create: () => ({ init: () => new Promise(() => {}), receive: () => {} }),
    });
    const failed = expect(starting).rejects.toMatchObject({ reason: "killed" });
    await clock.settle();
    const stopped = runtime.stop();
    await clock.advance(10_000);
    await stopped;
    await failed;
    expect(await deaf.exited).toBe("killed");
    expect(runtime.size).toBe(0);
  });

  test("does not limit a root supervisor, which keeps its own limits", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: string[] = [];
    const opened = gate();
    const supervising = { ...logging, type: "supervisor" as const };
    await runtime.start(supervising, { log, name: "supervisor", ending: () => opened.promise });
    const stopped = runtime.stop();
    await clock.advance(1_000_000);
    opened.open();
    await stopped;
    expect(log).toEqual(["supervisor shutdown", "supervisor done"]);
    expect(clock.timers).toBe(0);
  });

  test("waits for what is being released, disposeTimeout at most", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed, disposeTimeout: 500 });
    const owner = await puppet(runtime);
    await owner.run((self) => {
      self.own(() => new Promise(() => {}));
      self.sendAfter(1_000_000, "never");
    });
    const stopped = runtime.stop();
    await clock.advance(500);
    await stopped;
    expect(crashes).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  test("ends what outlives its parent, and what is started meanwhile", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const { definition, made } = puppetDefinition();
    const parent = await puppet(runtime);
    const orphan = await parent.run((self) => self.spawnLink(definition));
    (await made).self.unlink(parent.process);
    parent.process.exit("kill");
    const last = await puppet(runtime);
    last.self.own(() => puppet(runtime).then((late) => late.self.own(() => puppet(runtime))));
    await runtime.stop();
    expect(await orphan.exited).toBe("shutdown");
    expect(runtime.size).toBe(0);
    expect(clock.timers).toBe(0);
  });

  test("may be called again, while it stops and afterwards", async () => {
    const { runtime } = testRuntime({ seed });
    const log: string[] = [];
    await runtime.start(logging, { log, name: "a" });
    await Promise.all([runtime.stop(), runtime.stop(), runtime[Symbol.asyncDispose]()]);
    await runtime.stop();
    expect(log).toEqual(["a shutdown", "a done"]);
  });

  test("starts nothing any more when it has stopped, and says so", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    await puppet(runtime);
    await runtime.stop();
    const log: string[] = [];
    const begin = () => expect.unreachable();
    const start = runtime.start(logging, { log, name: "late", begin }, { name: "late", timeout: 1_000 });
    await expect(start).rejects.toBeInstanceOf(StartError);
    await expect(start).rejects.toMatchObject({ cause: expect.any(RuntimeStoppedError) });
    const late = spawn(runtime, logging, { log, name: "later", begin });
    expect(late.alive).toBe(false);
    expect(await late.exited).toMatchObject({ kind: "error", error: expect.any(RuntimeStoppedError) });
    const task = Task.run(runtime, () => expect.unreachable());
    expect(await task.yield()).toMatchObject({ status: "exit", reason: { error: expect.any(RuntimeStoppedError) } });
    await runtime.stop();
    expect(runtime.size).toBe(0);
    expect(runtime.whereis("late")).toBeUndefined();
    expect(clock.timers).toBe(0);
    expect(log).toEqual([]);
    expect(crashes).toEqual([]);
  });

  test("fails the calls that wait, and leaves none of their timers", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const silent = await runtime.start(
      server<{ calls: { ask(): void } }>("silent")({ init: () => 0, calls: { ask: (_, s) => noreply(s) }, casts: {} }),
    );
    const call = expect(silent.call("ask")).rejects.toMatchObject({ failure: "exit", reason: "shutdown" });
    await clock.settle();
    expect(clock.timers).toBe(1);
    await runtime.stop();
    await call;
    expect(clock.timers).toBe(0);
  });

  test("of an empty runtime is done at once", async () => {
    await testRuntime({ seed }).runtime.stop();
  });
});

test("`await using` stops a runtime, and a thousand roots of it", async () => {
  const clock = new VirtualClock();
  const log: string[] = [];
  {
    await using runtime = new Runtime({ clock });
    for (let n = 0; n < 1_000; n++) await runtime.start(logging, { log, name: String(n) });
  }
  expect(log).toHaveLength(2_000);
  expect(log[0]).toBe("999 shutdown");
  expect(clock.timers).toBe(0);
});
