import type { Process } from "./process.js";

/** Takes a name for a process that is being started. */
export interface Claim {
  /** What the process is called by default. */
  readonly label: string;
  /** Runs before the process does. Ends it when the name cannot be had. */
  take(process: Process): void;
}

/** Under which a {@link ViaName} keeps its claim; nobody outside of the kernel needs it. */
export const claim: unique symbol = Symbol("caduceus.claim");

/** A name in a registry, for the option `name` of a start: what `via` of a registry with unique keys returns. */
export interface ViaName {
  readonly [claim]: Claim;
}

export function isViaName(value: unknown): value is ViaName {
  return typeof value === "object" && value !== null && claim in value;
}
