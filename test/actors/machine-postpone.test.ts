import { describe, expect, test } from "vitest";
import { assign, createMachine, fromCallback, fromPromise, setup } from "xstate";
import { drawTree, getState, type Inspection, machine } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";

type Event =
  | { type: "job"; n: number }
  | { type: "note"; n: number }
  | { type: "connect" }
  | { type: "refresh" }
  | { type: "allow" };

/** A worker that takes jobs when it is connected and allowed to, one at a time, and notes everything it takes. */
function worker(log: unknown[]) {
  return setup({
    types: { events: {} as Event, context: {} as { allowed: boolean } },
    guards: { allowed: ({ context }) => context.allowed },
  }).createMachine({
    id: "worker",
    context: { allowed: true },
    initial: "offline",
    on: {
      note: { actions: ({ event }) => void log.push(`note ${event.n}`) },
      refresh: { reenter: true },
      allow: { actions: assign({ allowed: true }) },
    },
    states: {
      offline: { on: { connect: "idle" } },
      idle: {
        on: {
          job: {
            guard: "allowed",
            target: "busy",
            actions: ({ event }) => void log.push(`job ${event.n}`),
          },
        },
      },
      busy: { after: { 10: "idle" } },
    },
  });
}

const job = (n: number) => ({ type: "job", n }) as const;

