import fc from "fast-check";
import type { Fault } from "../../src/testing/index.js";
import { CALLBACKS, TOOLS, type Tool } from "./tools.js";

/** How an incarnation's transport comes to be open: at once, late, never, not at all, or only to end. */
export type Opening = "atOnce" | "late" | "never" | "unmade" | "unmadeLate" | "dead";
/** What becomes of one of the server's opening conversations. */
export type Greeting = "well" | "die" | "stall" | "garbage" | "refuse" | "foreign" | "late" | "unplug";

/** A fault, and which messages it happens to. */
export interface FaultPlan {
  readonly direction: "sent" | "received";
  readonly method: "tools/call" | "notifications/progress" | undefined;
  readonly nth: number | undefined;
  readonly probability: number;
  readonly times: number;
  readonly fault: Fault;
}

export const FAULTS = ["delay", "drop", "duplicate", "truncate", "garble", "split", "merge", "stall", "cut"] as const;

/** Where the machine stands when the client is closed; `quiet`: after all is well again. */
export const ENDINGS = [
  "quiet",
  "opening",
  "shakingHands",
  "dropping",
  "backingOff",
  "spent",
  "starting",
  "reconnecting",
  "down",
] as const;
export type Ending = (typeof ENDINGS)[number];

/** What is fixed for a whole run. */
export interface Settings {
  readonly seed: number;
  readonly era: "legacy" | "modern" | "dual";
  readonly protocol: "auto" | "own";
  readonly wire: "pipe" | "http";
  readonly isUsedOnce: boolean;
  readonly maxInFlight: number;
  readonly maxPending: number;
  readonly progressBuffer: number;
  readonly progressDrain: number;
  readonly downAfter: number;
  readonly heartbeat: number | undefined;
  readonly handler: "quick" | "slow" | "throws";
  /** One for each of the first incarnations; later ones open at once. */
  readonly openings: readonly Opening[];
  /** One for each of the first opening questions; later ones are answered well. */
  readonly greetings: readonly Greeting[];
  /** Milliseconds that the transport takes to close. */
  readonly closeIn: number;
  readonly faults: readonly FaultPlan[];
  readonly ending: Ending;
  readonly scene: Scene;
}

/**
 * What chance alone brings about too seldom: a server that is taken for one of another era, and a transport that is used
 * once and ends while it is out of reach.
 */
export type Scene = "any" | "contradiction" | "lastOutOfReach";

/** What can be said of every operation. */
export interface How {
  readonly timeout: number;
  readonly maxTimeout: number | undefined;
  readonly retry: boolean | number | undefined;
  readonly priority: number;
  readonly callback: (typeof CALLBACKS)[number];
  /** Given up after so many milliseconds, by its handle or its signal. */
  readonly cancel: { readonly after: number; readonly by: "handle" | "signal" } | undefined;
  /** Whether it has a progress token that others have, too. */
  readonly hasSharedToken: boolean;
}

export type Ask =
  | { readonly do: "call"; readonly tool: Tool }
  | { readonly do: "read" | "list" | "ping" | "prompts" | "discover" | "badOption" };

export type Disturbance =
  | "cancelAll"
  | "killServer"
  | "killOperation"
  | "killConnection"
  | "crashConnection"
  | "setRoots"
  | "abort";

/** One operation, what happens beside it, and the milliseconds until the next. */
export interface Slot {
  readonly ask: Ask;
  readonly how: How;
  readonly and: Disturbance | undefined;
  readonly turns: number;
  readonly wait: number;
}

export interface Program {
  readonly settings: Settings;
  /** `undefined` where a failure's program was shrunken. */
  readonly slots: readonly (Slot | undefined)[];
}

/** Every program has so many operations at least; shrinking one takes them out. */
export const FEWEST_OPERATIONS = 20;
const MOST_OPERATIONS = 28;

/** So rare that it is never generated, though it is what the value shrinks to. */
const ONLY_SHRUNKEN = 2 ** 31 - 1;

