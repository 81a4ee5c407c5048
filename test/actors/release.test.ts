import { describe, expect, test } from "vitest";
import { type ExitReason, failure, noreply, ReleaseError, reply, server } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { type Puppet, puppet, signalsOf } from "./puppet.js";

/** Every way a process can end, and the reason others see. */
const ends: [name: string, end: (ending: Puppet) => void, seen: ExitReason][] = [
  ["a normal end", (ending) => ending.act((self) => self.exit("normal")), "normal"],
  ["a signal", ({ process }) => process.exit("shutdown"), "shutdown"],
  ["kill", ({ process }) => process.exit("kill"), "killed"],
  ["stop", ({ process }) => void process.stop("shutdown"), "shutdown"],
  ["disposal", ({ process }) => void process[Symbol.asyncDispose](), "shutdown"],
];

describe.each(seeds)("what a process owns, order %s", (seed) => {
  describe.each(ends)("at %s", (_, end, seen) => {
    test("P5 is released newest first, one after the other; then the name is free; then EXIT and DOWN go out", async () => {
      const log: string[] = [];
      const { runtime, clock, crashes } = testRuntime({
        seed,
        onInspect: (event) => {
          if (event.type === "exit")
            log.push(`exit, name ${runtime.whereis("owner") === undefined ? "free" : "taken"}`);
        },
      });
      const owner = await puppet(runtime, { name: "owner" });
      const linked = await puppet(runtime, { traps: true });
      const watcher = await puppet(runtime);
      const [slow, quick] = [gate(), gate()];
      await owner.run((self) => {
        self.own(() => log.push("function"));
        self.own({ [Symbol.dispose]: () => log.push("disposable") });
        self.own({
          [Symbol.asyncDispose]: async () => {
            log.push("async begun");
            await slow.promise;
            log.push("async done");
          },
        });
        self.own(async () => {
          log.push("newest begun");
          await quick.promise;
          log.push("newest done");
        });
        self.link(linked.process);
      });
      await watcher.run((self) => self.monitor(owner.process));

      end(owner);
      await clock.settle();
      expect(owner.process.alive).toBe(false);
      expect(owner.self.signal.aborted).toBe(true);
      expect(log).toEqual(["newest begun"]);
      quick.open();
      await clock.settle();
      expect(log).toEqual(["newest begun", "newest done", "async begun"]);
      expect([...signalsOf(linked), ...signalsOf(watcher)]).toEqual([]);
      slow.open();
      await clock.settle();
      expect(log.slice(3)).toEqual(["async done", "disposable", "function", "exit, name free"]);
      expect(signalsOf(linked)).toEqual([`EXIT "${seen}"`]);
      expect(signalsOf(watcher)).toEqual([`DOWN "${seen}"`]);
      expect(await owner.process.exited).toBe(seen);
      expect(clock.timers).toBe(0);
      expect(crashes).toEqual([]);
    });
  });

  /** An owner that is exiting and stays so until `released` is opened. */
  async function exiting(traps = false) {
    const test = testRuntime({ seed });
    const released = gate();
    const owner = await puppet(test.runtime, { name: "owner", traps });
    await owner.run((self) => self.own(() => released.promise));
    const end = () => owner.process.exit("kill");
    return { ...test, owner, released, end };
  }

  test("P5 between death and release it is not alive: mail is dropped, and a call fails at once", async () => {
    const { runtime, clock, released } = await exiting();
    const ref = await runtime.start(
      server<{ calls: { ask(): string }; info: string }>("server")({
        init: (_: undefined, self) => {
          self.own(() => released.promise);
        },
        calls: {
          ask: () => {
            throw new Error("not reached");
          },
        },
        casts: {},
      }),
    );
    ref.exit("kill");
    expect(ref.alive).toBe(false);
    ref.send("dropped");
    expect(runtime.tree().find((node) => node.process === ref)).toMatchObject({ state: "exiting", mailbox: 0 });
    await expect(ref.call("ask")).rejects.toMatchObject({ name: "CallError", failure: "noproc" });
    await expect(ref.stop()).rejects.toMatchObject({ failure: "noproc" });
    expect(clock.timers).toBe(1);
    released.open();
    expect(await ref.exited).toBe("killed");
    expect(clock.timers).toBe(0);
  });

  test("P5 a call that was waiting fails with the true reason when the release is over", async () => {
    const { runtime, clock, released } = await exiting();
    const ref = await runtime.start(
      server<{ calls: { ask(): string } }>("server")({
        init: (_: undefined, self) => {
          self.own(() => released.promise);
        },
        calls: { ask: () => new Promise<never>(() => {}) },
        casts: {},
      }),
    );
    const call = expect(ref.call("ask")).rejects.toMatchObject({ failure: "exit", reason: "killed" });
    await clock.settle();
    ref.exit("kill");
    await clock.settle();
    released.open();
    await call;
  });

  test("P5 the name stays taken until the release is over, though nobody is found under it", async () => {
    const { runtime, released, end, owner } = await exiting();
    end();
    expect(runtime.whereis("owner")).toBeUndefined();
    await expect(puppet(runtime, { name: "owner" })).rejects.toMatchObject({
      name: "StartError",
      cause: { name: "AlreadyStartedError" },
    });
    released.open();
    await owner.process.exited;
    const next = await puppet(runtime, { name: "owner" });
    expect(runtime.whereis("owner")).toBe(next.process);
  });

  test("P5 a monitor or a link made meanwhile gets the same reason, after the release", async () => {
    const { runtime, clock, owner, released, end } = await exiting();
    const watcher = await puppet(runtime);
    const linked = await puppet(runtime, { traps: true });
    const plain = await puppet(runtime);
    end();
    await watcher.run((self) => self.monitor(owner.process));
    await linked.run((self) => self.link(owner.process));
    await plain.run((self) => self.link(owner.process));
    const exited = owner.process.exited;
    await clock.settle();
    expect([...watcher.mail, ...linked.mail]).toEqual([]);
    expect(plain.process.alive).toBe(true);
    released.open();
    await clock.settle();
    expect(signalsOf(watcher)).toEqual(['DOWN "killed"']);
    expect(signalsOf(linked)).toEqual(['EXIT "killed"']);
    expect(await plain.process.exited).toBe("killed");
    expect(await exited).toBe("killed");
  });

  test("P5 a second reason given while it is exiting changes nothing", async () => {
    const { owner, released, end } = await exiting();
    end();
    owner.process.exit("shutdown");
    owner.self.exit("normal");
    owner.self.crash(new Error("too late"));
    released.open();
    expect(await owner.process.exited).toBe("killed");
  });

  test("P5 own() on a process that is exiting, or has ended, disposes at once and holds up nobody", async () => {
    const { clock, owner, released, end } = await exiting();
    const log: string[] = [];
    end();
    const resource = () => log.push("while exiting");
    expect(owner.self.own(resource)).toBe(resource);
    await clock.settle();
    expect(log).toEqual(["while exiting"]);
    owner.self.own(() => new Promise(() => {}));
    released.open();
    await owner.process.exited;
    owner.self.own({ [Symbol.asyncDispose]: async () => void log.push("after the end") });
    await clock.settle();
    expect(log).toEqual(["while exiting", "after the end"]);
  });

  test("P5 a disposer that hangs holds up nobody for longer than disposeTimeout, and that is reported", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed, disposeTimeout: 500 });
    const log: string[] = [];
    const watcher = await puppet(runtime);
    const owner = await puppet(runtime, { label: "hoarder" });
    await owner.run((self) => {
      self.own(() => {
        log.push("oldest");
        return new Promise(() => {});
      });
      self.own(() => log.push("older"));
      self.own(() => new Promise(() => {}));
    });
    await watcher.run((self) => self.monitor(owner.process));
    owner.process.exit("shutdown");
    await clock.advance(499);
    expect(watcher.mail).toEqual([]);
    expect(crashes).toEqual([]);
    await clock.advance(1);
    // What had not been begun is begun all the same, without waiting.
    expect(log).toEqual(["older", "oldest"]);
    expect(signalsOf(watcher)).toEqual(['DOWN "shutdown"']);
    expect(crashes).toHaveLength(1);
    const { reason, process } = crashes[0]!;
    expect(process).toBe(owner.process);
    expect((reason as { error: unknown }).error).toBeInstanceOf(ReleaseError);
    expect(String((reason as { error: unknown }).error)).toContain(
      "hoarder owns a resource that did not close within 500 ms",
    );
    expect(clock.timers).toBe(0);
  });

  test("P5 the default disposeTimeout is ten seconds", async () => {
    const { clock, owner, end } = await exiting();
    end();
    await clock.advance(9_999);
    expect(owner.process.alive).toBe(false);
    let ended = false;
    void owner.process.exited.then(() => {
      ended = true;
    });
    await clock.settle();
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(ended).toBe(true);
  });

  test("P5 a disposer that comes back after disposeTimeout changes nothing", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed, disposeTimeout: 500 });
    const late = gate();
    const watcher = await puppet(runtime);
    const owner = await puppet(runtime);
    await owner.run((self) => self.own(() => late.promise));
    await watcher.run((self) => self.monitor(owner.process));
    owner.process.exit("shutdown");
    await clock.advance(500);
    late.fail(new Error("late"));
    await clock.settle();
    expect(signalsOf(watcher)).toEqual(['DOWN "shutdown"']);
    expect(crashes.length).toBeGreaterThanOrEqual(1);
  });

  test("P5 a disposer that fails is reported, and keeps neither the others nor the end", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const log: string[] = [];
    const owner = await puppet(runtime);
    await owner.run((self) => {
      self.own(() => log.push("released"));
      self.own(() => {
        throw new Error("sync");
      });
      self.own(() => Promise.reject(new Error("async")));
      // Not a resource at all: the types forbid it, plain JavaScript does not.
      self.own(null as unknown as Disposable);
    });
    owner.process.exit("shutdown");
    expect(await owner.process.exited).toBe("shutdown");
    await clock.settle();
    expect(log).toEqual(["released"]);
    expect(crashes.map(({ reason }) => (reason as { error: Error }).error.name)).toEqual(
      Array.from({ length: 3 }, () => "ReleaseError"),
    );
    expect(crashes.map(({ reason }) => String(((reason as { error: Error }).error as Error).cause))).toEqual([
      expect.stringContaining("TypeError"),
      "Error: async",
      "Error: sync",
    ]);
  });

  test("P6 resources die with their owner when its init fails, before its starter hears of it", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const log: string[] = [];
    const failing = server<unknown>("failing")({
      init: (_: undefined, self): never => {
        self.own(() => log.push("released"));
        throw new Error("no");
      },
      calls: {},
      casts: {},
    });
    await runtime.start(failing).catch(() => log.push("told"));
    expect(log).toEqual(["released", "told"]);
    expect(crashes).toEqual([]);
  });

  test("P6 what is owned twice is released once, and what is disowned is not released", async () => {
    const { runtime } = testRuntime({ seed });
    const log: string[] = [];
    const owner = await puppet(runtime);
    const twice = () => log.push("twice");
    const not = () => log.push("not");
    await owner.run((self) => {
      self.own(twice);
      self.own(not);
      self.own(twice);
      self.disown(not);
    });
    owner.process.exit("shutdown");
    await owner.process.exited;
    expect(log).toEqual(["twice"]);
  });

  test("P6 a process may own another process, which then stops in order", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owned = await puppet(runtime);
    const owner = await puppet(runtime);
    await owner.run((self) => self.own(owned.process));
    owner.process.exit("kill");
    await clock.settle();
    expect(await owned.process.exited).toBe("shutdown");
    expect(await owner.process.exited).toBe("killed");
  });

  test("P6 a server that is killed releases what it owns and does not call terminate", async () => {
    const { runtime } = testRuntime({ seed });
    const log: string[] = [];
    const ref = await runtime.start(
      server<unknown>("server")({
        init: (_: undefined, self) => {
          self.trapExit = true;
          self.own(() => log.push("released"));
        },
        calls: {},
        casts: {},
        terminate: () => log.push("terminated"),
      }),
    );
    ref.exit("kill");
    await ref.exited;
    expect(log).toEqual(["released"]);
  });

  test("P5 a crash is reported once, and the release follows", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const log: string[] = [];
    const owner = await puppet(runtime);
    await owner.run((self) => self.own(() => log.push("released")));
    owner.act(() => {
      throw new Error("broken");
    });
    expect(await owner.process.exited).toEqual(failure(new Error("broken")));
    expect(log).toEqual(["released"]);
    expect(crashes).toHaveLength(1);
  });

  test("P5 a disposer may call the very process whose handler ended its owner", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const log: string[] = [];
    const owner = await puppet(runtime);
    const killer = await runtime.start(
      server<{ calls: { note(what: string): string }; casts: { kill(): void } }>("killer")({
        init: () => 0,
        calls: { note: (what, state) => reply(`noted ${what}`, state) },
        casts: {
          kill: (_, state) => {
            owner.process.exit("kill");
            return noreply(state);
          },
        },
      }),
    );
    owner.self.own(async () => log.push(await killer.call("note", "the release")));
    killer.cast("kill");
    await clock.settle();
    expect(log).toEqual(["noted the release"]);
    expect(crashes).toEqual([]);
  });
});
