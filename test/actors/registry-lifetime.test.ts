import { describe, expect, test } from "vitest";
import { type ExitReason, failure, type Runtime, registry, type Self, server } from "../../actors/index.js";
import { survivorsOf } from "../support/gc.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { type Puppet, puppet, signalsOf } from "./puppet.js";

const kinds = ["unique", "duplicate"] as const;
const start = (runtime: Runtime, keys: "unique" | "duplicate") =>
  runtime.start(registry<string, number | undefined>("names", { keys: keys as "unique" }));

const ends: [name: string, end: (ending: Puppet) => void][] = [
  ["a normal end", (ending) => ending.act((self) => self.exit("normal"))],
  ["a signal", ({ process }) => process.exit("shutdown")],
  ["kill", ({ process }) => process.exit("kill")],
  ["stop", ({ process }) => void process.stop("shutdown")],
  ["a crash", (ending) => ending.act(() => Promise.reject(new Error("boom")))],
];

describe.each(seeds)("the life of registrations, order %s", (seed) => {
  describe.each(kinds)("%s keys", (keys) => {
    test.each(ends)(
      "R3 go with %s, before DOWN and EXIT are sent · clean up registry on process crash",
      async (_, end) => {
        const log: unknown[] = [];
        const { runtime, clock } = testRuntime({
          seed,
          onInspect: (event) => {
            if (event.type === "exit" && event.process === ending.process) log.push(["exit", names.count()]);
            if (event.type === "send" && event.mail.name === "" && event.process === watcher.process) {
              log.push([(event.mail.payload as { type?: string }).type ?? "order", names.count()]);
            }
          },
        });
        const names = await start(runtime, keys);
        const [ending, watcher, other] = [
          await puppet(runtime),
          await puppet(runtime, { traps: true }),
          await puppet(runtime),
        ];
        names.register(other.self, "other");
        for (const key of ["hello", "world"]) names.register(ending.self, key);
        await watcher.run((self) => {
          self.link(ending.process);
          self.monitor(ending.process);
        });
        expect(names.count()).toBe(3);
        log.length = 0;
        end(ending);
        await clock.settle();
        expect(log.slice(0, 3)).toEqual([
          ["exit", 1],
          ["EXIT", 1],
          ["DOWN", 1],
        ]);
        expect([names.lookup("hello"), names.lookup("world"), names.keys(ending.process)]).toEqual([[], [], []]);
        expect(names.lookup("other")).toHaveLength(1);
      },
    );

    test.each(["unregister", "kill"] as const)("R3 nothing keeps a key or a value that is gone by %s", async (how) => {
      const { runtime, clock } = testRuntime({ seed });
      const table = await runtime.start(registry<object, object>("table", { keys: keys as "unique" }));
      const { self, process } = await puppet(runtime);
      const add = () => {
        const [key, value] = [{}, {}];
        table.register(self, key, value);
        if (how === "unregister") table.unregister(self, key);
        return [new WeakRef<object>(key), new WeakRef<object>(value)];
      };
      const refs = add();
      if (how === "kill") process.exit("kill");
      await clock.settle();
      expect(await survivorsOf(refs)).toEqual([]);
    });

    test("R3 P5 are not free before what the process owns is released, though it is not listed any more", async () => {
      const { runtime, clock } = testRuntime({ seed });
      const names = await start(runtime, keys);
      const [ending, next] = [await puppet(runtime), await puppet(runtime)];
      const released = gate();
      names.register(ending.self, "hello", 1);
      await ending.run((self) => self.own(() => released.promise));
      ending.process.exit("kill");
      await clock.settle();
      expect(names.lookup("hello")).toEqual([]);
      expect(names.keys(ending.process)).toEqual([]);
      expect(names.values("hello", ending.process)).toEqual([]);
      names.dispatch("hello", () => expect.unreachable());
      expect(names.count()).toBe(1);
      if (keys === "unique") {
        expect(names.whereis("hello")).toBeUndefined();
        const refused = names.register(next.self, "hello", 2);
        expect(refused.status === "already_registered" && refused.process).toBe(ending.process);
        expect(names.updateValue(ending.self, "hello", () => expect.unreachable())).toEqual({
          status: "not_registered",
        });
      }
      released.open();
      await ending.process.exited;
      expect(names.count()).toBe(0);
      expect(names.register(next.self, "hello", 2)).toEqual({ status: "ok" });
      expect(names.lookup("hello")).toEqual([{ process: next.process, value: 2 }]);
    });

    test("a process that is ending may take its keys back, as a disposer does, but registers none", async () => {
      const { runtime, clock } = testRuntime({ seed });
      const names = await start(runtime, keys);
      const { self, process } = await puppet(runtime);
      const log: unknown[] = [];
      names.register(self, "hello");
      await new Promise<void>((resolve) => {
        self.own(() => {
          names.unregister(self, "hello");
          log.push(names.count());
          try {
            names.register(self, "late");
          } catch (error) {
            log.push(error);
          }
          resolve();
        });
        process.exit("kill");
      });
      await clock.settle();
      expect(log).toMatchObject([0, { name: "CallError", failure: "noproc" }]);
      expect(() => names.register(self, "later")).toThrow("Expected the process called with register to be alive");
      expect(names.count()).toBe(0);
    });

    test("R5 registering links: while there is a key the process ends with its registry", async () => {
      const { runtime, clock } = testRuntime({ seed });
      const names = await start(runtime, keys);
      const [one, two, three, never] = await puppets(runtime, 4);
      for (const { self } of [one, two, three])
        for (const key of ["hello", "world"]) names.register(self, `${self.process.id}${key}`);
      names.unregister(two.self, `${two.process.id}hello`);
      for (const key of ["hello", "world"]) names.unregister(three.self, `${three.process.id}${key}`);
      names.exit("kill");
      await clock.settle();
      const alive = [one, two, three, never].map(({ process }) => process.alive);
      expect(alive).toEqual([false, false, true, true]);
      expect(await one.process.exited).toBe("killed");
    });

    test("R5 unregistering the last key takes back what the registry's end would say · links and unlinks on register/unregister", async () => {
      const { runtime, clock } = testRuntime({ seed });
      const names = await start(runtime, keys);
      const { self, mail, process } = await puppet(runtime, { traps: true });
      names.register(self, "hello");
      names.register(self, "world");
      names.unregister(self, "hello");
      names.unregister(self, "world");
      names.register(self, "again");
      names.unregister(self, "again");
      names.exit("kill");
      await clock.settle();
      expect([mail, process.alive]).toEqual([[], true]);
    });

    test("R5 a link that was there before stays: a parent does not lose its registry", async () => {
      const { runtime, clock } = testRuntime({ seed });
      const parent = await puppet(runtime, { traps: true });
      const started = await parent.run((self) => self.startLink(registry<string>("names", { keys: keys as "unique" })));
      if (started.status !== "ok") throw new Error("Expected the registry to start");
      const names = started.process;
      names.register(parent.self, "hello");
      names.unregister(parent.self, "hello");
      parent.process.exit("kill");
      await clock.settle();
      expect(await names.exited).toBe("killed");
      expect(runtime.size).toBe(0);
    });

    test("R5 the registry outlives those who register, whatever way they end", async () => {
      const { runtime, clock } = testRuntime({ seed });
      const names = await start(runtime, keys);
      for (const [, end] of ends) {
        const ending = await puppet(runtime);
        names.register(ending.self, "hello");
        end(ending);
        await clock.settle();
        expect(names.alive && names.count() === 0).toBe(true);
      }
    });

    test("a registry that has ended has no table: everything says noproc, and nothing is left of it", async () => {
      const { runtime, clock } = testRuntime({ seed });
      const names = await start(runtime, keys);
      const { self, process, mail } = await puppet(runtime, { traps: true });
      names.register(self, "hello");
      await names.stop("shutdown");
      await clock.settle();
      expect(mail).toEqual([{ type: "EXIT", process: names, reason: "shutdown" }]);
      const uses: [string, () => unknown][] = [
        ["register", () => names.register(self, "hello")],
        ["unregister", () => names.unregister(self, "hello")],
        ["lookup", () => names.lookup("hello")],
        ["keys", () => names.keys(process)],
        ["values", () => names.values("hello", process)],
        ["count", () => names.count()],
        ["dispatch", () => names.dispatch("hello", () => {})],
      ];
      for (const [name, use] of uses) {
        expect(use).toThrow(
          expect.objectContaining({ name: "CallError", failure: "noproc", message: expect.stringContaining(name) }),
        );
      }
      expect((process as unknown as { directories: Set<unknown> }).directories.size).toBe(0);
      // It is free to register with the next one.
      const next = await start(runtime, keys);
      expect(next.register(self, "hello")).toEqual({ status: "ok" });
      process.exit("kill");
      await clock.settle();
      expect(next.count()).toBe(0);
    });
  });

  test("R8 a dead owner's key can be taken at once, before the registry had a turn · has unique registrations even if partition is delayed", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await start(runtime, "unique");
    const [dead, next] = await puppets(runtime, 2);
    names.register(dead.self, "hello", 1);
    // All in one go: nobody's mailbox is read in between.
    dead.process.exit("kill");
    expect(names.register(next.self, "hello", 2)).toEqual({ status: "ok" });
    expect(names.lookup("hello")).toEqual([{ process: next.process, value: 2 }]);
  });

  test("R8 the late EXIT of the one before takes nothing from the next", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const names = await start(runtime, "unique");
    const [dead, next] = await puppets(runtime, 2);
    names.register(dead.self, "hello", 1);
    dead.process.exit("kill");
    names.register(next.self, "hello", 2);
    await clock.settle();
    expect(names.whereis("hello")).toBe(next.process);
  });

  test.each<ExitReason>(["shutdown", failure("broken")])(
    "E2 a registry ends with its parent's %j, and those registered with it",
    async (reason) => {
      const { runtime, clock } = testRuntime({ seed });
      const parent = await puppet(runtime);
      const started = await parent.run((self) => self.startLink(registry<string>("names", { keys: "unique" })));
      if (started.status !== "ok") throw new Error("Expected the registry to start");
      const a = await puppet(runtime);
      started.process.register(a.self, "hello");
      parent.process.exit(reason);
      await clock.settle();
      expect(await started.process.exited).toEqual(reason);
      expect(await a.process.exited).toEqual(reason);
    },
  );

  test("a server registers in its init, and is gone from the registry when the init fails", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await start(runtime, "unique");
    const begin = server<unknown>("begin")({
      init(fails: boolean, self: Self) {
        names.register(self, "hello");
        if (fails) throw new Error("no");
      },
      calls: {},
      casts: {},
    });
    await expect(runtime.start(begin, true)).rejects.toThrow("no");
    expect(names.count()).toBe(0);
    const ref = await runtime.start(begin, false);
    expect(names.whereis("hello")).toBe(ref);
    await expect(runtime.start(begin, false)).resolves.toMatchObject({ alive: true });
    expect(signalsOf(await puppet(runtime))).toEqual([]);
  });
});

async function puppets(runtime: Runtime, count: 2): Promise<[Puppet, Puppet]>;
async function puppets(runtime: Runtime, count: 4): Promise<[Puppet, Puppet, Puppet, Puppet]>;
async function puppets(runtime: Runtime, count: number): Promise<Puppet[]> {
  return Promise.all(Array.from({ length: count }, () => puppet(runtime)));
}
