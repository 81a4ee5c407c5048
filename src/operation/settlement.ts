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