describe.each(seeds)("postponed events, order %s", (seed) => {
  test("are offered again after the next state change, before unread mail and in order", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: unknown[] = [];
    const ref = await runtime.start(machine(worker(log), { postpone: ["job"] }));
    for (const n of [1, 2, 3]) ref.send(job(n));
    ref.send({ type: "note", n: 1 });
    ref.send({ type: "connect" });
    ref.send({ type: "note", n: 2 });
    await clock.settle();
    expect(log).toEqual(["note 1", "job 1", "note 2"]);
    await clock.advance(10);
    expect(log.slice(3)).toEqual(["job 2"]);
    ref.send(job(4));
    await clock.advance(20);
    expect(log.slice(4)).toEqual(["job 3", "job 4"]);
  });

  test("are those of the types that are named, all others are ignored as ever", async () => {
    const { runtime, clock } = testRuntime({ seed });
    for (const [postpone, taken] of [
      [undefined, []],
      [["note"], []],
      [["note", "job"], ["job 1"]],
    ] as const) {
      const log: unknown[] = [];
      const ref = await runtime.start(machine(worker(log), { postpone }));
      ref.send(job(1));
      ref.send({ type: "connect" });
      await clock.settle();
      expect(log).toEqual(taken);
    }
  });

  test("are offered again by a changed value only: not by the context, not by a state that is entered anew", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: unknown[] = [];
    const ref = await runtime.start(machine(worker(log), { postpone: ["job"] }));
    ref.send(job(1));
    ref.send({ type: "refresh" });
    ref.send({ type: "note", n: 1 });
    await clock.settle();
    expect(drawTree(runtime.tree())).toBe('worker · state "offline" · postponed 1');
    ref.send({ type: "connect" });
    await clock.advance(10);
    expect(log).toEqual(["note 1", "job 1"]);
    expect(drawTree(runtime.tree())).toBe('worker · state "idle"');
  });

  test("a guard that says no postpones, and one that throws ends the process", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: unknown[] = [];
    const guarded = setup({ types: { events: {} as Event, context: {} as { allowed: boolean } } }).createMachine({
      context: { allowed: false },
      initial: "a",
      on: {
        job: { guard: ({ context }) => context.allowed, actions: ({ event }) => void log.push(event.n) },
        allow: { actions: assign({ allowed: true }) },
      },
      states: { a: { on: { connect: "b" } }, b: {} },
    });
    const ref = await runtime.start(machine(guarded, { postpone: ["job"] }));
    ref.send(job(1));
    ref.send({ type: "allow" });
    ref.send(job(2));
    await clock.settle();
    expect(log).toEqual([2]);
    ref.send({ type: "connect" });
    await clock.settle();
    expect(log).toEqual([2, 1]);
  });

  test("a state that shall lose such an event takes it with an action that does nothing", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const taken: unknown[] = [];
    const logic = createMachine({
      initial: "deaf",
      states: {
        deaf: { on: { x: { actions: () => {} }, next: "forbidding" } },
        forbidding: { on: { x: {}, next: "open" } },
        open: { on: { x: { actions: ({ event }) => taken.push(event.n) } } },
      },
    });
    const ref = await runtime.start(machine(logic, { postpone: ["x"] }));
    ref.send({ type: "x", n: 1 });
    ref.send({ type: "next" });
    ref.send({ type: "x", n: 2 });
    ref.send({ type: "next" });
    await clock.settle();
    expect(taken).toEqual([2]);
  });

  test("a delay, a child's result and a change in one of several regions offer them again too", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: unknown[] = [];
    const { promise, open } = gate();
    const region = (what: string) => ({
      initial: "off",
      states: { off: { on: { [what]: "on" } }, on: { on: { x: { actions: () => log.push(what) } } } },
    });
    const logic = createMachine({
      initial: "waiting",
      states: {
        waiting: { after: { 10: "loading" } },
        loading: { invoke: { src: fromPromise(() => promise), onDone: "ready" } },
        ready: { type: "parallel", states: { one: region("one"), two: region("two") } },
      },
      on: { y: { actions: () => log.push("y") } },
    });
    const ref = await runtime.start(machine(logic, { postpone: ["one", "x"] }));
    ref.send({ type: "x" });
    ref.send({ type: "one" });
    await clock.advance(10);
    expect(await getState(ref)).toMatchObject({ value: "loading" });
    open();
    await clock.settle();
    expect(await getState(ref)).toMatchObject({ value: { ready: { one: "on", two: "off" } } });
    expect(log).toEqual(["one"]);
  });

  test("what children send back is postponed like mail, also at the start", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: unknown[] = [];
    const callback = fromCallback(({ sendBack }) => {
      sendBack({ type: "x", n: 1 });
      sendBack({ type: "y", n: 0 });
      sendBack({ type: "next" });
      sendBack({ type: "x", n: 2 });
      clock.setTimer(10, () => {
        sendBack({ type: "x", n: 3 });
        sendBack({ type: "next" });
      });
    });
    const logic = createMachine({
      initial: "a",
      invoke: { src: callback },
      states: {
        a: { on: { next: "b" } },
        b: { on: { next: "c", y: { actions: ({ event }) => log.push(event.n) } } },
        c: { on: { x: { actions: ({ event }) => log.push(event.n) } } },
      },
    });
    const ref = await runtime.start(machine(logic, { postpone: ["x", "y"] }));
    await clock.settle();
    expect(await getState(ref)).toMatchObject({ value: "b" });
    expect(log).toEqual([0]);
    await clock.advance(10);
    expect(log).toEqual([0, 1, 2, 3]);
  });

  test("are kept up to the limit: past it the oldest is dropped, and the inspection hook sees that", async () => {
    const drops: Inspection[] = [];
    const onInspect = (event: Inspection) => event.type === "drop" && drops.push(event);
    const { runtime, clock } = testRuntime({ seed, onInspect });
    const log: unknown[] = [];
    const ref = await runtime.start(machine(worker(log), { postpone: ["job"], postponeLimit: 2 }));
    for (const n of [1, 2, 3, 4]) ref.send(job(n));
    await clock.settle();
    expect(drops).toMatchObject([
      { type: "drop", process: ref, mail: { payload: job(1) }, why: "postponed" },
      { type: "drop", process: ref, mail: { payload: job(2) }, why: "postponed" },
    ]);
    ref.send({ type: "connect" });
    await clock.advance(20);
    expect(log).toEqual(["job 3", "job 4"]);
    expect(drops).toHaveLength(2);
  });

  test("are kept up to 1,000 by default", async () => {
    const drops: Inspection[] = [];
    const onInspect = (event: Inspection) => event.type === "drop" && drops.push(event);
    const { runtime, clock } = testRuntime({ seed, onInspect });
    const ref = await runtime.start(machine(worker([]), { postpone: ["job"] }));
    for (let n = 0; n < 1_000; n++) ref.send(job(n));
    await clock.settle();
    expect(drops).toEqual([]);
    ref.send(job(1_000));
    await clock.settle();
    expect(drops).toMatchObject([{ mail: { payload: job(0) } }]);
  });

  test("have room in a bounded mailbox when they are offered again", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const taken: unknown[] = [];
    const logic = createMachine({
      initial: "a",
      states: { a: { on: { next: "b" } }, b: { on: { x: { actions: ({ event }) => taken.push(event.n) } } } },
    });
    const mailbox = { limit: 1, overflow: "dropOldest" } as const;
    const ref = await runtime.start(machine(logic, { postpone: ["x"] }), undefined, { mailbox });
    for (const n of [1, 2, 3]) {
      ref.send({ type: "x", n });
      await clock.settle();
    }
    ref.send({ type: "next" });
    await clock.settle();
    expect(taken).toEqual([1, 2, 3]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("a limit of %s is refused", (postponeLimit) => {
    const message = `Expected \`postponeLimit\` to be an integer, 1 or more, got \`${postponeLimit}\``;
    expect(() => machine(worker([]), { postponeLimit })).toThrow(new RangeError(message));
  });
});
