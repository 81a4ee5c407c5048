import { describe, expect, test } from "vitest";
import {
  type AlreadyStartedError,
  type DownMessage,
  type ExitReason,
  getState,
  noreply,
  type Process,
  type Runtime,
  registry,
  replaceState,
  reply,
  type ServerRef,
  type StartResult,
  server,
  spawn,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet, signalsOf } from "./puppet.js";

interface Counter {
  calls: { add(n: number): number; addThrough(ref: ServerRef<Counter>): number };
  casts: { reset(): void };
  info: "tick";
}

const counter = server<Counter>("counter")({
  init: (start: number | "fail") => {
    if (start === "fail") throw new Error("oops");
    return start;
  },
  calls: {
    add: (n, count) => reply(count + n, count + n),
    addThrough: async (ref, count) => reply(await ref.call("add", 1), count),
  },
  casts: { reset: () => noreply(0) },
  info: (message, count) => noreply(message === "tick" ? count + 1 : count),
});

const start = (runtime: Runtime, name?: string) =>
  runtime.start(registry<string, string | undefined, ServerRef<Counter>>("names", { keys: "unique" }), undefined, {
    name,
  });

describe.each(seeds)("a name in a registry, order %s", (seed) => {
  test("R4 is given at the start, and is a reference from then on · via callbacks", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const names = await start(runtime);
    const name = names.via("hello");
    const ref = await runtime.start(counter, 0, { name });
    expect(names.whereis("hello")).toBe(ref);
    expect(await name.call("add", 1)).toBe(1);
    name.cast("reset");
    name.send("tick");
    expect(await name.call("add", 0)).toBe(1);
    expect(name.alive).toBe(true);
    expect([name.id, name.label, name.name]).toEqual([ref.id, "names/hello", undefined]);

    // Taken: the starter is told by whom.
    const taken = runtime.start(counter, 0, { name });
    await expect(taken).rejects.toMatchObject({ name: "StartError", cause: { name: "AlreadyStartedError" } });
    await expect(taken).rejects.toThrow('the name "names/hello"');
    const error = await taken.catch((thrown: Error) => thrown.cause);
    expect((error as AlreadyStartedError).process).toBe(ref);
    expect(names.whereis("hello")).toBe(ref);

    // Not taken by one that fails to start.
    await expect(runtime.start(counter, "fail", { name: names.via("other") })).rejects.toThrow("oops");
    expect(names.whereis("other")).toBeUndefined();
    expect(await runtime.start(counter, 0, { name: names.via("other") })).toBe(names.whereis("other"));

    name.exit("kill");
    await clock.settle();
    expect([ref.alive, name.alive]).toEqual([false, false]);
    expect(crashes).toEqual([]);
  });

  test("R4 the value given with it is registered · uses value provided in via", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await start(runtime);
    const ref = await runtime.start(counter, 0, { name: names.via("hello", "value") });
    expect(names.lookup("hello")).toEqual([{ process: ref, value: "value" }]);
  });

  test("R4 R5 works wherever processes are started with a name: start, spawn, spawnLink, startLink", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const names = await start(runtime);
    const parent = await puppet(runtime, { traps: true });
    spawn(runtime, counter, 0, { name: names.via("spawn") });
    parent.self.spawnLink(counter, 0, { name: names.via("spawnLink") });
    await parent.run((self) => self.startLink(counter, 0, { name: names.via("startLink") }));
    for (const key of ["spawn", "spawnLink", "startLink"]) expect(await names.via(key).call("add", 2)).toBe(2);
    const taken = await parent.run<Promise<StartResult>>((self) =>
      self.startLink(counter, 0, { name: names.via("spawn") }),
    );
    expect(taken).toMatchObject({ status: "error", reason: { error: { name: "AlreadyStartedError" } } });
    // It is linked to the registry, as if it had registered itself.
    names.exit("kill");
    await clock.settle();
    expect(runtime.size).toBe(1);
    expect(signalsOf(parent)).toEqual(['EXIT "killed"', 'EXIT "killed"']);
  });

  test("R4 has the name before the process runs, and keeps it until what it owns is released", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const names = await runtime.start(registry<string>("names", { keys: "unique" }));
    const released = gate();
    const seen: unknown[] = [];
    const owner = server<unknown>("owner")({
      init(_: undefined, self) {
        seen.push(names.whereis("owner") === self.process);
        self.own(() => released.promise);
      },
      calls: {},
      casts: {},
    });
    const first = await runtime.start(owner, undefined, { name: names.via("owner") });
    first.exit("kill");
    expect(names.via("owner").alive).toBe(false);
    await expect(runtime.start(owner, undefined, { name: names.via("owner") })).rejects.toMatchObject({
      cause: { name: "AlreadyStartedError" },
    });
    released.open();
    await first.exited;
    const second = await runtime.start(owner, undefined, { name: names.via("owner") });
    expect(names.whereis("owner")).toBe(second);
    expect(seen).toEqual([true, true]);
    await clock.settle();
  });

  test("R4 is resolved at each use: what is sent goes to whoever has the name then", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const names = await start(runtime);
    const name = names.via("hello");
    const first = await runtime.start(counter, 10, { name });
    expect(await name.call("add", 1)).toBe(11);
    const exited = name.exited;
    first.exit("kill");
    expect(await exited).toBe("killed");
    const second = await runtime.start(counter, 20, { name });
    expect(await name.call("add", 1)).toBe(21);
    expect([name.id, name.alive]).toEqual([second.id, true]);
    await clock.settle();
  });

  test("R4 a name that nobody has is like a process that has ended: noproc", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const names = await start(runtime);
    const name = names.via("nobody");
    const call = name.call("add", 1);
    await expect(call).rejects.toMatchObject({ name: "CallError", failure: "noproc" });
    await expect(name.stop()).rejects.toMatchObject({ failure: "noproc" });
    await expect(getState(name)).rejects.toMatchObject({ failure: "noproc" });
    name.send("tick");
    name.cast("reset");
    name.exit("kill");
    await name[Symbol.asyncDispose]();
    expect(await name.exited).toBe("noproc");
    expect([name.alive, name.id, name.label]).toEqual([false, 0, "names/nobody"]);
    expect(names.keys(name)).toEqual([]);

    const watcher = await puppet(runtime, { traps: true });
    const plain = await puppet(runtime);
    await watcher.run((self) => {
      self.link(name);
      self.monitor(name);
      self.unlink(names.via("nobody else"));
      self.exitSignal(name, "shutdown");
    });
    plain.act((self) => self.link(name));
    await clock.settle();
    expect(signalsOf(watcher)).toEqual(['EXIT "noproc"', 'DOWN "noproc"']);
    expect(await plain.process.exited).toBe("noproc");
    expect(crashes).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  test("R4 can be monitored, linked, unlinked, signalled, stopped and administered", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const names = await start(runtime);
    const [a, b, c] = [names.via("a"), names.via("b"), names.via("c")];
    const refs = await Promise.all(["a", "b", "c"].map((key) => runtime.start(counter, 1, { name: names.via(key) })));
    const watcher = await puppet(runtime, { traps: true });
    await watcher.run((self) => {
      self.monitor(a);
      self.link(b);
      self.link(c);
      self.unlink(c);
    });
    expect(await getState(a)).toBe(1);
    expect(await replaceState(a, (n: number) => n + 1)).toBe(2);
    await a.stop("shutdown");
    watcher.act((self) => self.exitSignal(b, "shutdown"));
    c.exit("kill");
    await clock.settle();
    expect(refs.map((ref) => ref.alive)).toEqual([false, false, false]);
    expect(watcher.mail).toEqual([
      expect.objectContaining({ type: "DOWN", process: refs[0], reason: "shutdown" }),
      { type: "EXIT", process: refs[1], reason: "shutdown" },
    ]);
    const [down] = watcher.mail as [DownMessage];
    expect(down.monitor.process).toBe(refs[0]);
  });

  test("R4 a process that calls itself by its name is told so", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await start(runtime);
    const ref = await runtime.start(counter, 0, { name: names.via("me") });
    const failing = ref.call("addThrough", names.via("me"));
    await expect(failing).rejects.toMatchObject({ reason: { error: { failure: "calling_self" } } });
  });

  test("R4 a name can be owned, and asked for its keys and values", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await start(runtime);
    const ref = await runtime.start(counter, 0, { name: names.via("a", "v") });
    expect([names.keys(names.via("a")), names.values("a", names.via("a"))]).toEqual([["a"], ["v"]]);
    const owner = await puppet(runtime);
    owner.self.own(names.via("a"));
    owner.process.exit("kill");
    await owner.process.exited;
    expect(await ref.exited).toBe("shutdown");
  });

  test("R6 a listener may be known by its name only, and hears of its own registration", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const book = await runtime.start(registry<string, undefined, Process<unknown>>("book", { keys: "unique" }));
    const names = await runtime.start(registry<string>("names", { keys: "unique", listeners: [book.via("listener")] }));
    const [early, a] = [await puppet(runtime), await puppet(runtime)];
    names.register(a.self, "unheard");
    book.register(early.self, "listener");
    names.register(a.self, "heard");
    await clock.settle();
    expect(early.mail).toMatchObject([{ type: "register", key: "heard" }]);
  });

  test("R4 when the registry has ended nobody has a name, and nothing starts under one", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const names = await start(runtime);
    const name = names.via("a");
    await names.stop("shutdown");
    await expect(name.call("add", 1)).rejects.toMatchObject({ failure: "noproc" });
    await expect(runtime.start(counter, 0, { name })).rejects.toMatchObject({
      name: "StartError",
      cause: { failure: "noproc" },
    });
    expect([runtime.size, crashes]).toEqual([0, []]);
  });

  test.each<ExitReason>(["shutdown", "kill"])(
    "R4 a registry that has a name itself is found again after its %s",
    async (reason) => {
      const { runtime, clock } = testRuntime({ seed });
      const definition = registry<string, undefined, ServerRef<Counter>>("names", { keys: "unique" });
      const names = await runtime.start(definition, undefined, { name: "names" });
      const name = names.via("a");
      await runtime.start(counter, 1, { name });
      await (reason === "kill" ? names.exit("kill") : names.stop(reason));
      await clock.settle();
      expect(runtime.size).toBe(0);
      await runtime.start(definition, undefined, { name: "names" });
      expect(name.alive).toBe(false);
      await runtime.start(counter, 2, { name });
      expect(await name.call("add", 0)).toBe(2);
      // Some other process of that name is no registry.
      await (runtime.whereis("names") as Process).stop("shutdown");
      await puppet(runtime, { name: "names" });
      expect(name.alive).toBe(false);
    },
  );

  test("a name says in a word what the process is called", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await runtime.start(registry<unknown>("names", { keys: "unique" }));
    const keys = ["ada", 7, Symbol("s"), { secret: "x" }, () => {}, undefined];
    expect(keys.map((key) => names.via(key).label)).toEqual([
      "names/ada",
      "names/7",
      "names/Symbol(s)",
      "names/an object",
      "names/a function",
      "names/undefined",
    ]);
    const ref = await runtime.start(server<unknown>("own")({ init: () => 0, calls: {}, casts: {} }), undefined, {
      name: names.via("ada"),
      label: "mine",
    });
    expect(ref.label).toBe("mine");
  });
});
