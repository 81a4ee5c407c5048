import { describe, expect, test } from "vitest";
import {
  type DownMessage,
  type ExitMessage,
  noreply,
  type Process,
  type RegistryEvent,
  type Runtime,
  registry,
  reply,
  type ServerRef,
  server,
  spawn,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { type Puppet, puppet } from "./puppet.js";

type Key = string | number | bigint | symbol | object | undefined;

const unique = (runtime: Runtime) => runtime.start(registry<Key, unknown>("names", { keys: "unique" }));
const duplicate = (runtime: Runtime) => runtime.start(registry<Key, unknown>("topics", { keys: "duplicate" }));
const kinds = [
  ["unique", unique],
  ["duplicate", duplicate],
] as const;

describe.each(seeds)("registry, order %s", (seed) => {
  test("R1 the second registration of a key gets already_registered and who has it, also its own · has unique registrations", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await unique(runtime);
    const { self, process } = await puppet(runtime);
    expect(names.register(self, "hello", "value")).toEqual({ status: "ok" });
    expect(names.keys(process)).toEqual(["hello"]);
    expect(names.values("hello", process)).toEqual(["value"]);

    const again = names.register(self, "hello", "other");
    expect(again.status === "already_registered" && again.process).toBe(process);
    expect(names.keys(process)).toEqual(["hello"]);
    expect(names.values("hello", process)).toEqual(["value"]);

    expect(names.register(self, "world", "value")).toEqual({ status: "ok" });
    expect(names.keys(process)).toEqual(["hello", "world"]);
    expect(names.count()).toBe(2);
  });

  test("R1 the holder of a key is told to everybody else · has unique registrations across processes", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const names = await unique(runtime);
    const [holder, late] = [await puppet(runtime), await puppet(runtime)];
    names.register(holder.self, "hello", "value");
    await late.run((self) => self.link(names));
    const refused = names.register(late.self, "hello", "recent");
    expect(refused.status === "already_registered" && refused.process).toBe(holder.process);
    expect(names.keys(late.process)).toEqual([]);
    expect(names.values("hello", late.process)).toEqual([]);
    expect(names.values("hello", holder.process)).toEqual(["value"]);
    expect(names.whereis("hello")).toBe(holder.process);
    // The link it had is not the registry's to remove.
    names.exit("kill");
    await clock.settle();
    expect(late.process.alive).toBe(false);
  });

  test("R2 many may register under a key, and one many times · has duplicate registrations (across processes)", async () => {
    const { runtime } = testRuntime({ seed });
    const topics = await duplicate(runtime);
    const [a, b] = [await puppet(runtime), await puppet(runtime)];
    expect(topics.register(a.self, "hello", 1)).toEqual({ status: "ok" });
    expect(topics.register(a.self, "hello", 2)).toEqual({ status: "ok" });
    expect(topics.register(b.self, "hello", 3)).toEqual({ status: "ok" });
    expect(topics.register(a.self, "world", 4)).toEqual({ status: "ok" });
    expect(topics.keys(a.process)).toEqual(["hello", "hello", "world"]);
    expect(topics.keys(b.process)).toEqual(["hello"]);
    expect(topics.values("hello", a.process)).toEqual([1, 2]);
    expect(topics.values("hello", b.process)).toEqual([3]);
    expect(topics.values("world", b.process)).toEqual([]);
    expect(topics.lookup("hello").map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(topics.count()).toBe(4);
  });

  test("R2 dispatch gets all of a key at once, and nothing of another · dispatches to multiple keys in serial", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const topics = await runtime.start(
      registry<string, number, Process<unknown>>("topics", { keys: "duplicate", listeners: [] }),
    );
    const [a, b] = [await puppet(runtime), await puppet(runtime)];
    const never = () => {
      throw new Error("will never be invoked");
    };
    topics.dispatch("hello", never);
    topics.register(a.self, "hello", 1);
    topics.register(b.self, "hello", 2);
    topics.register(b.self, "world", 3);
    let turns = 0;
    const tell = (entries: { process: Process<unknown>; value: number }[]) => {
      turns++;
      for (const { process, value } of entries) process.send({ dispatch: value });
    };
    topics.dispatch("hello", tell);
    await clock.settle();
    expect([turns, a.mail, b.mail]).toEqual([1, [{ dispatch: 1 }], [{ dispatch: 2 }]]);
    topics.dispatch("world", tell);
    await clock.settle();
    expect([turns, a.mail.length, b.mail]).toEqual([2, 1, [{ dispatch: 2 }, { dispatch: 3 }]]);
  });

  test("R2 what a dispatch callback throws is its caller's", async () => {
    const { runtime } = testRuntime({ seed });
    const topics = await duplicate(runtime);
    const a = await puppet(runtime);
    topics.register(a.self, "hello");
    const fail = () => {
      throw new Error("mine");
    };
    expect(() => topics.dispatch("hello", fail)).toThrow("mine");
    expect(topics.alive && a.process.alive).toBe(true);
  });

  test("a unique registry dispatches to the one that has the key · dispatches to a single key", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await unique(runtime);
    const { self, process } = await puppet(runtime);
    names.register(self, "hello", "value");
    const seen: unknown[] = [];
    names.dispatch("hello", (entries) => seen.push(entries.length, entries[0]?.process === process, entries[0]?.value));
    expect(seen).toEqual([1, true, "value"]);
  });

  test.each(kinds)("in a %s registry one key goes and the others stay · unregisters by key", async (kind, start) => {
    const { runtime } = testRuntime({ seed });
    const table = await start(runtime);
    const [a, b] = [await puppet(runtime), await puppet(runtime)];
    table.unregister(a.self, "hello");
    table.register(a.self, "hello");
    if (kind === "duplicate") table.register(a.self, "hello");
    table.register(a.self, "world");
    // Whoever has not registered a key cannot take it from others.
    table.unregister(b.self, "hello");
    expect(new Set(table.keys(a.process))).toEqual(new Set(["hello", "world"]));
    table.unregister(a.self, "hello");
    expect(table.keys(a.process)).toEqual(["world"]);
    expect(table.lookup("hello")).toEqual([]);
    table.unregister(a.self, "world");
    expect(table.keys(a.process)).toEqual([]);
    expect(table.count()).toBe(0);
    expect(table.register(b.self, "hello")).toEqual({ status: "ok" });
  });

  test.each(kinds)("R7 keys of a %s registry are equal when they are === · compares using ===", async (_, start) => {
    const { runtime } = testRuntime({ seed });
    const table = await start(runtime);
    const { self, process } = await puppet(runtime);
    const keys: Key[] = [
      1,
      "1",
      1n,
      undefined,
      "undefined",
      Symbol("s"),
      Symbol("s"),
      {},
      {},
      ["a"],
      ["a"],
      Number.NaN,
    ];
    for (const key of keys) expect(table.register(self, key, key)).toEqual({ status: "ok" });
    expect(table.keys(process)).toEqual(keys);
    for (const key of keys) expect(table.lookup(key)).toEqual([{ process, value: key }]);
    expect(table.lookup(["a"])).toEqual([]);
    expect(table.lookup("2")).toEqual([]);
  });

  test("R7 0 and -0 are one key, as they are ===", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await unique(runtime);
    const { self } = await puppet(runtime);
    names.register(self, 0);
    expect(names.register(self, -0)).toMatchObject({ status: "already_registered" });
  });

  test("R9 only its owner updates a value · updates current process value", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await runtime.start(registry<string, number>("names", { keys: "unique" }));
    const [a, b] = [await puppet(runtime), await puppet(runtime)];
    const never = () => {
      throw new Error("will never be invoked");
    };
    expect(names.updateValue(a.self, "hello", never)).toEqual({ status: "not_registered" });
    names.register(b.self, "hello", 7);
    expect(names.updateValue(a.self, "hello", never)).toEqual({ status: "not_registered" });
    expect(names.updateValue(b.self, "hello", (n) => n + 1)).toEqual({ status: "ok", value: 8, previous: 7 });
    expect(names.values("hello", b.process)).toEqual([8]);
    const fail = () => {
      throw new Error("mine");
    };
    expect(() => names.updateValue(b.self, "hello", fail)).toThrow("mine");
    expect(names.lookup("hello")).toEqual([{ process: b.process, value: 8 }]);
  });

  test("R2 R9 duplicate keys refuse via, whereis and updateValue, for those whom no compiler stops · raises if attempt to be used on via", async () => {
    const { runtime } = testRuntime({ seed });
    const names = registry<string>("topics", { keys: "duplicate" as unknown as "unique" });
    const topics = await runtime.start(names);
    const { self } = await puppet(runtime);
    expect(() => topics.via("hello")).toThrow("Expected the registry topics to have unique keys: via is not for");
    expect(() => topics.whereis("hello")).toThrow(TypeError);
    expect(() => topics.updateValue(self, "hello", () => undefined)).toThrow(TypeError);
  });

  test("keys that are neither unique nor duplicate are refused", () => {
    expect(() => registry("names", { keys: "uniq" as "unique" })).toThrow(
      'Expected `keys` of the registry names to be "unique" or "duplicate", got `uniq`',
    );
  });

  test.each(["unique", "duplicate"] as const)(
    "R6 listeners of a %s registry hear of every register and unregister, as mail · allows listeners",
    async (keys) => {
      const { runtime, clock } = testRuntime({ seed });
      const [first, second] = [await puppet(runtime), await puppet(runtime)];
      const [a, b] = [await puppet(runtime), await puppet(runtime)];
      const listeners = [first.process, second.process];
      const definition = registry<string, number>("names", { keys: keys as "unique", listeners });
      const names = await runtime.start(definition);
      names.register(a.self, "hello", 1);
      names.register(b.self, "world", 2);
      if (keys === "unique") names.register(b.self, "hello", 3); // refused, so nothing to hear
      names.unregister(b.self, "hello"); // not registered, so nothing either
      names.unregister(b.self, "world");
      // Only mail: nothing of a listener runs while others register.
      expect(first.mail).toEqual([]);
      a.process.exit("kill");
      await clock.settle();
      const heard = [
        { type: "register", registry: names, key: "hello", process: a.process, value: 1 },
        { type: "register", registry: names, key: "world", process: b.process, value: 2 },
        { type: "unregister", registry: names, key: "world", process: b.process },
      ];
      expect(first.mail).toEqual(heard);
      expect(second.mail).toEqual(heard);
    },
  );

  test("R6 a listener that has ended is no trouble", async () => {
    const { runtime } = testRuntime({ seed });
    const [listener, a] = [await puppet(runtime), await puppet(runtime)];
    const names = await runtime.start(registry<string>("names", { keys: "unique", listeners: [listener.process] }));
    listener.process.exit("kill");
    expect(names.register(a.self, "hello")).toEqual({ status: "ok" });
  });

  test("R6 a server takes what listeners hear with its info", async () => {
    const { runtime } = testRuntime({ seed });
    interface Log {
      calls: { read(): string[] };
      info: RegistryEvent<string, number>;
    }
    const log = await runtime.start(
      server<Log>("log")({
        init: (): string[] => [],
        calls: { read: (_, lines) => reply(lines, lines) },
        casts: {},
        info: (message: RegistryEvent<string, number> | ExitMessage | DownMessage, lines) =>
          noreply(message.type === "register" ? [...lines, `${message.key} = ${message.value}`] : lines),
      }),
    );
    const names = await runtime.start(registry<string, number>("names", { keys: "unique", listeners: [log] }));
    names.register((await puppet(runtime)).self, "hello", 1);
    expect(await log.call("read")).toEqual(["hello = 1"]);
  });

  test("a registry can be used before it had its first turn, and traps exits by then", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const a = await puppet(runtime);
    const names = spawn(runtime, registry<string>("names", { keys: "unique" }));
    expect(names.register(a.self, "hello")).toEqual({ status: "ok" });
    a.process.exit("kill");
    await clock.settle();
    expect([names.alive, names.count()]).toEqual([true, 0]);
  });

  test("two registries of one definition share nothing", async () => {
    const { runtime } = testRuntime({ seed });
    const definition = registry<string>("names", { keys: "unique" });
    const [left, right] = [await runtime.start(definition), await runtime.start(definition)];
    const { self } = await puppet(runtime);
    expect([left.register(self, "hello"), right.register(self, "hello")]).toEqual([{ status: "ok" }, { status: "ok" }]);
    left.unregister(self, "hello");
    expect([left.count(), right.count()]).toEqual([0, 1]);
  });

  test("the tree says how many registrations there are", async () => {
    const { runtime } = testRuntime({ seed });
    const names = await unique(runtime);
    for (const key of ["a", "b"]) names.register((await puppet(runtime)).self, key);
    expect(runtime.tree()[0]).toMatchObject({ label: "names", details: { registrations: 2 } });
  });

  test("a hundred processes with ten keys each are all found, and none is left", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const names = await runtime.start(registry<string, number>("names", { keys: "unique" }));
    const all: Puppet[] = [];
    for (let n = 0; n < 100; n++) all.push(await puppet(runtime));
    for (const [n, { self }] of all.entries()) {
      for (let key = 0; key < 10; key++) names.register(self, `${n}.${key}`, key);
    }
    expect(names.count()).toBe(1_000);
    for (const [n, { process }] of all.entries()) expect(names.whereis(`${n}.7`)).toBe(process);
    for (const { process } of all) process.exit("kill");
    await clock.settle();
    expect(names.count()).toBe(0);
  });
});

test("the example of registry()", async () => {
  const { runtime, clock } = testRuntime();
  interface Counter {
    calls: { add(n: number): number };
  }
  interface News {
    readonly headline: string;
  }
  const counter = server<Counter>("counter")({
    init: (start: number) => start,
    calls: { add: (n, count) => reply(count + n, count + n) },
    casts: {},
  });
  const names = await runtime.start(registry<string, undefined, ServerRef<Counter>>("names", { keys: "unique" }));
  await runtime.start(counter, 40, { name: names.via("answer") });
  expect(await names.via("answer").call("add", 2)).toBe(42);

  const heard: string[] = [];
  const topics = await runtime.start(registry<string, undefined, Process<News>>("topics", { keys: "duplicate" }));
  await runtime.start(
    server<{ info: News }>("reader")({
      init: (_: undefined, self) => {
        topics.register(self, "weather");
      },
      calls: {},
      casts: {},
      info(message, state) {
        if ("headline" in message) heard.push(message.headline);
        return noreply(state);
      },
    }),
  );
  topics.dispatch("weather", (entries) => {
    for (const { process } of entries) process.send({ headline: "Rain" });
  });
  await clock.settle();
  expect(heard).toEqual(["Rain"]);
  await runtime.stop();
});
