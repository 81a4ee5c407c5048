import { describeExit, noreply, Runtime, reply, type ServerRef, server } from "caduceus/actors";
import { child, supervisor } from "caduceus/supervisors";

// The protocol is a type: what can be called, what can be cast, what comes back.
interface Counter {
  calls: { add(n: number): number };
  casts: { reset(): void; fail(): void };
}

const counter = server<Counter>("counter")({
  init: (start: number) => start,
  calls: { add: (n, count) => reply(count + n, count + n) },
  casts: {
    reset: () => noreply(0),
    fail: () => {
      throw new Error("Out of numbers");
    },
  },
});

await using runtime = new Runtime({
  onCrash: ({ process, reason }) => console.log(`${process.label} crashed: ${describeExit(reason)}`),
});

// On its own: started, called, stopped.
const alone = await runtime.start(counter, 40);
console.log(await alone.call("add", 2));
alone.cast("reset");
console.log(await alone.call("add", 1)); // the cast was sent first, so it is handled first
await alone.stop();

// Under a supervisor: when it crashes it starts again, with its first state.
const counters = await runtime.start(
  supervisor("counters", {
    strategy: "one_for_one",
    intensity: { maxRestarts: 3, within: 5_000 },
    children: [child("low", counter, 0, { name: "low" }), child("high", counter, 1_000, { name: "high" })],
  }),
);
const find = (name: string) => runtime.whereis(name) as ServerRef<Counter>;

const low = find("low");
await low.call("add", 5);
await find("high").call("add", 5);
low.cast("fail");
await low.exited;
await counters.countChildren(); // the supervisor has heard of the end, so it answers after the restart
console.log(await find("low").call("add", 1), await find("high").call("add", 1));
