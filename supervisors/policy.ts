/**
 * What becomes of the others when one child is restarted:
 *
 *     one_for_one    a  b ✗ c  d        only b starts again
 *     one_for_all    a  b ✗ c  d        d, c, a are stopped; a, b, c, d start
 *     rest_for_one   a  b ✗ c  d        d, c are stopped; b, c, d start
 *
 * You most likely want `one_for_one`. Take `rest_for_one` when later children use earlier ones, `one_for_all` when all of
 * them share something that one broken child may have spoiled.
 *
 * A `temporary` child that is stopped so is not started again. A child that had been stopped by `terminateChild`, or had
 * ended on its own, starts with the others, as in OTP.
 *
 * Source: Erlang/OTP Design Principles, "Restart Strategy".
 */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

/**
 * Whether the end of significant children ends the supervisor, with `shutdown`:
 *
 * - `never`: no child may be significant.
 * - `any_significant`: when one of them ends by itself.
 * - `all_significant`: when the last of them that was active ends by itself.
 *
 * "By itself" is: a transient child in an orderly way, a temporary one in any way. An end by `terminateChild`, or because
 * of a sibling's restart, is none.
 *
 * Source: Erlang/OTP Design Principles, "Automatic Shutdown".
 */
export type AutoShutdown = "never" | "any_significant" | "all_significant";

/**
 * How many restarts a supervisor makes before it gives up: with more than `maxRestarts` within `within` it stops all of
 * its children and ends with `shutdown`, so that its own supervisor may try with a fresh start.
 *
 * The restarts of all children count together, attempts that fail included; one of `one_for_all` or `rest_for_one` is one
 * restart. Levels multiply: a tree of two levels with 3 each makes up to (3 + 1) × (3 + 1) attempts. Give inner
 * supervisors the larger number.
 *
 * Deviation: OTP counts whole seconds, this counts milliseconds. The bound is inclusive in both: a restart exactly
 * `within` ago still counts.
 *
 * Source: Erlang/OTP Design Principles, "Maximum Restart Intensity" and "Tuning the Intensity and Period"; the defaults
 * are Elixir's.
 */
export interface Intensity {
  /** Default 3; 0 allows none. */
  readonly maxRestarts?: number | undefined;
  /** Milliseconds; default 5,000. */
  readonly within?: number | undefined;
}

/** All that the restart decision has to know of its supervisor. */
export interface Policy {
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  /** Milliseconds. */
  readonly within: number;
  readonly autoShutdown: AutoShutdown;
  /** Whether the spec of a child that ended stays, to be restarted by hand; not in a dynamic supervisor (OTP D4). */
  readonly keepsSpecs: boolean;
}
