import { MOST_ROUNDS } from "../../src/connection/pending.js";
import type { Circumstances, Seen, Settled } from "./observed.js";
import { WITH_LEGS } from "./tools.js";

/**
 * What must hold of every operation, whatever happened: the promises of docs/architecture.md as functions of what was
 * observed. Each gives what is broken; nothing means that all is well.
 */
export function violationsOf(seen: Seen, circumstances: Circumstances): string[] {
  const [settled, ...more] = seen.settled;
  if (settled === undefined) return [`${nameOf(seen)} has not settled`];
  const broken = [
    more.length > 0 ? "settled more than once" : undefined,
    callbacks(seen, settled),
    order(seen, circumstances),
    limits(seen, settled, circumstances),
    repeats(seen, settled, circumstances),
    truth(seen, settled, circumstances),
    reason(seen, settled, circumstances),
  ];
  return broken.filter((each) => each !== undefined).map((each) => `${nameOf(seen)}: ${each}`);
}

/** Whether running it twice does no harm. */
function isSafe({ slot: { ask } }: Pick<Seen, "slot">): boolean {
  return ask.do !== "call" || ask.tool === "safe";
}

function nameOf({ n, slot: { ask } }: Seen): string {
  return `operation ${n} (${ask.do === "call" ? ask.tool : ask.do})`;
}

function toolOf({ slot: { ask } }: Seen): string {
  return ask.do === "call" ? ask.tool : ask.do;
}

/** No callback starts after settlement, nor while another one of the operation is busy. */
function callbacks({ updates }: Seen, settled: Settled): string | undefined {
  const late = updates.find((update) => update.order > settled.order);
  if (late !== undefined) return `a callback began after it had settled, for ${late.progress}`;
  return updates.some(({ isOverlapping }) => isOverlapping) ? "two of its callbacks ran at once" : undefined;
}

/** Progress increases within an attempt; a further leg begins anew. */
function order(seen: Seen, circumstances: Circumstances): string | undefined {
  const further = legsOf(seen, circumstances) - 1;
  let resets = further;
  let last = { attempt: 0, progress: Number.NEGATIVE_INFINITY };
  for (const update of seen.updates) {
    if (update.attempt === last.attempt && update.progress <= last.progress && resets-- <= 0) {
      return `progress went from ${last.progress} to ${update.progress} in attempt ${update.attempt}`;
    }
    if (update.attempt < last.attempt) return `attempt ${update.attempt} made progress after attempt ${last.attempt}`;
    if (update.attempt > last.attempt) resets = further;
    last = update;
  }
  return undefined;
}

/** It never takes longer than its limits allow, and is never given up for time before. */
function limits(seen: Seen, { at, error }: Settled, circumstances: Circumstances): string | undefined {
  const { slot, begunAt } = seen;
  const { settings } = circumstances;
  const { timeout, maxTimeout = 3_600_000 } = slot.how;
  const took = at - begunAt;
  if (error?.code === "TIMEOUT" && took < Math.min(timeout, maxTimeout)) return `it timed out after ${took} ms already`;
  const isKilled = error !== undefined && wasKilled(seen, error, circumstances);
  const drain = error === undefined || error.outcome === "completed" || isKilled ? settings.progressDrain : 0;
  // A connection that was killed has ended when its transport has, and nobody hears of it before.
  const closing = isKilled ? settings.closeIn : 0;
  return took > maxTimeout + drain + closing ? `it took ${took} ms, with ${maxTimeout} ms in all` : undefined;
}

/** Requests of one attempt: the server asks once, unless it does not recognise what it asked for. */
function legsOf(seen: Seen, { isCorrupted }: Circumstances): number {
  if (!WITH_LEGS.includes(toolOf(seen))) return 1;
  return isCorrupted ? MOST_ROUNDS + 1 : 2;
}

function mostAttempts({ slot: { how } }: Seen): number {
  if (how.retry === false) return 1;
  return (typeof how.retry === "number" ? how.retry : 2) + 1;
}

/** The server acts at most once on what is unsafe, and never more often than repeats are allowed. */
function repeats(seen: Seen, { error }: Settled, circumstances: Circumstances): string | undefined {
  const { slot, actedOn } = seen;
  const most = mostAttempts(seen);
  if (error !== undefined && error.attempts > most) return `it has had ${error.attempts} attempts of ${most}`;
  const times = isSafe(seen) || (slot.how.retry ?? false) !== false ? most : 1;
  return actedOn > times * legsOf(seen, circumstances) ? `the server acted on it ${actedOn} times` : undefined;
}

