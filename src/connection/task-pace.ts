/** Milliseconds between polls where the server does not say. */
const DEFAULT = 1_000;
/** A server may not make us ask more often than this, ... */
const SHORTEST = 100;
/** ... nor forget to. */
const LONGEST = 3_600_000;
/** How much of a limit may be waited away: the rest is for the answer. */
const SHARE = 0.8;

/**
 * How long to wait before a task is asked for again: as long as its server wants, but never so long that `timeout`, or what
 * is left of `maxTimeout`, could pass without an answer to it. All are milliseconds.
 */
export function waitBeforePoll(
  interval: number | undefined,
  limits: { readonly timeout: number; readonly left: number },
): number {
  const wanted = Math.min(interval ?? DEFAULT, LONGEST, limits.timeout * SHARE, limits.left * SHARE);
  return Math.max(SHORTEST, wanted);
}
