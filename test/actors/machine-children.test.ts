import { describe, expect, test, vi } from "vitest";
import {
  type AnyActorRef,
  assign,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  type Subscribable,
  sendParent,
  setup,
} from "xstate";
import { getState, machine, type Process } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { type Gate, gate } from "./gate.js";
import { puppet } from "./puppet.js";

type Event = { type: "leave" } | { type: "enter" } | { type: "told"; what: unknown };

const types = {} as { events: Event };

describe.each(seeds)("what a machine's children tell it, order %s", (seed) => {
  async function stage() {
    const test = testRuntime({ seed });
    const listener = await puppet(test.runtime, { traps: true });
    const log: unknown[] = [];
    // Only what runs in a process's turn is signed with the process (OTP E1).
    const hear = (what: unknown) => {
      log.push(what);
      listener.process.exit("shutdown");
    };
    const signers = () => listener.mail.map((mail) => (mail as { process: Process | undefined }).process);
    return { ...test, log, signers, hear };
  }

  test("an invoked promise's result reaches it in its process's turn, after the mail that waits", async () => {
    const { runtime, clock, log, signers, hear } = await stage();
    const { promise, open } = gate<string>();
    const logic = createMachine({
      types,
      invoke: { src: fromPromise(() => promise), onDone: { actions: ({ event }) => hear(event.output) } },
      on: { enter: { actions: () => hear("enter") } },
    });
    const ref = await runtime.start(machine(logic));
    open("result");
    ref.send({ type: "enter" });
    await clock.settle();
    expect(log).toEqual(["enter", "result"]);
    expect(signers()).toEqual([ref, ref]);
  });

  test("a result that leads to a final state, or to an error, ends it at once", async () => {
    const { runtime, clock } = await stage();
    const [one, two] = [gate<string>(), gate<string>()];
    const waiting = ({ promise }: Gate<string>) =>
      createMachine({
        initial: "waiting",
        states: { waiting: { invoke: { src: fromPromise(() => promise), onDone: "done" } }, done: { type: "final" } },
      });
    const refs = [await runtime.start(machine(waiting(one))), await runtime.start(machine(waiting(two)))];
    const error = new Error("rejected");
    one.open("result");
    two.fail(error);
    await clock.settle();
    expect(await Promise.all(refs.map(({ exited }) => exited))).toEqual(["normal", { kind: "error", error }]);
  });

  test("the result of an invocation that has been left by then is dropped, also when the state is entered anew", async () => {
    const { runtime, clock } = await stage();
    const gates: Gate<string>[] = [];
    const loading = setup({
      types: { events: {} as Event, context: {} as { result: unknown } },
      actors: {
        load: fromPromise(() => {
          const next = gate<string>();
          gates.push(next);
          return next.promise;
        }),
      },
    }).createMachine({
      context: { result: undefined },
      initial: "loading",
      states: {
        loading: {
          invoke: {
            id: "load",
            src: "load",
            onDone: { target: "loaded", actions: assign({ result: ({ event }) => event.output }) },
            onError: "failed",
          },
          on: { leave: "idle" },
        },
        idle: { on: { enter: "loading" } },
        loaded: {},
        failed: {},
      },
    });
    for (const settle of ["open", "fail"] as const) {
      gates.length = 0;
      const ref = await runtime.start(machine(loading));
      // Settled while both events stand in the mailbox.
      gates[0]?.[settle]("old");
      ref.send({ type: "leave" });
      ref.send({ type: "enter" });
      await clock.settle();
      expect(await getState(ref)).toMatchObject({ value: "loading" });
      expect(gates).toHaveLength(2);
      gates[1]?.open("new");
      await clock.settle();
      expect(await getState(ref)).toMatchObject({ value: "loaded", context: { result: "new" } });
    }
  });

  test("what an invoked callback sends back reaches it in its turn, whenever that is sent", async () => {
    const { runtime, clock, log, signers, hear } = await stage();
    const logic = createMachine({
      types,
      invoke: {
        src: fromCallback(({ sendBack }) => {
          sendBack({ type: "told", what: "at once" });
          clock.setTimer(10, () => {
            sendBack({ type: "told", what: "later" });
            hear("the callback goes on");
          });
        }),
      },
      on: { told: { actions: ({ event }) => hear(event.what) } },
    });
    const ref = await runtime.start(machine(logic));
    await clock.advance(10);
    expect(log).toEqual(["at once", "the callback goes on", "later"]);
    expect(signers()).toEqual([ref, undefined, ref]);
  });

  test("an observable's values, and whoever has the actor, reach it in its turn", async () => {
    const { runtime, clock, log, signers, hear } = await stage();
    let next: (value: string) => void = () => {};
    const subscribe = (observer: { next?: (value: string) => void }) => {
      next = (value) => observer.next?.(value);
      return { unsubscribe() {} };
    };
    const values = fromObservable<string, undefined>(() => ({ subscribe }) as Subscribable<string>);
    let actor: AnyActorRef | undefined;
    const logic = createMachine({
      invoke: {
        id: "values",
        src: values,
        onSnapshot: { actions: ({ event }) => hear((event.snapshot as { context?: unknown }).context) },
      },
      entry: ({ self }) => {
        actor = self;
      },
      on: { told: { actions: () => hear("told") } },
    });
    const ref = await runtime.start(machine(logic));
    await clock.settle();
    log.length = 0;
    next("value");
    actor?.send({ type: "told" });
    expect(log).toEqual([]);
    await clock.settle();
    expect(log).toEqual(["value", "told"]);
    expect(signers().slice(-2)).toEqual([ref, ref]);
  });

  test("a value of an observable that has been left by then is dropped, also when the state is entered anew", async () => {
    const { runtime, clock, log, hear } = await stage();
    const nexts: ((value: string) => void)[] = [];
    const subscribe = (observer: { next?: (value: string) => void }) => {
      nexts.push((value) => observer.next?.(value));
      return { unsubscribe() {} };
    };
    const values = fromObservable<string, undefined>(() => ({ subscribe }) as Subscribable<string>);
    const listen = ({ event }: { event: unknown }) => {
      const { context } = (event as { snapshot: { context?: string } }).snapshot;
      if (context !== undefined) hear(context);
    };
    const logic = createMachine({
      types,
      initial: "listening",
      states: {
        listening: { invoke: { id: "values", src: values, onSnapshot: { actions: listen } }, on: { leave: "deaf" } },
        deaf: { on: { enter: "listening" } },
      },
    });
    const ref = await runtime.start(machine(logic));
    await clock.settle();
    nexts[0]?.("before");
    ref.send({ type: "leave" });
    ref.send({ type: "enter" });
    await clock.settle();
    nexts[1]?.("again");
    await clock.settle();
    expect(log).toEqual(["before", "again"]);
    ref.send({ type: "leave" });
    ref.send({ type: "enter" });
    nexts[1]?.("late");
    await clock.settle();
    expect(log).toEqual(["before", "again"]);
  });

  test("a child machine that waits for a promise of its own tells it in its turn", async () => {
    const { runtime, clock, log, signers, hear } = await stage();
    const { promise, open } = gate<string>();
    const inner = createMachine({
      initial: "waiting",
      states: {
        waiting: { invoke: { src: fromPromise(() => promise), onDone: "done" } },
        done: { type: "final", entry: sendParent({ type: "told", what: "inner" }) },
      },
    });
    const logic = createMachine({
      types,
      initial: "waiting",
      states: {
        waiting: { invoke: { src: inner, onDone: { target: "over", actions: () => hear("over") } } },
        over: {},
      },
      on: { told: { actions: ({ event }) => hear(event.what) } },
    });
    const ref = await runtime.start(machine(logic));
    open("result");
    await clock.settle();
    expect(log).toEqual(["inner", "over"]);
    expect(signers()).toEqual([ref, ref]);
  });

  test("what comes when it has ended is dropped", async () => {
    const { runtime, clock, log, crashes, hear } = await stage();
    const [one, two] = [gate<string>(), gate<string>()];
    let actor: AnyActorRef | undefined;
    const logic = createMachine({
      entry: ({ self }) => {
        actor = self;
      },
      invoke: [one, two].map(({ promise }, index) => ({
        id: String(index),
        src: fromPromise(() => promise),
        onDone: { actions: () => hear("done") },
        onError: { actions: () => hear("error") },
      })),
      on: { "*": { actions: () => hear("event") } },
    });
    const ref = await runtime.start(machine(logic));
    await clock.settle();
    log.length = 0;
    ref.exit("kill");
    one.open("late");
    two.fail(new Error("late"));
    await clock.settle();
    expect(actor?.getSnapshot().status).toBe("stopped");
    // xstate's development build says on the console that its actor is stopped.
    vi.spyOn(console, "warn").mockImplementation(() => {});
    actor?.send({ type: "late" });
    await clock.settle();
    expect([log, crashes]).toEqual([[], []]);
  });

  test("an event that is none, from whoever has the actor, is the machine's failure and not the sender's", async () => {
    const { runtime, clock } = await stage();
    let actor: AnyActorRef | undefined;
    const logic = createMachine({
      entry: ({ self }) => {
        actor = self;
      },
    });
    const ref = await runtime.start(machine(logic));
    await clock.settle();
    expect(() => actor?.send({} as never)).not.toThrow();
    await clock.settle();
    expect(await ref.exited).toMatchObject({ error: expect.any(TypeError) });
  });

  test("a bounded mailbox has room for it", async () => {
    const { runtime, clock } = await stage();
    const { promise, open } = gate<string>();
    const logic = createMachine({
      initial: "waiting",
      states: { waiting: { invoke: { src: fromPromise(() => promise), onDone: "done" } }, done: {} },
    });
    const mailbox = { limit: 1, overflow: "dropNewest" } as const;
    const ref = await runtime.start(machine(logic), undefined, { mailbox });
    open("result");
    for (let count = 0; count < 5; count++) ref.send({ type: "anything" });
    await clock.settle();
    expect(await getState(ref)).toMatchObject({ value: "done" });
  });
});
