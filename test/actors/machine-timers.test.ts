import { describe, expect, test, vi } from "vitest";
import { cancel, raise, sendTo, setup } from "xstate";
import { getState, type Inspection, MachineTimer, machine } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";

const HOUR = 3_600_000;

type Event = { type: "go" } | { type: "hold" } | { type: "late" };

const shift = setup({ types: { events: {} as Event, input: {} as number }, delays: { untilNoon: () => 3 * HOUR } });
const day = shift.createMachine({
  id: "day",
  initial: "night",
  states: {
    night: { after: { [6 * HOUR]: "morning" }, on: { hold: "held" } },
    morning: { after: { untilNoon: "noon" } },
    noon: { after: { [12 * HOUR]: "night" } },
    held: { on: { go: "night" } },
  },
});

describe.each(seeds)("a machine's delays, order %s", (seed) => {
  test("pass in virtual time: days of delayed transitions in a moment", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const ref = await runtime.start(machine(day), 0);
    const values: unknown[] = [];
    for (const ms of [6 * HOUR - 1, 1, 3 * HOUR - 1, 1, 12 * HOUR, 6 * HOUR]) {
      await clock.advance(ms);
      values.push(((await getState(ref)) as { value: unknown }).value);
    }
    expect(values).toEqual(["night", "morning", "morning", "noon", "night", "morning"]);
  });

  test("are timers of the process: cleared with the state, and with the process", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const ref = await runtime.start(machine(day), 0);
    expect(clock.timers).toBe(1);
    ref.send({ type: "hold" });
    await clock.settle();
    expect(clock.timers).toBe(0);
    await clock.advance(100 * HOUR);
    expect(await getState(ref)).toMatchObject({ value: "held" });
    ref.send({ type: "go" });
    await clock.settle();
    expect(clock.timers).toBe(1);
    ref.exit("kill");
    expect(clock.timers).toBe(0);
  });

  /** Starts it and lets its first delay come due by hand, while other mail is unread. */
  async function startWithDue(onInspect?: (event: Inspection) => void) {
    const stage = testRuntime({ seed, onInspect });
    const setTimer = vi.spyOn(stage.clock, "setTimer");
    const ref = await stage.runtime.start(machine(day), 0);
    return { ...stage, ref, comeDue: setTimer.mock.lastCall?.[1] as () => void };
  }

  test("T1 are mail when they are due: handled in order with the rest", async () => {
    const sent: unknown[] = [];
    const { ref, comeDue } = await startWithDue((event) => event.type === "send" && sent.push(event.mail.payload));
    comeDue();
    ref.send({ type: "hold" });
    expect(await getState(ref)).toMatchObject({ value: "morning" });
    expect(sent.slice(0, 2)).toEqual([expect.any(MachineTimer), { type: "hold" }]);
  });

  test("T1 one that is cancelled after it came due and before it was read does nothing", async () => {
    const { ref, comeDue } = await startWithDue();
    // The state is entered anew, with a delay of its own, before what came due of the old one is read.
    ref.send({ type: "hold" });
    ref.send({ type: "go" });
    comeDue();
    expect(await getState(ref)).toMatchObject({ value: "night" });
  });

  test("delayed raise and sendTo, their cancel, and the delays of child machines are the process's too", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: unknown[] = [];
    const clerk = setup({ types: { events: {} as { type: "letter" } } }).createMachine({
      id: "clerk",
      initial: "waiting",
      states: {
        waiting: {
          on: { letter: { actions: () => log.push(["letter", clock.now()]) } },
          after: { [2 * HOUR]: "home" },
        },
        home: { entry: () => log.push(["home", clock.now()]) },
      },
    });
    const office = setup({ types: { events: {} as Event }, actors: { clerk } }).createMachine({
      id: "office",
      invoke: { src: "clerk", id: "clerk" },
      entry: [
        raise({ type: "late" }, { delay: HOUR }),
        raise({ type: "hold" }, { delay: HOUR, id: "held" }),
        sendTo("clerk", { type: "letter" }, { delay: HOUR }),
        cancel("held"),
      ],
      on: {
        late: { actions: () => log.push(["late", clock.now()]) },
        hold: { actions: () => log.push("never") },
      },
    });
    const ref = await runtime.start(machine(office));
    expect(clock.timers).toBe(3);
    await clock.advance(3 * HOUR);
    expect(log).toEqual([
      ["late", HOUR],
      ["letter", HOUR],
      ["home", 2 * HOUR],
    ]);
    await ref.stop();
    expect(clock.timers).toBe(0);
  });

  test("a bounded mailbox has room for them", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const ref = await runtime.start(machine(day), 0, { mailbox: { limit: 1, overflow: "dropNewest" } });
    clock.setTimer(6 * HOUR, () => {
      for (let count = 0; count < 5; count++) ref.send({ type: "late" });
    });
    await clock.advance(6 * HOUR);
    expect(await getState(ref)).toMatchObject({ value: "morning" });
  });
});
