/**
 * How far an operation's last attempt got. `not_sent` and `rejected`: the server did not act on it. `unknown`: it was
 * sent and not answered, so the server may have acted. `completed`: the server answered.
 */
export type AttemptOutcome = "not_sent" | "rejected" | "unknown" | "completed";

/** The codes of {@link CaduceusError.code}; one class each. */
export type ErrorCode =
  | "TIMEOUT"
  | "CANCELLED"
  | "CONNECTION_LOST"
  | "CONNECTION_CLOSED"
  | "OVERLOADED"
  | "PROTOCOL"
  | "INVALID_RESULT"
  | "INVALID_REQUEST"
  | "CAPABILITY"
  | "CONFIG"
  | "HTTP"
  | "UNAUTHORIZED"
  | "MESSAGE_TOO_LARGE";

/** What every error of an operation knows. */
export interface ErrorFacts {
  readonly outcome: AttemptOutcome;
  /** How often the operation was put on the wire. */
  readonly attempts: number;
  readonly cause?: unknown;
}

/** An operation that was not even put on the wire. */
export const NOTHING_SENT: ErrorFacts = { outcome: "not_sent", attempts: 0 };

/** What all errors of this library have in common. */
export abstract class BaseError extends Error {
  abstract readonly code: ErrorCode;
  readonly outcome: AttemptOutcome;
  readonly attempts: number;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.outcome = facts.outcome;
    this.attempts = facts.attempts;
  }
}
