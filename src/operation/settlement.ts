import type { Failure, Reach } from "../protocol/failure.js";

/** How an operation ended. */
export type Settlement =
  | ({
      readonly ok: true;
      readonly result: unknown;
      /** Whether the server asked for input before it answered. */
      readonly hasRounds?: boolean | undefined;
    } & Reach)
  | ({ readonly ok: false; readonly failure: Failure } & Reach);

/** The end of an operation that was not even taken in. */
export function unsent(failure: Failure): Settlement & { readonly ok: false } {
  return { ok: false, failure, outcome: "not_sent", attempts: 0 };
}
