import fc from "fast-check";
import { expect, test } from "vitest";
import { createMachine } from "xstate";
import { type Inspection, machine } from "../../actors/index.js";
import { testRuntime } from "../support/runtime.js";

const STATES = ["s0", "s1", "s2"] as const;
const TYPES = ["a", "b", "c"] as const;
type State = (typeof STATES)[number];
type Type = (typeof TYPES)[number];
interface Event {
  readonly type: Type;
  readonly n: number;
}

/** What each state does with each type: goes somewhere, takes it and stays, or cannot take it. */
type Table = Record<State, Record<Type, State | "stay" | "cannot">>;

const cell = fc.constantFrom(...STATES, "stay" as const, "cannot" as const, "cannot" as const);
const row = fc.record(Object.fromEntries(TYPES.map((type) => [type, cell])) as Record<Type, typeof cell>);
const table = fc.record(Object.fromEntries(STATES.map((state) => [state, row])) as Record<State, typeof row>);

/** gen_statem's queue: what is postponed goes before everything else again when the state has changed. */
function expected(rules: Table, postpone: readonly Type[], limit: number, events: readonly Event[]) {
  const taken: string[] = [];
  const dropped: number[] = [];
  let [state, queue, postponed]: [State, readonly Event[], Event[]] = ["s0", events, []];
  for (;;) {
    const [event, ...rest] = queue;
    if (event === undefined) return { state, taken, dropped };
    queue = rest;
    const rule: State | "stay" | "cannot" = rules[state][event.type];
    if (rule === "cannot") {
      if (postpone.includes(event.type)) postponed.push(event);
      if (postponed.length > limit) dropped.push(postponed.shift()?.n as number);
      continue;
    }
    taken.push(`${state} ${event.n}`);
    if (rule === "stay" || rule === state) continue;
    state = rule;
    queue = [...postponed, ...queue];
    postponed = [];
  }
}

test("postponing is gen_statem's, whatever the machine and the events", async () => {
  const program = fc.array(fc.constantFrom(...TYPES), { maxLength: 30 });
  const options = fc.record({ postpone: fc.subarray([...TYPES]), postponeLimit: fc.integer({ min: 1, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(fc.nat(), table, options, program, async (seed, rules, given, types) => {
      const events = types.map((type, n): Event => ({ type, n }));
      const dropped: unknown[] = [];
      const onInspect = (event: Inspection) => event.type === "drop" && dropped.push((event.mail.payload as Event).n);
      const { runtime, clock } = testRuntime({ seed, onInspect });
      const taken: string[] = [];
      const states = STATES.map((state) => [state, { on: transitionsOf(state, rules[state], taken) }] as const);
      const logic = createMachine({ initial: "s0", states: Object.fromEntries(states) as never });
      const ref = await runtime.start(machine(logic, given));
      for (const event of events) ref.send(event);
      await clock.settle();
      const model = expected(rules, given.postpone, given.postponeLimit, events);
      expect({ taken, dropped }).toEqual({ taken: model.taken, dropped: model.dropped });
      expect(runtime.tree()[0]?.details.state).toBe(JSON.stringify(model.state));
    }),
    { numRuns: 200 },
  );
});

function transitionsOf(state: State, rules: Table[State], taken: string[]) {
  const taking = ({ event }: { event: { n?: unknown } }) => void taken.push(`${state} ${event.n}`);
  const transitions = Object.entries(rules).flatMap(([type, rule]) => {
    if (rule === "cannot") return [];
    return [[type, rule === "stay" ? { actions: taking } : { target: rule, actions: taking }] as const];
  });
  return Object.fromEntries(transitions);
}
