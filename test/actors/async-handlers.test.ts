import { describe, expect, test } from "vitest";
import { noreply, reply, server, stop } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet, puppetDefinition } from "./puppet.js";

interface Waiter {
  calls: { wait(how: "reply" | "stop" | "throw"): string };
}

describe.each(seeds)("an async handler whose process ends meanwhile, order %s", (seed) => {
  async function start() {
    const test = testRuntime({ seed });
    const opened = gate();
    const log: string[] = [];
    const states: number[] = [];
    let signal: AbortSignal | undefined;
    const ref = await test.runtime.start(
      server<Waiter>("waiter")({
        init: (_: undefined, self) => {
          signal = self.signal;
          return 0;
        },
        calls: {
          wait: async (how, state) => {
            log.push("begun");
            await opened.promise;
            log.push("resumed");
            states.push(state);
            if (how === "throw") throw new Error("late");
            return how === "stop" ? stop("normal", 1) : reply("late", 1, { continue: "more" });
          },
        },
        casts: {},
        continue: (_, state) => {
          log.push("continued");
          return noreply(state);
        },
        terminate: () => log.push("terminated"),
      }),
    );
    return { ...test, ref, opened, log, signal: () => signal as AbortSignal };
  }

  test.each(["reply", "stop", "throw"] as const)(
    "E5 the process is exiting at once, and what the handler does then is ignored: %s",
    async (how) => {
      const { clock, ref, opened, log, signal, crashes } = await start();
      const call = ref.call("wait", how);
      const failed = expect(call).rejects.toMatchObject({ failure: "exit", reason: "shutdown" });
      await clock.settle();
      expect(signal().aborted).toBe(false);
      ref.exit("shutdown");
      expect(ref.alive).toBe(false);
      expect(signal().aborted).toBe(true);
      expect(await ref.exited).toBe("shutdown");
      await failed;
      opened.open();
      await clock.settle();
      expect(log).toEqual(["begun", "resumed"]);
      expect(crashes).toEqual([]);
    },
  );

  test.each(["reply", "stop", "throw"] as const)(
    "E5 nor does it count while what the process owns is being released: %s",
    async (how) => {
      const { runtime, clock, crashes } = testRuntime({ seed });
      const opened = gate();
      const released = gate();
      const log: string[] = [];
      const ref = await runtime.start(
        server<Waiter>("waiter")({
          init: (_: undefined, self) => {
            self.own(() => released.promise);
            return 0;
          },
          calls: {
            wait: async (_, state) => {
              await opened.promise;
              if (how === "throw") throw new Error("late");
              return how === "stop" ? stop("normal", state) : reply("late", state);
            },
          },
          casts: {},
          terminate: () => log.push("terminated"),
        }),
      );
      const failed = expect(ref.call("wait", how)).rejects.toMatchObject({ failure: "exit", reason: "killed" });
      await clock.settle();
      ref.exit("kill");
      opened.open();
      await clock.settle();
      released.open();
      await failed;
      expect(await ref.exited).toBe("killed");
      expect(log).toEqual([]);
      expect(crashes).toEqual([]);
    },
  );

  test("E5 what a handler does after ending its own process does not count either", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const log: string[] = [];
    const ref = await runtime.start(
      server<{ calls: { leave(): string } }>("leaver")({
        init: () => 0,
        calls: {
          leave: (_, state, self) => {
            self.exit("normal");
            return reply("too late", state, { timeout: 1_000 });
          },
        },
        casts: {},
        terminate: () => log.push("terminated"),
      }),
    );
    await expect(ref.call("leave")).rejects.toMatchObject({ failure: "exit", reason: "normal" });
    expect(clock.timers).toBe(0);
    expect(log).toEqual([]);
    expect(crashes).toEqual([]);
  });

  test("E5 its later sends are allowed and arrive", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const opened = gate();
    const other = await puppet(runtime);
    const ending = await puppet(runtime);
    ending.act(async (self) => {
      await opened.promise;
      other.process.send("posthumous");
      self.process.send("to nobody");
    });
    await clock.settle();
    ending.process.exit("kill");
    opened.open();
    await clock.settle();
    expect(other.mail).toEqual(["posthumous"]);
    expect(ending.mail).toEqual([]);
  });

  test("E5 what it still makes does not outlive the process: timers, monitors, links, children, resources", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const opened = gate();
    const other = await puppet(runtime);
    const ending = await puppet(runtime);
    const { definition } = puppetDefinition();
    const log: string[] = [];
    const results: unknown[] = [];
    ending.act(async (self) => {
      await opened.promise;
      const timer = self.sendAfter(1_000, "later");
      results.push(timer.left, timer.cancel());
      self.monitor(other.process);
      self.link(other.process);
      self.own(() => log.push("disposed"));
      const child = self.spawnLink(definition);
      results.push(await child.exited);
      results.push(await self.startLink(definition));
    });
    await clock.settle();
    ending.process.exit("kill");
    await ending.process.exited;
    opened.open();
    await clock.settle();
    expect(results).toEqual([false, false, "noproc", { status: "error", reason: "noproc" }]);
    expect(log).toEqual(["disposed"]);
    expect(clock.timers).toBe(0);
    expect(other.process.alive).toBe(true);
    expect(runtime.size).toBe(1);
  });
});
