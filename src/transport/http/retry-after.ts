/** Milliseconds a server may make a client wait before a request is repeated, at least and at most. */
const SHORTEST_WAIT = 100;
const LONGEST_WAIT = 3_600_000;

/** Milliseconds to wait where a server is too busy and does not say for how long. */
export const DEFAULT_WAIT = 1_000;

/**
 * What `Retry-After` says, in milliseconds from `now` (on the clock of `Date.now()`): seconds, or a date. Clamped.
 * `undefined` where it is missing or says neither.
 *
 * Source: RFC 9110, section 10.2.3.
 */
export function retryAfterOf(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.trim() === "") return undefined;
  const seconds = Number(value);
  const wait = Number.isNaN(seconds) ? Date.parse(value) - now : seconds * 1_000;
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(wait, SHORTEST_WAIT), LONGEST_WAIT);
}

/** Milliseconds between two connections of one event stream, at least and at most. */
const SHORTEST_PAUSE = 100;
const LONGEST_PAUSE = 60_000;

/** What an event stream's `retry:` may ask for, clamped; milliseconds. */
export function clampRetry(retry: number): number {
  return Math.min(Math.max(retry, SHORTEST_PAUSE), LONGEST_PAUSE);
}
