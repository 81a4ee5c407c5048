import type { Failure, Reach } from "../protocol/failure.js";

/** How an operation ended. */
export type Settlement =
  | ({ readonly ok: true; readonly result: unknown } & Reach)
  | ({ readonly ok: false; readonly failure: Failure } & Reach);
