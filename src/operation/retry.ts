import type { AttemptOutcome } from "../protocol/base-error.js";
import type { Operation } from "./operation.js";

/** Repeats of an operation whose caller did not say how many. */
const DEFAULT_REPEATS = 2;

/** What the listed tools say of themselves; untrusted, and only consulted for `tools/call`. */
export type ToolHints = (toolName: string) => { readonly isRepeatable: boolean } | undefined;

/**
 * Whether running it twice does no harm: every request method but `tools/call`, and a `tools/call` of a tool that was
 * listed with `readOnlyHint` or `idempotentHint`.
 */
export function isSafe(operation: Pick<Operation, "method" | "params">, hints: ToolHints): boolean {
  if (operation.method !== "tools/call") return true;
  const name = operation.params?.name;
  return typeof name === "string" && hints(name)?.isRepeatable === true;
}

/**
 * Whether an operation whose attempt ended without an answer is put on the wire again.
 *
 * | outcome | repeated |
 * | --- | --- |
 * | `not_sent`, `rejected` | yes: the server did not act |
 * | `unknown` | only what is safe, or what the caller said may be repeated |
 * | `completed` | never |
 *
 * At most `retry` times, by default twice.
 */
export function mayRepeat(
  operation: Pick<Operation, "retry">,
  attempt: { readonly outcome: AttemptOutcome; readonly attempts: number; readonly safe: boolean },
): boolean {
  const { retry } = operation;
  if (attempt.outcome === "completed" || retry === false) return false;
  const repeats = typeof retry === "number" ? retry : DEFAULT_REPEATS;
  if (attempt.attempts > repeats) return false;
  return attempt.outcome !== "unknown" || attempt.safe || retry !== undefined;
}
