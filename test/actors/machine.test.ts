import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { assign, type SnapshotFrom, setup } from "xstate";
import {
  type DownMessage,
  drawTree,
  type ExitMessage,
  getState,
  machine,
  type Process,
  replaceState,
  type Self,
} from "../../actors/index.js";
import { child, supervisor } from "../../supervisors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

type DoorEvent = { type: "open" } | { type: "close" } | { type: "wall"; up: boolean } | DownMessage | ExitMessage;

const door = setup({
  types: { context: {} as { opened: number; heard: string[] }, events: {} as DoorEvent },
}).createMachine({
  id: "door",
  initial: "closed",
  context: { opened: 0, heard: [] },
  on: {
    EXIT: { actions: assign({ heard: ({ context, event }) => [...context.heard, `EXIT ${event.reason}`] }) },
    DOWN: { actions: assign({ heard: ({ context, event }) => [...context.heard, `DOWN ${event.reason}`] }) },
  },
  states: {
    closed: {
      on: {
        open: { target: "open", actions: assign({ opened: ({ context }) => context.opened + 1 }) },
        wall: { target: "walled", guard: ({ event }) => event.up },
      },
    },
    open: { on: { close: "closed" } },
    walled: { type: "final" },
  },
});

const stateOf = async (ref: Process) => (await getState(ref)) as SnapshotFrom<typeof door>;

