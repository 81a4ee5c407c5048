import { describe, expect, expectTypeOf, test } from "vitest";
import { createMachine, fromPromise, setup } from "xstate";
import {
  type Definition,
  type DownMessage,
  type MachineOptions,
  type MachineRef,
  machine,
  type Process,
  type Runtime,
  type Self,
  spawn,
} from "../../actors/index.js";

type Event = { type: "go" } | { type: "set"; n: number };
interface Input {
  readonly from: number;
}

const plain = setup({ types: { events: {} as Event } }).createMachine({});
const withInput = setup({ types: { events: {} as Event, input: {} as Input } }).createMachine({});
const nullable = setup({ types: { events: {} as Event, input: {} as Input | null } }).createMachine({});
const maybe = setup({ types: { events: {} as Event, input: {} as Input | undefined } }).createMachine({});
const untyped = createMachine({});

type Plain = typeof plain;

/** Compiled, never run. */
function compiles(_: (ref: MachineRef<Plain>, runtime: Runtime, self: Self) => unknown): void {}

describe("what compiles", () => {
  test("the reference takes the machine's events", () => {
    expectTypeOf(machine(plain)).toEqualTypeOf<Definition<unknown, MachineRef<Plain>>>();
    compiles((ref) => {
      ref.send({ type: "go" });
      ref.send({ type: "set", n: 1 });
      const process: Process<Event> = ref;
      const narrower: Process<{ type: "go" }> = ref;
      const any: Process = ref;
      return [process, narrower, any];
    });
  });

  test("a machine without input is started with nothing, one with input with that", () => {
    compiles(async (_, runtime, self) => {
      expectTypeOf(await runtime.start(machine(plain))).toEqualTypeOf<MachineRef<Plain>>();
      await runtime.start(machine(plain), undefined, { name: "plain" });
      await runtime.start(machine(untyped));
      await runtime.start(machine(withInput), { from: 1 });
      spawn(runtime, machine(withInput), { from: 1 }, { name: "with input" });
      self.spawnLink(machine(withInput), { from: 1 });
      await runtime.start(machine(nullable), null);
      await runtime.start(machine(maybe), { from: 1 });
      const result = await self.startLink(machine(withInput), { from: 1 });
      if (result.status === "ok") result.process.send({ type: "go" });
    });
    expectTypeOf(machine(withInput)).toEqualTypeOf<Definition<Input, MachineRef<typeof withInput>>>();
  });

  test("a machine without declared events takes every event", () => {
    compiles(async (_, runtime) => (await runtime.start(machine(untyped))).send({ type: "anything", n: 1 }));
    machine(untyped, { postpone: ["anything"] });
  });

  test("the types of its events can be postponed, and what provide returns is the machine", () => {
    machine(plain, { postpone: ["go", "set"], postponeLimit: 1 });
    machine(plain, {
      provide: (logic, self) => {
        expectTypeOf(logic).toEqualTypeOf<Plain>();
        expectTypeOf(self).toEqualTypeOf<Self<Event>>();
        return logic.provide({});
      },
    });
    const down = setup({ types: { events: {} as Event | DownMessage } }).createMachine({});
    machine(down, { postpone: ["DOWN"] });
    expectTypeOf<MachineOptions<Plain>["postpone"]>().toEqualTypeOf<readonly ("go" | "set")[] | undefined>();
    expect(machine(plain).type).toBe("worker");
  });
});

describe("what does not compile", () => {
  test("an event that the machine does not take", () => {
    compiles((ref) => {
      // @ts-expect-error: not an event of the machine
      ref.send({ type: "stop" });
      // @ts-expect-error: the payload is missing
      ref.send({ type: "set" });
      // @ts-expect-error: the payload is of another type
      ref.send({ type: "set", n: "1" });
      // @ts-expect-error: an event is an object
      ref.send("go");
      // @ts-expect-error: it takes less than is asked for
      const wider: Process<Event | { type: "stop" }> = ref;
      // @ts-expect-error: a machine is not called
      void ref.call("go");
      return wider;
    });
  });

  test("a start without the input that is declared, or with another", () => {
    compiles(async (_, runtime, self) => {
      // @ts-expect-error: the input is missing
      await runtime.start(machine(withInput));
      // @ts-expect-error: the input is missing
      await runtime.start(machine(withInput), undefined);
      // @ts-expect-error: the input is of another type
      await runtime.start(machine(withInput), { from: "1" });
      // @ts-expect-error: the input is missing
      spawn(runtime, machine(withInput));
      // @ts-expect-error: the input is missing
      self.spawnLink(machine(withInput));
      // @ts-expect-error: null was declared, nothing else
      await runtime.start(machine(nullable));
    });
  });

  test("a type that is no event's, and another machine", () => {
    // @ts-expect-error: not an event of the machine
    machine(plain, { postpone: ["stop"] });
    // @ts-expect-error: another machine than the one that was given
    machine(plain, { provide: () => withInput.provide({}).root });
    // @ts-expect-error: a promise's logic is no machine
    compiles(() => machine(fromPromise(async () => 1)));
    // @ts-expect-error: an option that is none
    machine(plain, { postponed: ["go"] });
  });
});
