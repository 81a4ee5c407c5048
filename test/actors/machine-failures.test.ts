import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { assign, createMachine, fromCallback, fromObservable, fromPromise, fromTransition, raise, setup } from "xstate";
import { getState, machine } from "../../actors/index.js";
import { randomFrom, seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";

const escaped: unknown[] = [];
const note = (error: unknown) => escaped.push(error);

beforeAll(() => {
  process.on("uncaughtException", note);
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  // xstate throws what nobody observes out of a timer, so that has to have had its turn.
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(escaped.splice(0)).toEqual([]);
});
afterAll(() => {
  process.off("uncaughtException", note);
  process.off("unhandledRejection", note);
});

const error = new Error("thrown");
const fail = (): never => {
  throw error;
};
const reject = async (): Promise<never> => {
  throw error;
};

type Event = { type: "go" } | { type: "raised" };
const base = setup({
  types: { events: {} as Event, context: {} as { n: number } },
  delays: { broken: fail },
  actions: { leave: () => {} },
  actors: {
    receiving: fromCallback(({ receive }) => receive(fail)),
    machine: setup({}).createMachine({ initial: "a", states: { a: { after: { 10: "b" } }, b: { entry: fail } } }),
  },
});
const at = { context: { n: 0 }, initial: "a" } as const;

/** What happens when the machine is told to go, or 10 ms later. */
const onEvent = {
  "a transition's action": base.createMachine({ ...at, states: { a: { on: { go: { actions: fail } } } } }),
  "an entry action": base.createMachine({ ...at, states: { a: { on: { go: "b" } }, b: { entry: fail } } }),
  "an exit action": base.createMachine({ ...at, states: { a: { on: { go: "b" }, exit: fail }, b: {} } }),
  "the action of an inner initial state": base.createMachine({
    ...at,
    states: { a: { on: { go: "b" } }, b: { initial: "c", states: { c: { entry: fail } } } },
  }),
  "an assignment": base.createMachine({ ...at, states: { a: { on: { go: { actions: assign(fail) } } } } }),
  "the action of an event that is raised": base.createMachine({
    ...at,
    states: { a: { on: { go: { actions: raise({ type: "raised" }) }, raised: { actions: fail } } } },
  }),
  "a guard of an eventless transition": base.createMachine({
    ...at,
    states: { a: { on: { go: "b" } }, b: { always: { guard: fail, target: "a" } } },
  }),
  "the action of a delayed transition": base.createMachine({
    ...at,
    states: { a: { on: { go: "b" } }, b: { after: { 10: { actions: fail } } } },
  }),
  "a delay": base.createMachine({ ...at, states: { a: { on: { go: "b" } }, b: { after: { broken: "a" } } } }),
  "an exit action on the way to the end": base.createMachine({
    ...at,
    exit: fail,
    states: { a: { on: { go: "b" } }, b: { type: "final" } },
  }),
  "an async action": base.createMachine({ ...at, states: { a: { on: { go: { actions: reject } } } } }),
  "an invoked promise": base.createMachine({
    ...at,
    states: { a: { on: { go: "b" } }, b: { invoke: { src: fromPromise(reject) } } },
  }),
  "an invoked promise that is none": base.createMachine({
    ...at,
    states: { a: { on: { go: "b" } }, b: { invoke: { src: fromPromise(fail) } } },
  }),
  "an invoked callback": base.createMachine({
    ...at,
    states: { a: { on: { go: "b" } }, b: { invoke: { src: fromCallback(fail) } } },
  }),
  "what an invoked callback does with an event": base.createMachine({
    ...at,
    invoke: { id: "receiving", src: "receiving" },
    states: {
      a: { on: { go: { actions: ({ self }) => self.getSnapshot().children.receiving?.send({ type: "go" }) } } },
    },
  }),
  "an invoked observable": base.createMachine({
    ...at,
    states: { a: { on: { go: "b" } }, b: { invoke: { src: fromObservable(() => observable) } } },
  }),
  "a child machine, later": base.createMachine({
    ...at,
    states: { a: { on: { go: "b" } }, b: { invoke: { src: "machine" } } },
  }),
  "a spawned actor": base.createMachine({
    ...at,
    states: {
      a: {
        on: {
          go: {
            actions: assign(({ spawn }) => {
              const child = spawn(fromTransition(fail, {}));
              child.send({ type: "go" });
              return {};
            }),
          },
        },
      },
    },
  }),
  "a promise of a child machine": base.createMachine({
    ...at,
    states: {
      a: { on: { go: "b" } },
      b: { invoke: { src: createMachine({ invoke: { src: fromPromise(reject) } }) } },
    },
  }),
};

/** What makes the start fail. */
const onStart = {
  "the context": base.createMachine({ ...at, context: fail, states: { a: {} } }),
  "the first entry action": base.createMachine({ ...at, entry: fail, states: { a: {} } }),
  "the entry action of an inner state": base.createMachine({ ...at, states: { a: { entry: fail } } }),
  "the first assignment": base.createMachine({ ...at, entry: assign(fail), states: { a: {} } }),
  "an eventless guard": base.createMachine({ ...at, states: { a: { always: { guard: fail, target: "a" } } } }),
  "a first delay": base.createMachine({ ...at, states: { a: { after: { broken: "a" } } } }),
  "a callback that is invoked at once": base.createMachine({
    ...at,
    invoke: { src: fromCallback(fail) },
    states: { a: {} },
  }),
};

const observable = {
  subscribe(observer: { error?: (cause: unknown) => void }) {
    void Promise.resolve().then(() => observer.error?.(error));
    return { unsubscribe() {} };
  },
} as never;

describe.each(seeds)("what a machine throws, order %s", (seed) => {
  test.each(Object.entries(onEvent))("P4 %s ends it with that error, which is reported", async (_, logic) => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const ref = await runtime.start(machine(logic));
    ref.send({ type: "go" });
    await clock.advance(10);
    expect(ref.alive).toBe(false);
    expect(await ref.exited).toEqual({ kind: "error", error });
    const reason = (await ref.exited) as { error: unknown };
    expect(reason.error).toBe(error);
    expect(crashes).toMatchObject([{ process: ref, reason }]);
    expect(clock.timers).toBe(0);
  });

  test("G10 it is reported with the last event and the snapshot, of a delay or a child without an event", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const early = await runtime.start(machine(onEvent["an entry action"]));
    const late = await runtime.start(machine(onEvent["the action of a delayed transition"]));
    for (const ref of [early, late]) ref.send({ type: "go" });
    await clock.advance(10);
    expect(crashes).toMatchObject([
      { process: early, lastMessage: { type: "go" }, state: { value: "a", status: "error", context: { n: 0 } } },
      { process: late, lastMessage: undefined, state: { value: "b" } },
    ]);
  });

  test("an action that ends the process and then throws has ended it with its reason, unreported", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const logic = base.createMachine({ ...at, states: { a: { on: { go: { actions: ["leave", fail] } } } } });
    const ref = await runtime.start(
      machine(logic, {
        provide: (given, self) => given.provide({ actions: { leave: () => self.exit("shutdown") } }),
      }),
    );
    ref.send({ type: "go" });
    expect(await ref.exited).toBe("shutdown");
    expect(crashes).toEqual([]);
  });

  test("P4 a guard ends it with xstate's error, which quotes the guard's", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const logic = base.createMachine({ ...at, states: { a: { on: { go: { guard: fail, target: "a" } } } } });
    for (const postpone of [[], ["go"]] as const) {
      const ref = await runtime.start(machine(logic, { postpone }));
      ref.send({ type: "go" });
      expect(await ref.exited).toMatchObject({ error: { message: expect.stringMatching(/guard.*\nthrown/s) } });
    }
    expect(crashes).toHaveLength(2);
  });

  test.each(Object.entries(onStart))("G1 %s makes the start fail with that error", async (_, logic) => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const start = runtime.start(machine(logic));
    await expect(start).rejects.toMatchObject({ name: "StartError", reason: { error } });
    expect(runtime.size).toBe(0);
    expect(crashes).toEqual([]);
    await clock.settle();
    expect(clock.timers).toBe(0);
  });

  test("an async action that fails at the start ends it right after", async () => {
    const { runtime } = testRuntime({ seed });
    const ref = await runtime.start(machine(base.createMachine({ ...at, entry: reject, states: { a: {} } })));
    expect(await ref.exited).toEqual({ kind: "error", error });
  });

  test("the error that a machine handles does not end it", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const logic = base.createMachine({
      ...at,
      states: { a: { invoke: { src: fromPromise(reject), onError: "b" } }, b: {} },
    });
    const ref = await runtime.start(machine(logic));
    await new Promise((resolve) => setImmediate(resolve));
    expect(await getState(ref)).toMatchObject({ value: "b" });
    expect(crashes).toEqual([]);
  });

  test("P6 however it ends, its children are stopped: told, killed, failed, done", async () => {
    const ends: [string, (ref: { exit(reason: "kill" | "shutdown"): void; send(event: Event): void }) => void][] = [
      ["shutdown", (ref) => ref.exit("shutdown")],
      ["killed", (ref) => ref.exit("kill")],
      ["error", (ref) => ref.send({ type: "go" })],
      ["normal", (ref) => ref.send({ type: "raised" })],
    ];
    for (const [name, end] of ends) {
      const { runtime, clock } = testRuntime({ seed });
      const log: string[] = [];
      const pending = gate();
      const callback = (id: string) => fromCallback(() => () => log.push(`${id} closed`));
      const logic = base.createMachine({
        ...at,
        invoke: [
          { src: callback("one") },
          { src: createMachine({ invoke: { src: callback("inner") } }) },
          {
            src: fromPromise(({ signal }) => {
              signal.addEventListener("abort", () => log.push("aborted"));
              return pending.promise;
            }),
          },
        ],
        states: { a: { on: { go: { actions: fail }, raised: "b" } }, b: { type: "final" } },
      });
      const ref = await runtime.start(machine(logic));
      end(ref);
      await ref.exited;
      expect([name, ...log.sort()]).toEqual([name, "aborted", "inner closed", "one closed"]);
      pending.fail(error);
      await clock.settle();
    }
  });

  test("the children of a machine that fails as it starts are stopped", async () => {
    const { runtime } = testRuntime({ seed });
    const log: string[] = [];
    const logic = base.createMachine({
      ...at,
      invoke: { src: fromCallback(() => () => log.push("closed")) },
      states: { a: { entry: fail } },
    });
    await expect(runtime.start(machine(logic))).rejects.toMatchObject({ reason: { error } });
    expect(log).toEqual(["closed"]);
  });

  test("one that fails takes nobody else with it who is not linked", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const random = randomFrom(seed ?? 0);
    const logic = machine(onEvent["an entry action"]);
    const refs = await Promise.all(Array.from({ length: 10 }, () => runtime.start(logic)));
    const broken = refs.filter(() => random() < 0.5);
    for (const ref of broken) ref.send({ type: "go" });
    await clock.settle();
    expect(refs.filter((ref) => !ref.alive)).toEqual(broken);
  });
});
