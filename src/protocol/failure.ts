import type { AttemptOutcome } from "./base-error.js";
import {
  type CaduceusError,
  CancelledError,
  CapabilityError,
  ConnectionClosedError,
  ConnectionLostError,
  InvalidRequestError,
  InvalidResultError,
  type LossFacts,
  OverloadedError,
  ProtocolError,
  type TimeLimit,
  TimeoutError,
} from "./errors.js";
import { HttpError, type HttpFacts, MessageTooLargeError, UnauthorizedError } from "./http-errors.js";
import type { RpcError } from "./message.js";

/** How far the operation got, told with every settlement. */
export interface Reach {
  readonly outcome: AttemptOutcome;
  readonly attempts: number;
}

/** Why an operation has no answer, as data: the error is made where the caller awaits, so that its stack is the caller's. */
export type Failure =
  | { readonly code: "TIMEOUT"; readonly limit: TimeLimit; readonly after: number }
  | { readonly code: "CANCELLED"; readonly reason: unknown; readonly cause?: unknown }
  | { readonly code: "CONNECTION_LOST"; readonly message: string; readonly loss: LossFacts; readonly cause?: unknown }
  | { readonly code: "CONNECTION_CLOSED"; readonly message: string; readonly cause?: unknown }
  | { readonly code: "OVERLOADED"; readonly limit: number }
  /** `method`: what was refused, where that is not the operation's own request. */
  | {
      readonly code: "PROTOCOL";
      readonly error: RpcError;
      readonly method?: string | undefined;
      readonly cause?: unknown;
    }
  | { readonly code: "INVALID_RESULT"; readonly result: unknown; readonly cause: unknown }
  | { readonly code: "INVALID_REQUEST"; readonly message: string; readonly cause?: unknown }
  | { readonly code: "CAPABILITY"; readonly capability: string }
  | { readonly code: "HTTP"; readonly message: string; readonly http: HttpFacts; readonly cause?: unknown }
  | { readonly code: "UNAUTHORIZED"; readonly status: number; readonly cause?: unknown }
  | { readonly code: "MESSAGE_TOO_LARGE"; readonly limit: number };

/** The error that a caller sees for a failure. Call it in the continuation of the function the caller awaits. */
export function errorOf(method: string, failure: Failure, reach: Reach): CaduceusError {
  const facts = "cause" in failure ? { ...reach, cause: failure.cause } : reach;
  switch (failure.code) {
    case "TIMEOUT":
      return new TimeoutError(method, failure.limit, failure.after, facts);
    case "CANCELLED":
      return new CancelledError(method, failure.reason, facts);
    case "CONNECTION_LOST":
      return new ConnectionLostError(failure.message, failure.loss, facts);
    case "CONNECTION_CLOSED":
      return new ConnectionClosedError(failure.message, facts);
    case "OVERLOADED":
      return new OverloadedError(method, failure.limit);
    case "PROTOCOL":
      return new ProtocolError(failure.method ?? method, failure.error, facts);
    case "INVALID_RESULT":
      return new InvalidResultError(method, failure.result, facts);
    case "INVALID_REQUEST":
      return new InvalidRequestError(failure.message, failure.cause);
    case "CAPABILITY":
      return new CapabilityError(method, failure.capability, facts);
    case "HTTP":
      return new HttpError(failure.message, failure.http, facts);
    case "UNAUTHORIZED":
      return new UnauthorizedError(method, failure.status, facts);
    case "MESSAGE_TOO_LARGE":
      return new MessageTooLargeError(method, failure.limit, facts);
  }
}
