import { expect, test } from "vitest";
import { violationsOf } from "./model.js";
import type { Circumstances, Seen, Settled } from "./observed.js";
import { LISTING } from "./program.js";

const settings = {
  seed: 1,
  era: "legacy",
  protocol: "own",
  wire: "pipe",
  isUsedOnce: false,
  maxInFlight: 64,
  maxPending: 1_000,
  progressBuffer: 4_096,
  progressDrain: 5_000,
  downAfter: 30_000,
  heartbeat: undefined,
  handler: "quick",
  openings: [],
  greetings: [],
  closeIn: 0,
  faults: [],
  ending: "quiet",
  scene: "any",
} as const;
const calm: Circumstances = { settings, isCorrupted: false, downs: [], kills: [], isClosing: false };

const answered: Settled = { at: 10, order: 5, error: undefined, answers: 3 };
const failed = (code: string, outcome = "unknown", attempts = 1): Settled => ({
  ...answered,
  answers: undefined,
  error: { code, outcome, attempts, message: "" },
});
const update = (order: number, progress: number, attempt = 1, isOverlapping = false) => ({
  order,
  progress,
  attempt,
  isOverlapping,
});

/** A call of a tool that went well, but for what is said. */
function call(
  tool: "slow" | "safe" | "asksRoots",
  but: Partial<Seen> = {},
  how: Partial<Seen["slot"]["how"]> = {},
): Seen {
  const slot = { ...LISTING, ask: { do: "call", tool }, how: { ...LISTING.how, ...how } } as const;
  const base = { n: 3, slot, begunAt: 0, isListed: true, settled: [answered], updates: [], isGivenUp: false };
  return { ...base, written: 1, actedOn: 1, ...but };
}

test.each<[string, Seen, string]>([
  ["has not settled", call("slow", { settled: [] }), "has not settled"],
  ["settled twice", call("slow", { settled: [answered, answered] }), "settled more than once"],
  ["was told of progress afterwards", call("slow", { updates: [update(6, 1)] }), "a callback began after"],
  ["had two callbacks at once", call("slow", { updates: [update(1, 1, 1, true)] }), "ran at once"],
  ["went backwards", call("slow", { updates: [update(1, 2), update(2, 1)] }), "progress went from 2 to 1"],
  ["went back to an attempt", call("safe", { updates: [update(1, 1, 2), update(2, 2, 1)] }), "after attempt 2"],
  ["ran twice", call("slow", { actedOn: 2, written: 2 }), "acted on it 2 times"],
  ["ran too often", call("safe", { actedOn: 4, written: 4 }), "acted on it 4 times"],
  ["was tried too often", call("safe", { settled: [failed("TIMEOUT", "unknown", 4)], written: 4 }), "4 attempts of 3"],
  ["got another's answer", call("slow", { settled: [{ ...answered, answers: 4 }] }), "the answer to 4"],
  ["was answered out of nothing", call("slow", { actedOn: 0 }), "never acted on it"],
  ["says that nothing happened", call("slow", { settled: [failed("CONNECTION_LOST", "not_sent")] }), "not_sent, and"],
  ["miscounts", call("slow", { settled: [failed("CONNECTION_LOST", "unknown", 2)] }), "2 attempts, and was written 1"],
  ["was given up too early", call("slow", { settled: [failed("TIMEOUT")] }), "timed out after 10 ms already"],
  ["took too long", call("slow", {}, { maxTimeout: 9 }), "" /* Within the drain: nothing. */],
  ["took far too long", call("slow", { settled: [{ ...answered, at: 5_011 }] }, { maxTimeout: 9 }), "it took 5011 ms"],
  ["was cancelled by nobody", call("slow", { settled: [failed("CANCELLED")] }), "CANCELLED (unknown, 1 attempts)"],
  ["was given up though safe", call("safe", { settled: [failed("CONNECTION_LOST")] }), "without a reason"],
  ["was refused by nobody", call("slow", { settled: [failed("PROTOCOL", "completed")] }), "without a reason"],
])("an operation that %s is found", (_, seen, expected) => {
  const found = violationsOf(seen, calm);
  if (expected === "") expect(found).toEqual([]);
  else expect(found.join("\n")).toContain(expected);
});

test("what goes well, or is explained, is no violation", () => {
  expect(violationsOf(call("slow", { updates: [update(1, 1), update(2, 2)] }), calm)).toEqual([]);
  expect(
    violationsOf(call("asksRoots", { updates: [update(1, 1), update(2, 1)], actedOn: 2, written: 2 }), calm),
  ).toEqual([]);
  const lost = call("safe", { settled: [failed("CONNECTION_LOST")] });
  expect(violationsOf(lost, { ...calm, downs: [[5, 20]] })).toEqual([]);
  expect(violationsOf(lost, { ...calm, kills: [5] })).toEqual([]);
  expect(violationsOf(call("slow", { settled: [failed("CONNECTION_LOST")] }), calm)).toEqual([]);
  expect(violationsOf(call("slow", { settled: [failed("CANCELLED")], isGivenUp: true }), calm)).toEqual([]);
  expect(violationsOf(call("slow", { settled: [failed("CONNECTION_CLOSED")] }), { ...calm, isClosing: true })).toEqual(
    [],
  );
});
