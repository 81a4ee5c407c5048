import { cellOf } from "./address.js";
import type { ViaName } from "./name.js";
import type { Definition, Process, ServerRef } from "./process.js";
import { commonMethods, refusedMethods, uniqueMethods } from "./registry-methods.js";
import { Tables } from "./registry-table.js";
import type { Self } from "./self.js";
import { server } from "./server.js";

export interface RegistryOptions<Key, Value, R extends Process = Process> {
  /**
   * `unique`: a key has one process at most; for names. `duplicate`: any number of processes, and a process any number of
   * times; for topics and properties.
   */
  readonly keys: "unique" | "duplicate";
  /** Get a {@link RegistryEvent} as mail for every register and unregister. Default: none. */
  readonly listeners?: readonly Process<RegistryEvent<Key, Value, R>>[] | undefined;
}

/**
 * What a registry's listeners hear. Not told is that a process ended and its keys went with it: who needs that monitors
 * the process.
 */
export type RegistryEvent<Key, Value, R extends Process = Process> =
  | {
      readonly type: "register";
      readonly registry: Process;
      readonly key: Key;
      readonly process: R;
      readonly value: Value;
    }
  | { readonly type: "unregister"; readonly registry: Process; readonly key: Key; readonly process: R };

/** A process that has registered, and the value it gave. */
export interface RegistryEntry<Value, R extends Process = Process> {
  readonly process: R;
  readonly value: Value;
}

/** How a registration went. `process` has the key; it may be the one that asked. */
export type RegisterResult<R extends Process = Process> =
  | { readonly status: "ok" }
  | { readonly status: "already_registered"; readonly process: R };

export type UpdateValueResult<Value> =
  | { readonly status: "ok"; readonly value: Value; readonly previous: Value }
  /** This process has not registered that key. */
  | { readonly status: "not_registered" };

/** What a process takes with `send`. */
type MessageOf<R extends Process> = Parameters<R["send"]>[0];
/** The value may be left out where it may be `undefined`. */
type ValueArgument<Value> = undefined extends Value ? [value?: Value] : [value: Value];

/**
 * What a name stands for: it has what every process has, and `call` and `cast` where the registry is one of servers. What
 * a reference has besides, such as a supervisor's `startChild`, is reached through `whereis`.
 */
export type ViaRef<R extends Process> = R extends ServerRef<infer P> ? ServerRef<P> : Process<MessageOf<R>>;

/**
 * A registry as everybody sees it. Nothing here waits: reading and writing happen at once, in the turn of whoever asks.
 *
 * Processes that are ending are left out wherever processes or their keys are listed, though their keys are not free
 * before what they own is released; see {@link registry}.
 *
 * @throws {CallError} `noproc` when the registry has ended, or, from `register`, when the process has.
 */
export interface Registry<Key, Value = undefined, R extends Process = Process> extends Process {
  /** Registers this process under a key, and links it to the registry. */
  register<M>(
    self: Self<M> & { readonly process: Process<MessageOf<R>> },
    key: Key,
    ...value: ValueArgument<Value>
  ): RegisterResult<R>;
  /** Takes back what this process registered under a key. With its last key goes the link. */
  unregister<M>(self: Self<M>, key: Key): void;
  /** Who has registered under a key, and with which values; the oldest first. */
  lookup(key: Key): RegistryEntry<Value, R>[];
  /** The keys of a process; one that it registered several times is there as often. */
  keys(process: Process): Key[];
  /** The values that a process gave under a key. */
  values(key: Key, process: Process): Value[];
  /** How many registrations there are, those of processes that are ending included. */
  count(): number;
  /**
   * Calls back once, at once, with everybody registered under a key; not at all when there is nobody. What the callback
   * throws, `dispatch` throws.
   */
  dispatch(key: Key, callback: (entries: RegistryEntry<Value, R>[]) => void): void;
}

