import type { AttemptOutcome } from "../../protocol/base-error.js";
import type { RequestFailure } from "../transport.js";
import { DEFAULT_WAIT } from "./retry-after.js";

/** It would only fail again: nobody is to repeat it. */
const NEVER = Number.POSITIVE_INFINITY;

export function unauthorized(status: number, outcome: AttemptOutcome, cause?: unknown): RequestFailure {
  return { outcome, failure: { code: "UNAUTHORIZED", status, cause }, retryAfter: NEVER };
}

/** The server answered, with something that is no answer. */
export function noAnswer(status: number, message: string): RequestFailure {
  return { outcome: "completed", failure: { code: "HTTP", message, http: { status } } };
}

/** An error status, without a JSON-RPC error that says more. */
export function refusedWith(status: number, method: string, retryAfter: number | undefined): RequestFailure {
  const message = `The server refused ${method} with HTTP ${status}`;
  const failure = { code: "HTTP", message, http: { status, retryAfter } } as const;
  if (status === 429 || (status === 503 && retryAfter !== undefined)) {
    return { outcome: "rejected", failure, retryAfter: retryAfter ?? DEFAULT_WAIT };
  }
  // A proxy says these in the place of a server that may have acted.
  return { outcome: status >= 502 && status <= 504 ? "unknown" : "completed", failure };
}

/** The connection to the server broke, or its stream ended, before the answer. */
export function cut(incarnation: number, outcome: AttemptOutcome, message: string, cause?: unknown): RequestFailure {
  return { outcome, failure: { code: "CONNECTION_LOST", message, loss: { incarnation }, cause } };
}

export function tooLarge(limit: number): RequestFailure {
  return { outcome: "completed", failure: { code: "MESSAGE_TOO_LARGE", limit } };
}

/** The session is gone: the server did not act. */
export function sessionGone(): RequestFailure {
  const message = "The server does not know the session any more";
  return { outcome: "rejected", failure: { code: "HTTP", message, http: { status: 404 } } };
}

/** Credentials would go where others could read them. */
export function exposed(header: string): RequestFailure {
  const message = `Expected the header \`${header}\` not to be sent over plain http: use https, or \`allowInsecure\``;
  return { outcome: "not_sent", failure: { code: "INVALID_REQUEST", message }, retryAfter: NEVER };
}