describe.each(seeds)("a machine, order %s", (seed) => {
  test("its events are mail, handled in order, and what its state cannot take is ignored", async () => {
    const { runtime } = testRuntime({ seed });
    const ref = await runtime.start(machine(door));
    for (const type of ["open", "open", "close", "close", "open"] as const) ref.send({ type });
    const snapshot = await stateOf(ref);
    expect(snapshot.value).toBe("open");
    expect(snapshot.context.opened).toBe(2);
  });

  test("getState gives its snapshot, between two events and without waking it", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const ref = await runtime.start(machine(door));
    ref.send({ type: "open" });
    const before = getState(ref);
    ref.send({ type: "close" });
    expect(await before).toMatchObject({ value: "open", status: "active" });
    expect((await stateOf(ref)).matches("closed")).toBe(true);
    expect(crashes).toEqual([]);
  });

  test("replaceState changes nothing and gives the snapshot there is", async () => {
    const { runtime } = testRuntime({ seed });
    const ref = await runtime.start(machine(door));
    const replace = vi.fn();
    expect(await replaceState(ref, replace)).toMatchObject({ value: "closed" });
    expect(replace).not.toHaveBeenCalled();
  });

  test("a final state ends it with normal, which nobody has to report", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const ref = await runtime.start(machine(door));
    const log: string[] = [];
    ref.send({ type: "wall", up: false });
    expect(await stateOf(ref)).toMatchObject({ status: "active" });
    ref.send({ type: "wall", up: true });
    ref.send({ type: "open" });
    expect(await ref.exited).toBe("normal");
    expect([crashes, log]).toEqual([[], []]);
    expect(runtime.size).toBe(0);
  });

  test("a machine that is final at once starts, and ends with normal then", async () => {
    const { runtime, crashes } = testRuntime({ seed });
    const nothing = setup({}).createMachine({ id: "nothing", initial: "done", states: { done: { type: "final" } } });
    const ref = await runtime.start(machine(nothing));
    expect(await ref.exited).toBe("normal");
    const children = [child("nothing", machine(nothing), undefined, { restart: "transient" })];
    const sup = await runtime.start(supervisor("sup", { strategy: "one_for_one", children }));
    expect(await sup.countChildren()).toMatchObject({ active: 0 });
    expect(crashes).toEqual([]);
  });

  test("stop, kill and exit signals end it in whatever state, without its exit actions", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const left: string[] = [];
    const staying = setup({}).createMachine({
      id: "staying",
      initial: "there",
      states: { there: { exit: () => left.push("there"), after: { 1000: "there" } } },
    });
    const refs = await Promise.all(Array.from({ length: 4 }, () => runtime.start(machine(staying))));
    const [stopped, killed, told, disposed] = refs;
    await stopped?.stop();
    killed?.exit("kill");
    told?.exit("shutdown");
    await disposed?.[Symbol.asyncDispose]();
    expect(await Promise.all(refs.map((ref) => ref.exited))).toEqual(["normal", "killed", "shutdown", "shutdown"]);
    expect(clock.timers).toBe(0);
    expect([left, crashes]).toEqual([[], []]);
  });

  test("trapped exit signals and DOWN are events", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const others = [await puppet(runtime), await puppet(runtime)] as const;
    const watching = machine(door, {
      provide: (logic, self) => {
        self.trapExit = true;
        self.link(others[0].process);
        self.monitor(others[1].process);
        return logic;
      },
    });
    const ref = await runtime.start(watching);
    others[0].process.exit("shutdown");
    await clock.settle();
    others[1].process.exit("kill");
    await clock.settle();
    ref.exit("normal");
    expect((await stateOf(ref)).context.heard).toEqual(["EXIT shutdown", "DOWN killed", "EXIT normal"]);
  });

  test("the parent's exit signal ends it, trapped or not", async () => {
    const { runtime } = testRuntime({ seed });
    for (const traps of [true, false]) {
      const parent = await puppet(runtime, { traps: true });
      const provide = (logic: typeof door, self: Self<DoorEvent>) => {
        self.trapExit = traps;
        return logic;
      };
      const ref = await parent.run((self) => self.spawnLink(machine(door, { provide })));
      await stateOf(ref);
      parent.self.exitSignal(ref, "shutdown");
      expect(await ref.exited).toBe("shutdown");
    }
  });

  test("the DOWN of a parent that it is not linked to is an event like another's", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const parent = await puppet(runtime);
    const provide = (logic: typeof door, self: Self<DoorEvent>) => {
      self.unlink(parent.process);
      self.monitor(parent.process);
      return logic;
    };
    const ref = await parent.run((self) => self.spawnLink(machine(door, { provide })));
    await stateOf(ref);
    parent.process.exit("shutdown");
    await clock.settle();
    expect((await stateOf(ref)).context.heard).toEqual(["DOWN shutdown"]);
  });

  test("a supervisor starts it again with its first state", async () => {
    const { runtime } = testRuntime({ seed });
    const children = [child("door", machine(door), undefined, { name: "door" })];
    const sup = await runtime.start(supervisor("sup", { strategy: "one_for_one", children }));
    const find = () => runtime.whereis("door") as Process<{ type: "open" }>;
    const first = find();
    first.send({ type: "open" });
    first.exit("kill");
    await first.exited;
    await sup.countChildren();
    expect(await stateOf(find())).toMatchObject({ value: "closed", context: { opened: 0 } });
  });

  test("its actions get at their process through provide, which runs once for each process", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const made: Process[] = [];
    const echo = setup({ types: { events: {} as { type: "echo" } | { type: "echoed" } }, actions: { echo: () => {} } });
    const logic = echo.createMachine({
      id: "echo",
      initial: "quiet",
      states: { quiet: { on: { echo: { actions: "echo" }, echoed: "heard" } }, heard: {} },
    });
    const definition = machine(logic, {
      provide: (given, self) => {
        made.push(self.process);
        return given.provide({ actions: { echo: () => self.sendAfter(10, { type: "echoed" }) } });
      },
    });
    const refs = [await runtime.start(definition), await runtime.start(definition)];
    expect(made).toEqual(refs);
    refs[0]?.send({ type: "echo" });
    await clock.advance(10);
    expect(await Promise.all(refs.map((ref) => getState(ref)))).toMatchObject([{ value: "heard" }, { value: "quiet" }]);
  });

  test("its input is the context's", async () => {
    const { runtime } = testRuntime({ seed });
    const counting = setup({ types: { input: {} as { from: number }, context: {} as { count: number } } });
    const logic = counting.createMachine({ id: "counting", context: ({ input }) => ({ count: input.from }) });
    const ref = await runtime.start(machine(logic), { from: 40 });
    expect(await getState(ref)).toMatchObject({ context: { count: 40 } });
  });

  test("it is labelled by its id, and the tree shows its state", async () => {
    const { runtime } = testRuntime({ seed });
    const ref = await runtime.start(machine(door));
    await runtime.start(machine(door), undefined, { label: "back door" });
    ref.send({ type: "open" });
    await stateOf(ref);
    expect(drawTree(runtime.tree())).toBe('door · state "open"\nback door · state "closed"');
  });

  test("an order it does not know of ends it: calls, casts, what is no event", async () => {
    const { runtime } = testRuntime({ seed });
    const orders: [string, (ref: Untyped) => unknown][] = [
      ["NoHandlerError", (ref) => ref.cast("open")],
      ["NoHandlerError", (ref) => expect(ref.call("open")).rejects.toMatchObject({ failure: "exit" })],
      ["TypeError", (ref) => ref.send(undefined)],
      ["TypeError", (ref) => ref.send(null)],
    ];
    for (const [name, order] of orders) {
      const ref = await runtime.start(machine(door));
      await order(ref as unknown as Untyped);
      expect(await ref.exited).toMatchObject({ kind: "error", error: { name } });
    }
  });
});

interface Untyped {
  send(message: unknown): void;
  cast(name: string): void;
  call(name: string): Promise<unknown>;
}

describe("its process", () => {
  const warn = vi.spyOn(console, "warn");
  beforeEach(() => void warn.mockClear());
  afterEach(() => expect(warn).not.toHaveBeenCalled());

  test("a machine says nothing on the console, also not when it has ended", async () => {
    const { runtime, clock } = testRuntime();
    const ref = await runtime.start(machine(door));
    ref.send({ type: "wall", up: true });
    ref.send({ type: "open" });
    await clock.settle();
    ref.send({ type: "open" });
    await clock.settle();
    expect(await ref.exited).toBe("normal");
  });
});