/** A registry in which a key has one process at most. */
export interface UniqueRegistry<Key, Value = undefined, R extends Process = Process> extends Registry<Key, Value, R> {
  /** The process that has a key. */
  whereis(key: Key): R | undefined;
  /**
   * A reference to whoever has the key at the moment it is used. While nobody has it, it is like a process that has
   * ended: a call fails with `noproc`, what is sent is dropped, a monitor gives DOWN at once.
   *
   * Given as the option `name` of a start it registers the new process, with this value, before it runs. That is refused
   * at compile time where a value is needed and none was given.
   *
   * If the registry itself has a name (see `Runtime.whereis`), the reference is also good for the registry's later lives.
   */
  via(key: Key): undefined extends Value ? ViaRef<R> & ViaName : ViaRef<R>;
  via(key: Key, value: Value): ViaRef<R> & ViaName;
  /** Replaces the value that this process gave. `update` is not called when it has not registered the key. */
  updateValue<M>(self: Self<M>, key: Key, update: (value: Value) => Value): UpdateValueResult<Value>;
}

/** A registry in which a key has any number of processes. */
export interface DuplicateRegistry<Key, Value = undefined, R extends Process = Process>
  extends Registry<Key, Value, R> {
  register<M>(
    self: Self<M> & { readonly process: Process<MessageOf<R>> },
    key: Key,
    ...value: ValueArgument<Value>
  ): { readonly status: "ok" };
}

/**
 * Defines a registry: a process that knows other processes by keys which they give themselves. With unique keys it is a
 * book of names, with duplicate ones a list of subscribers or of properties.
 *
 * ```ts
 * const names = await runtime.start(registry<string, undefined, ServerRef<Counter>>("names", { keys: "unique" }));
 * await runtime.start(counter, 40, { name: names.via("answer") });
 * await names.via("answer").call("add", 2); // 42
 *
 * const topics = await runtime.start(registry<string, undefined, Process<News>>("topics", { keys: "duplicate" }));
 * topics.register(self, "weather"); // in the code of a process that takes News
 * topics.dispatch("weather", (entries) => {
 *   for (const { process } of entries) process.send({ headline: "Rain" });
 * });
 * ```
 *
 * `Key` and `Value` are whatever the program likes; `R` is what kind of references it holds: `ServerRef<Counter>`,
 * `Process<News>`, or, by default, processes of which nothing is known. A process that does not take the messages of `R`
 * cannot register; whether it is a server of the right protocol is not checked.
 *
 * - Keys are equal when they are `===` (and `NaN` is itself): `1` and `"1"` are two keys. Port: so are two arrays with the
 *   same content; Elixir compares what is in them.
 * - A key goes with its process: it is free as soon as what the process owned is released, and before anybody hears of the
 *   end. Then the next process, also one restarted by its supervisor, can have it.
 * - A process that registers is linked to the registry, so that it ends when the registry does and its keys are lost. A
 *   process that traps exits goes on, and registers again.
 *
 * Put it under a supervisor before those that register, with the strategy `rest_for_one`. Children that are started under
 * names of it belong to a supervisor of their own after it, whose function makes their specs anew from the registry that
 * runs then.
 *
 * Port: there are no partitions, which are for the parallelism of several schedulers; no match specifications, which a
 * filter over `lookup` replaces.
 *
 * Source: Elixir Registry.
 *
 * @param label What its processes are called in the tree, unless their starter says otherwise.
 */
export function registry<Key, Value = undefined, R extends Process = Process>(
  label: string,
  options: RegistryOptions<Key, Value, R> & { readonly keys: "unique" },
): Definition<undefined, UniqueRegistry<Key, Value, R>>;
export function registry<Key, Value = undefined, R extends Process = Process>(
  label: string,
  options: RegistryOptions<Key, Value, R> & { readonly keys: "duplicate" },
): Definition<undefined, DuplicateRegistry<Key, Value, R>>;
export function registry(
  label: string,
  { keys, listeners = [] }: RegistryOptions<unknown, unknown>,
): Definition<undefined, never> {
  if (keys !== "unique" && keys !== "duplicate") {
    throw new TypeError(`Expected \`keys\` of the registry ${label} to be "unique" or "duplicate", got \`${keys}\``);
  }
  const tables = new Tables(keys === "unique", listeners);
  const definition = server<unknown>(label)({
    init: (_: undefined, self) => tables.of(cellOf(self.process), "init"),
    calls: {},
    casts: {},
    describe: ({ count }) => ({ registrations: count }),
  });
  const methods = { ...commonMethods(tables), ...(keys === "unique" ? uniqueMethods(tables) : refusedMethods) };
  return { label, type: definition.type, create: definition.create, methods };
}
