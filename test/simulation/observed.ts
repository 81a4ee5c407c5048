import type { Settings, Slot } from "./program.js";

/** How an operation's promise settled. */
export interface Settled {
  readonly at: number;
  readonly order: number;
  /** `undefined`: it resolved. */
  readonly error:
    | { readonly code: string; readonly outcome: string; readonly attempts: number; readonly message: string }
    | undefined;
  /** The call that the answer says it answers, where it says that. */
  readonly answers: unknown;
}

/** One operation, and all that its caller and its server can see of it. Times are on the run's clock. */
export interface Seen {
  readonly n: number;
  readonly slot: Slot;
  readonly begunAt: number;
  /** Whether the client knew then what the tools say of themselves. */
  readonly isListed: boolean;
  readonly settled: readonly Settled[];
  /** Updates as their callbacks began, in the order of all that the caller saw. */
  readonly updates: readonly {
    readonly order: number;
    readonly attempt: number;
    readonly progress: number;
    readonly isOverlapping: boolean;
  }[];
  readonly isGivenUp: boolean;
  /** How many requests the client wrote for it, each counted once. */
  readonly written: number;
  /** How many of them the server acted on. */
  readonly actedOn: number;
}

/** What is known of a run beside its operations. */
export interface Circumstances {
  readonly settings: Settings;
  /** Whether a message was changed on its way: then anything may have become of anything. */
  readonly isCorrupted: boolean;
  /** When the client was down: from, to. */
  readonly downs: readonly (readonly [number, number])[];
  /** When the connection's process, or an operation's, was ended by force. */
  readonly kills: readonly number[];
  readonly isClosing: boolean;
}
