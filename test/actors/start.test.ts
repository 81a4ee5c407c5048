import { describe, expect, test } from "vitest";
import {
  AlreadyStartedError,
  type ExitReason,
  failure,
  ignore,
  noreply,
  reply,
  type Self,
  StartError,
  type StartResult,
  server,
  shutdownWith,
  spawn,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet } from "./puppet.js";

interface Started {
  calls: { started(): string };
  casts: { end(reason: ExitReason): void };
}
type Begin = (self: Self) => unknown;

const started = server<Started>("started")({
  init: async (begin: Begin | undefined, self) => (begin === undefined ? "started" : ((await begin(self)) as string)),
  calls: { started: (_, state) => reply(state, state) },
  casts: {
    end: (reason, state, self) => {
      self.exit(reason);
      return noreply(state);
    },
  },
});
const startedSync = server<unknown>("sync")({
  init: (begin: Begin, self) => begin(self) as string,
  calls: {},
  casts: {},
});
const boom: Begin = () => {
  throw new Error("boom");
};

describe.each(seeds)("start, order %s", (seed) => {
  test("G1 an anonymous server has started when start returns, and is gone when it has stopped · start", async () => {
    const { runtime } = testRuntime({ seed });
    const ref = await runtime.start(started);
    expect(await ref.call("started")).toBe("started");
    await ref.stop();
    await expect(ref.call("started", undefined, { timeout: 1 })).rejects.toMatchObject({ failure: "noproc" });
    expect(runtime.size).toBe(0);
  });

  test("G1 the error of a start that fails leads to the line that started", async () => {
    const { runtime } = testRuntime({ seed });
    async function theStarter() {
      await runtime.start(startedSync, boom);
    }
    expect(await theStarter().catch((caught: Error) => caught.stack)).toContain("theStarter");
  });

  test("G1 start waits for an init that takes its time", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const opened = gate();
    let isStarted = false;
    const starting = runtime.start(started, async () => {
      await opened.promise;
      return "at last";
    });
    void starting.then(() => {
      isStarted = true;
    });
    await clock.advance(1_000_000);
    expect(isStarted).toBe(false);
    opened.open();
    expect(await (await starting).call("started")).toBe("at last");
  });

  test("G1 within its time limit a start is a start · start, timeout", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const ref = await runtime.start(started, undefined, { timeout: 1_000 });
    expect(await ref.call("started")).toBe("started");
    expect(clock.timers).toBe(0);
  });

  test("G1 an init that takes too long is killed, and the error is timeout · start, timeout", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const log: string[] = [];
    const parent = await puppet(runtime, { traps: true });
    const begin: Begin = (self) => {
      self.own(() => log.push("released"));
      return new Promise(() => {});
    };
    const linked = parent.run((self) => self.startLink(started, begin, { timeout: 100 }));
    const alone = runtime.start(started, begin, { timeout: 100 });
    alone.catch(() => {});
    await clock.advance(99);
    expect(runtime.size).toBe(3);
    await clock.advance(1);
    await expect(alone).rejects.toMatchObject({ name: "StartError", reason: "timeout" });
    expect(await linked).toEqual({ status: "error", reason: "timeout" });
    expect(log).toEqual(["released", "released"]);
    expect(parent.mail).toEqual([]);
    expect(crashes).toEqual([]);
    expect(clock.timers).toBe(0);
    expect(runtime.size).toBe(1);
  });

  test("G1 a start that fails while its time runs out keeps its own reason", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const released = gate();
    const starting = runtime.start(
      started,
      (self) => {
        self.own(() => released.promise);
        throw new Error("boom");
      },
      { timeout: 100 },
    );
    const failed = expect(starting).rejects.toMatchObject({ reason: { error: { message: "boom" } } });
    await clock.advance(200);
    released.open();
    await failed;
  });

  test.each([Number.NaN, -1])("G1 a time limit of %s is refused, and nothing is started", async (timeout) => {
    const { runtime } = testRuntime({ seed });
    await expect(runtime.start(started, undefined, { timeout })).rejects.toThrow(RangeError);
    expect(runtime.size).toBe(0);
  });

  test.each([
    ["sync", startedSync],
    ["async", started],
  ] as const)(
    "G1 ignore: the process is gone, and it is no error with startLink · start, ignore (%s)",
    async (_, definition) => {
      const { runtime, crashes } = testRuntime({ seed });
      const parent = await puppet(runtime, { traps: true });
      await expect(runtime.start(definition, () => ignore)).rejects.toMatchObject({
        name: "StartError",
        reason: "ignore",
        message: expect.stringContaining("ignore"),
      });
      const result = await parent.run((self) => self.startLink(definition, () => ignore));
      expect(result).toEqual({ status: "ignore" });
      expect(parent.mail).toEqual([]);
      expect(crashes).toEqual([]);
      expect(runtime.size).toBe(1);
    },
  );

  test.each([
    ["sync", startedSync],
    ["async", started],
  ] as const)(
    "G1 an init that throws makes the start fail with that error, and the parent gets no EXIT · start, error (%s)",
    async (_, definition) => {
      const { runtime, clock, crashes } = testRuntime({ seed });
      const parent = await puppet(runtime, { traps: true });
      const plain = await puppet(runtime);
      const results = await Promise.all(
        [parent, plain].map((one) => one.run((self) => self.startLink(definition, boom))),
      );
      await clock.settle();
      for (const result of results) {
        expect(result).toMatchObject({ status: "error", reason: { kind: "error", error: { message: "boom" } } });
      }
      expect(parent.mail).toEqual([]);
      expect(plain.process.alive).toBe(true);
      expect(crashes).toEqual([]);
      const error = await runtime.start(definition, boom).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(StartError);
      expect(error).toMatchObject({ cause: { message: "boom" }, message: expect.stringContaining("Error: boom") });
    },
  );

  test("G1 starts that fail leave nothing behind, however often they are tried · loop_start_fail", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const parent = await puppet(runtime, { traps: true });
    const ways: [Begin, StartResult][] = [
      [
        (self) => self.exit(shutdownWith("failed_to_start")),
        { status: "error", reason: shutdownWith("failed_to_start") },
      ],
      [() => ignore, { status: "ignore" }],
      [boom, { status: "error", reason: failure(new Error("boom")) }],
      [() => new Promise(() => {}), { status: "error", reason: "timeout" }],
    ];
    const options = { name: "the only one", timeout: 200 };
    for (const [begin, outcome] of ways) {
      for (let n = 0; n < 5; n++) {
        const linked = parent.run((self) => self.startLink(started, begin, options));
        await clock.advance(200);
        expect(await linked).toEqual(outcome);
        const alone = expect(runtime.start(started, begin, options)).rejects.toBeInstanceOf(StartError);
        await clock.advance(200);
        await alone;
      }
    }
    expect(parent.mail).toEqual([]);
    expect(runtime.size).toBe(1);
    expect(runtime.whereis("the only one")).toBeUndefined();
    expect(clock.timers).toBe(0);
    expect(crashes).toEqual([]);
  });

  test("G1 an init that ends its own process makes the start fail with that reason · start, stop", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const stopped = shutdownWith("stopped");
    for (const definition of [started, startedSync]) {
      await expect(
        runtime.start(definition, (self) => {
          self.exit(stopped);
        }),
      ).rejects.toMatchObject({ reason: stopped });
    }
    expect(crashes).toEqual([]);
    expect(runtime.size).toBe(0);
  });

  test("G1 a linked server ends with an EXIT to its parent · start, linked", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const parent = await puppet(runtime, { traps: true });
    let result: StartResult | undefined;
    parent.act(async (self) => {
      result = await self.startLink(started);
      if (result.status === "ok") result.process.exit("shutdown");
    });
    await clock.settle();
    expect(result?.status).toBe("ok");
    expect(parent.mail).toMatchObject([{ type: "EXIT", reason: "shutdown" }]);
  });

  test("G1 a server that is not linked ends without anybody's hearing of it, except by monitor · start, monitored", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime, { traps: true });
    const ref = await runtime.start(started);
    const monitor = await watcher.run((self) => self.monitor(ref));
    ref.cast("end", "shutdown");
    await clock.settle();
    expect(watcher.mail).toEqual([{ type: "DOWN", monitor, process: ref, reason: "shutdown" }]);
  });

  test("G1 a name is held by one process: already_started · start, named", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const parent = await puppet(runtime, { traps: true });
    const first = await runtime.start(started, undefined, { name: "my_test_name" });
    expect(runtime.whereis("my_test_name")).toBe(first);
    expect(first.name).toBe("my_test_name");
    const second = await runtime.start(started, undefined, { name: "my_test_name" }).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(StartError);
    expect((second as StartError).cause).toBeInstanceOf(AlreadyStartedError);
    expect(((second as StartError).cause as AlreadyStartedError).process).toBe(first);
    const linked = await parent.run((self) => self.startLink(started, undefined, { name: "my_test_name" }));
    expect(linked).toMatchObject({ status: "error", reason: { error: { name: "AlreadyStartedError" } } });
    await clock.settle();
    expect(parent.mail).toEqual([]);
    await first.stop();
    expect(runtime.whereis("my_test_name")).toBeUndefined();
    const third = await runtime.start(started, undefined, { name: "my_test_name" });
    expect(runtime.whereis("my_test_name")).toBe(third);
  });

  test("G1 a process that is spawned under a name that is taken ends, and that is reported", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const holder = await puppet(runtime, { name: "taken" });
    const ref = spawn(runtime, started, undefined, { name: "taken" });
    await clock.settle();
    expect(await ref.exited).toMatchObject({ error: { name: "AlreadyStartedError" } });
    expect(crashes).toHaveLength(1);
    expect(runtime.whereis("taken")).toBe(holder.process);
  });

  test("G1 a spawned process has not run when spawn returns, and what its init throws is reported", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const log: string[] = [];
    spawn(runtime, startedSync, () => log.push("init"));
    log.push("spawned");
    const broken = spawn(runtime, startedSync, boom);
    await clock.settle();
    expect(log).toEqual(["spawned", "init"]);
    expect(crashes.map((report) => report.process)).toEqual([broken]);
  });

  test("G1 a process may be ended while it starts", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const parent = await puppet(runtime);
    const linked = parent.run((self) => self.startLink(started, () => new Promise(() => {})));
    const alone = expect(runtime.start(started, () => new Promise(() => {}), { name: "alone" })).rejects.toMatchObject({
      reason: "killed",
    });
    await clock.settle();
    runtime.whereis("alone")?.exit("kill");
    parent.process.exit("shutdown");
    await alone;
    expect(await linked).toEqual({ status: "error", reason: "shutdown" });
    expect(runtime.size).toBe(0);
  });

  test("G2 casts and infos sent during init wait and are handled after it", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const opened = gate();
    const log: unknown[] = [];
    const slow = server<{ calls: { get(): number }; casts: { note(n: number): void }; info: number }>("slow")({
      init: async (_: undefined, self) => {
        self.process.send(0);
        await opened.promise;
        log.push("init");
        return 7;
      },
      calls: { get: (_, state) => reply(state, state) },
      casts: {
        note: (n, state) => {
          log.push(n);
          return noreply(state);
        },
      },
      info: (message, state) => {
        log.push(message);
        return noreply(state);
      },
    });
    const ref = spawn(runtime, slow);
    ref.cast("note", 1);
    await clock.settle();
    ref.send(2);
    const got = ref.call("get");
    ref.cast("note", 3);
    await clock.settle();
    expect(log).toEqual([]);
    opened.open();
    expect(await got).toBe(7);
    await clock.settle();
    const [init, ...rest] = log;
    expect(init).toBe("init");
    expect(rest.filter((one) => one !== 0)).toEqual([1, 2, 3]);
    expect(rest).toContain(0);
  });
});