/** What the outcome says is what the server counted. */
function truth(seen: Seen, { error, answers }: Settled, circumstances: Circumstances): string | undefined {
  const { actedOn, written } = seen;
  const outcome = error?.outcome ?? "completed";
  if ((outcome === "not_sent" || outcome === "rejected") && actedOn > 0) {
    return `its outcome is ${outcome}, and the server has acted on it`;
  }
  if (circumstances.isCorrupted) return undefined;
  if (outcome === "completed" && actedOn === 0) return "it is completed, and the server never acted on it";
  if (error === undefined && answers !== undefined && answers !== seen.n)
    return `it got the answer to ${String(answers)}`;
  if (error === undefined || wasKilled(seen, error, circumstances)) return undefined;
  if (outcome === "unknown" && written === 0) return "its outcome is unknown, and it was never written";
  const isCounted = !WITH_LEGS.includes(toolOf(seen)) && error.code !== "CONFIG" && error.code !== "INVALID_REQUEST";
  if (isCounted && error.attempts !== written)
    return `it had ${error.attempts} attempts, and was written ${written} times`;
  return undefined;
}

/** Its connection's process, or its own, was ended by force: all that is known then is that nobody knows. */
function wasKilled({ begunAt }: Seen, error: { readonly code: string }, { kills }: Circumstances): boolean {
  return /^CONNECTION_/.test(error.code) && kills.some((at) => at >= begunAt);
}

/** Which operations may fail with which error, when nothing was changed on the way. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  PROTOCOL: ["fails", "old", "prompts", "job"],
  INVALID_RESULT: ["wrong", "asksRoots", "asksModel", "asksUser", "job"],
  CAPABILITY: ["discover"],
  MESSAGE_TOO_LARGE: ["tooLarge"],
  HTTP: ["busy", "broken", "forget"],
  UNAUTHORIZED: ["locked"],
  CONFIG: ["badOption"],
};

/** Every error has a reason; and what is safe is not given up while it may be repeated. */
function reason(seen: Seen, { at, error }: Settled, circumstances: Circumstances): string | undefined {
  if (error === undefined) return undefined;
  const { code } = error;
  if (isExplained(seen, at, error, circumstances)) return undefined;
  return `it failed with ${code} (${error.outcome}, ${error.attempts} attempts) without a reason: ${error.message}`;
}

function isExplained(
  seen: Seen,
  at: number,
  error: NonNullable<Settled["error"]>,
  circumstances: Circumstances,
): boolean {
  const { slot, isGivenUp } = seen;
  const { settings, isCorrupted, isClosing } = circumstances;
  const tool = toolOf(seen);
  switch (error.code) {
    case "TIMEOUT":
      return true;
    case "CANCELLED":
      return isGivenUp || isCorrupted || (WITH_LEGS.includes(tool) && settings.handler === "throws");
    case "CONNECTION_CLOSED":
      return isClosing;
    case "OVERLOADED":
      return settings.maxPending < 1_000;
    case "INVALID_REQUEST":
      return slot.how.hasSharedToken;
    case "CONNECTION_LOST":
      return isLossExplained(seen, at, error, circumstances);
    default:
      return (REASONS[error.code] ?? []).includes(tool) || (isCorrupted && error.code in REASONS);
  }
}

/** A loss that may be repeated is not told, unless there was no connection for too long, or for good. */
function isLossExplained(
  seen: Seen,
  at: number,
  error: NonNullable<Settled["error"]>,
  circumstances: Circumstances,
): boolean {
  const { settings, downs } = circumstances;
  const wasDown = downs.some(([from, to]) => from <= at && to >= seen.begunAt);
  if (wasDown || settings.isUsedOnce || wasKilled(seen, error, circumstances)) return true;
  // Over HTTP a repeat waits, which may be longer than its caller would.
  if (settings.wire === "http" && error.attempts > 1 && seen.slot.how.timeout <= 150) return true;
  const isKnownSafe = isSafe(seen) && (seen.isListed || seen.slot.ask.do !== "call");
  const isRepeatable = isKnownSafe || (seen.slot.how.retry ?? false) !== false || error.outcome !== "unknown";
  return !isRepeatable || error.attempts >= mostAttempts(seen);
}