/** Records that print as what they are. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const faultOf: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom(1, 30, 700).map((ms): Fault => ({ type: "delay", from: 1, to: ms })),
  fc.constant<Fault>({ type: "drop" }),
  fc.integer({ min: 1, max: 3 }).map((copies): Fault => ({ type: "duplicate", copies })),
  ...(["truncate", "garble", "split", "merge"] as const).map((type) => fc.constant<Fault>({ type })),
  fc.constantFrom(20, 3_000, 40_000).map((ms): Fault => ({ type: "stall", ms })),
  fc.constant<Fault>({ type: "cut", message: "The connection was cut" }),
);

const fault: fc.Arbitrary<FaultPlan> = record({
  direction: fc.constantFrom("sent", "received"),
  method: fc.constantFrom(undefined, undefined, "tools/call", "notifications/progress"),
  nth: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  probability: fc.constantFrom(1, 0.3, 0.1),
  times: fc.integer({ min: 1, max: 4 }),
  fault: faultOf,
});

const opening = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Opening>("atOnce") },
  { weight: 5, arbitrary: fc.constantFrom<Opening>("late", "never", "unmade", "unmadeLate", "dead") },
);
const greeting = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Greeting>("well") },
  {
    weight: 7,
    arbitrary: fc.constantFrom<Greeting>("die", "stall", "garbage", "refuse", "foreign", "late", "unplug"),
  },
);
const ending = fc.oneof(
  { weight: 14, arbitrary: fc.constant<Ending>("quiet") },
  { weight: 5, arbitrary: fc.constantFrom(...ENDINGS.slice(1)) },
);

const settings: fc.Arbitrary<Settings> = record({
  seed: fc.nat(2 ** 31 - 1),
  era: fc.constantFrom("legacy", "modern", "dual"),
  protocol: fc.constantFrom("auto", "own"),
  wire: fc.oneof(
    { weight: 3, arbitrary: fc.constant("pipe" as const) },
    { weight: 2, arbitrary: fc.constant("http" as const) },
  ),
  isUsedOnce: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  maxInFlight: fc.constantFrom(64, 1, 2),
  maxPending: fc.constantFrom(1_000, 1_000, 1_000, 2),
  progressBuffer: fc.constantFrom(4_096, 1, 3),
  progressDrain: fc.constantFrom(5_000, 0, 20),
  downAfter: fc.constantFrom(30_000, 900, Number.POSITIVE_INFINITY),
  heartbeat: fc.constantFrom(undefined, undefined, 4_000),
  handler: fc.constantFrom("quick", "slow", "throws"),
  openings: fc.array(opening, { maxLength: 4 }),
  greetings: fc.array(greeting, { maxLength: 5 }),
  closeIn: fc.constantFrom(0, 0, 0, 30, 400),
  faults: fc.array(fault, { maxLength: 4 }),
  ending,
  scene: fc.oneof(
    { weight: 20, arbitrary: fc.constant<Scene>("any") },
    { weight: 3, arbitrary: fc.constant<Scene>("contradiction") },
    { weight: 2, arbitrary: fc.constant<Scene>("lastOutOfReach") },
  ),
});

const how: fc.Arbitrary<How> = record({
  timeout: fc.constantFrom(30_000, 30_000, 15, 100, 2_000),
  maxTimeout: fc.constantFrom(undefined, undefined, undefined, 60, 5_000),
  retry: fc.constantFrom(undefined, undefined, undefined, undefined, false, true, 1),
  priority: fc.nat(2),
  callback: fc.constantFrom(...CALLBACKS),
  cancel: fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: record({ after: fc.constantFrom(0, 3, 35, 500), by: fc.constantFrom("handle", "signal") }),
    },
  ),
  hasSharedToken: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const ask: fc.Arbitrary<Ask> = fc.oneof(
  { weight: 14, arbitrary: fc.constantFrom(...TOOLS).map((tool): Ask => ({ do: "call", tool })) },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom("read" as const, "read" as const, "list" as const, "ping" as const, "prompts" as const)
      .map((kind): Ask => ({ do: kind })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("discover" as const, "badOption" as const).map((kind): Ask => ({ do: kind })),
  },
);

const disturbance = fc.oneof(
  { weight: 30, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constant<Disturbance>("killServer") },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Disturbance>(
      "cancelAll",
      "killOperation",
      "killConnection",
      "crashConnection",
      "setRoots",
      "abort",
    ),
  },
);

const slot: fc.Arbitrary<Slot> = record({
  ask,
  how,
  and: disturbance,
  turns: fc.nat(6),
  wait: fc.constantFrom(0, 0, 1, 10, 25, 150, 2_500),
});

/** What every program begins with: from then on the client knows what the tools say of themselves. */
export const LISTING: Slot = {
  ask: { do: "list" },
  how: {
    timeout: 30_000,
    maxTimeout: undefined,
    retry: undefined,
    priority: 0,
    callback: "none",
    cancel: undefined,
    hasSharedToken: false,
  },
  and: undefined,
  turns: 0,
  wait: 1,
};

/** A random program; a failing one shrinks to few operations, without faults, in order. */
export const program: fc.Arbitrary<Program> = record({
  settings,
  slots: fc.array(fc.option(slot, { nil: undefined, freq: ONLY_SHRUNKEN }), {
    minLength: FEWEST_OPERATIONS,
    maxLength: MOST_OPERATIONS,
  }),
});
