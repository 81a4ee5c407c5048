import { describe, expectTypeOf, test } from "vitest";
import {
  type Definition,
  type DuplicateRegistry,
  type Process,
  type RegisterResult,
  type Registry,
  type RegistryEntry,
  type RegistryEvent,
  type Runtime,
  registry,
  reply,
  type Self,
  type ServerRef,
  server,
  type UniqueRegistry,
  type UpdateValueResult,
  type ViaName,
} from "../../actors/index.js";
import { child, type SupervisorRef } from "../../supervisors/index.js";

interface Counter {
  calls: { add(n: number): number };
  casts: { reset(): void };
  info: "tick";
}

const counter = server<Counter>("counter")({
  init: (start: number) => start,
  calls: { add: (n, count) => reply(count + n, count + n) },
  casts: { reset: () => undefined as never },
});

type Names = UniqueRegistry<string, undefined, ServerRef<Counter>>;
type Props = UniqueRegistry<string, number>;
type Topics = DuplicateRegistry<string, number, Process<"tick">>;

/** Compiled, never run. */
function compiles(
  _: (uses: {
    names: Names;
    props: Props;
    topics: Topics;
    self: Self<"tick">;
    quiet: Self;
    runtime: Runtime;
  }) => unknown,
): void {}

describe("types of registries", () => {
  test("keys decide what the reference can do", () => {
    compiles(() => {
      expectTypeOf(registry<string, number>("r", { keys: "unique" })).toEqualTypeOf<Definition<undefined, Props>>();
      expectTypeOf(registry<string, number, Process<"tick">>("r", { keys: "duplicate" })).toEqualTypeOf<
        Definition<undefined, Topics>
      >();
      // @ts-expect-error: no such kind of keys
      registry("r", { keys: "uniq" });
      // @ts-expect-error: the kind of keys has no default
      registry("r", {});
    });
    compiles(
      ({ names, topics }): [Registry<string, undefined, ServerRef<Counter>>, Registry<string, number, Process>] => [
        names,
        topics,
      ],
    );
  });

  test("R2 R9 a duplicate registry has no via, whereis or updateValue", () => {
    compiles(({ topics, self }) => {
      expectTypeOf(topics.register(self, "a", 1)).toEqualTypeOf<{ readonly status: "ok" }>();
      expectTypeOf(topics.lookup("a")).toEqualTypeOf<RegistryEntry<number, Process<"tick">>[]>();
      topics.dispatch("a", (entries) => entries[0]?.process.send("tick"));
      // @ts-expect-error: no names
      topics.via("a");
      // @ts-expect-error: not one process
      topics.whereis("a");
      // @ts-expect-error: not one value
      topics.updateValue(self, "a", (n: number) => n);
      // @ts-expect-error: they do not take that
      topics.dispatch("a", (entries) => entries[0]?.process.send("tock"));
    });
  });

  test("keys and values are the registry's", () => {
    compiles(({ names, props, self }) => {
      expectTypeOf(names.register(self, "a")).toEqualTypeOf<RegisterResult<ServerRef<Counter>>>();
      expectTypeOf(props.register(self, "a", 1)).toEqualTypeOf<RegisterResult<Process>>();
      expectTypeOf(props.keys(self.process)).toEqualTypeOf<string[]>();
      expectTypeOf(props.values("a", self.process)).toEqualTypeOf<number[]>();
      expectTypeOf(props.updateValue(self, "a", (n) => n + 1)).toEqualTypeOf<UpdateValueResult<number>>();
      // @ts-expect-error: the key is a string
      names.register(self, 1);
      // @ts-expect-error: there is no value
      names.register(self, "a", 1);
      // @ts-expect-error: there must be a value
      props.register(self, "a");
      // @ts-expect-error: the value is a number
      props.register(self, "a", "1");
      // @ts-expect-error: the value is a number
      props.updateValue(self, "a", String);
      // @ts-expect-error: only with its self, not for others
      names.register(self.process, "a");
      // @ts-expect-error: only with its self, not for others
      names.unregister(self.process, "a");
    });
  });

  test("only who takes the messages of its references registers", () => {
    compiles(({ names, props, topics, quiet }) => {
      props.register(quiet, "a", 1);
      // @ts-expect-error: it takes no tick
      names.register(quiet, "a");
      // @ts-expect-error: it takes no tick
      topics.register(quiet, "a", 1);
    });
  });

  test("R4 via is a reference of the registry's kind", () => {
    compiles(({ names, props, runtime }) => {
      const via = names.via("a");
      expectTypeOf(via).toExtend<ServerRef<Counter>>();
      expectTypeOf(via.call("add", 1)).toEqualTypeOf<Promise<number>>();
      via.cast("reset");
      via.send("tick");
      // @ts-expect-error: no such call
      void via.call("sub", 1);
      // @ts-expect-error: the key is a string
      names.via(1);
      // @ts-expect-error: of these processes nothing is known
      props.via("a").send("tick");
      // @ts-expect-error: nor that they are servers
      void props.via("a").call("add", 1);
      const machines = {} as UniqueRegistry<string, undefined, Process<"tick">>;
      machines.via("a").send("tick");
      // @ts-expect-error: they take no tock
      machines.via("a").send("tock");
      const supervisors = {} as UniqueRegistry<string, undefined, SupervisorRef>;
      expectTypeOf(supervisors.whereis("a")).toEqualTypeOf<SupervisorRef | undefined>();
      expectTypeOf(supervisors.via("a")).toExtend<Process>();
      // @ts-expect-error: a name has what all processes have, and no more
      void supervisors.via("a").countChildren();
      expectTypeOf(runtime.start(counter, 1, { name: via })).toEqualTypeOf<Promise<ServerRef<Counter>>>();
      child("a", counter, 1, { name: via });
    });
  });

  test("R4 a name to start under has a value where the registry has values", () => {
    compiles(({ props, runtime, self }) => {
      expectTypeOf(props.via("a", 1)).toExtend<ViaName>();
      void runtime.start(counter, 1, { name: props.via("a", 1) });
      // @ts-expect-error: lookup() would not tell the truth
      void runtime.start(counter, 1, { name: props.via("a") });
      // @ts-expect-error: the value is a number
      props.via("a", "1");
      // @ts-expect-error: a reference is no name
      void runtime.start(counter, 1, { name: self.process });
    });
  });

  test("R6 listeners take what the registry says", () => {
    type Event = RegistryEvent<string, number>;
    const options = (process: Process<Event>) =>
      registry<string, number>("r", { keys: "unique", listeners: [process] });
    expectTypeOf(options).returns.toEqualTypeOf<Definition<undefined, Props>>();
    compiles(({ self }) => {
      // @ts-expect-error: it takes ticks only
      options(self.process);
    });
  });
});
