import { getState, machine, Runtime, VirtualClock } from "caduceus/actors";
import { assign, type SnapshotFrom, setup } from "xstate";

// A door that closes by itself, and that three wrong codes block for a minute.
const door = setup({
  types: {
    context: {} as { code: string; wrong: number },
    input: {} as { code: string },
    events: {} as { type: "enter"; code: string } | { type: "push" },
  },
  guards: {
    isRight: ({ context, event }) => event.type === "enter" && event.code === context.code,
    isThird: ({ context }) => context.wrong === 2,
  },
}).createMachine({
  id: "door",
  context: ({ input }) => ({ code: input.code, wrong: 0 }),
  initial: "locked",
  states: {
    locked: {
      on: {
        enter: [
          { guard: "isRight", target: "unlocked", actions: assign({ wrong: 0 }) },
          { guard: "isThird", target: "blocked", actions: assign({ wrong: 0 }) },
          { actions: assign({ wrong: ({ context }) => context.wrong + 1 }) },
        ],
      },
    },
    unlocked: { on: { push: "open" }, after: { 5000: "locked" } },
    open: { after: { 10000: "locked" } },
    blocked: { after: { 60000: "locked" } },
  },
});

const clock = new VirtualClock();
await using runtime = new Runtime({ clock });

// A code that comes while the door cannot take it is kept for its next state.
const front = await runtime.start(machine(door, { postpone: ["enter"] }), { code: "1234" });
const show = async () => console.log(clock.now(), ((await getState(front)) as SnapshotFrom<typeof door>).value);

front.send({ type: "enter", code: "1234" });
front.send({ type: "push" });
await show();
await clock.advance(10_000); // its delays are timers of the process, and follow the runtime's clock
await show();
for (const code of ["1", "2", "3", "1234"]) front.send({ type: "enter", code });
await show();
await clock.advance(60_000);
await show(); // the fourth code had to wait
