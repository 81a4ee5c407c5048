import type { Failure } from "../protocol/failure.js";
import { refusedWith, unauthorized } from "./http/failures.js";
import type { RequestFailure } from "./transport.js";

/** What has become of a request whose `send` rejected; and whether the server knows the session no more. */
export interface Unsent {
  readonly news: RequestFailure;
  readonly isSessionGone: boolean;
}

/**
 * Reads the error with which an official SDK transport could not send a request. Those over HTTP name the status that the
 * server answered with, which says as much there as it does over a transport of ours.
 */
export function unsentBecause(error: unknown, method: string, incarnation: number, hasSession: boolean): Unsent {
  const status = statusOf(error);
  if (status === undefined) {
    const message = "The transport could not send the message: see `cause`";
    const failure: Failure = { code: "CONNECTION_LOST", message, loss: { incarnation }, cause: error };
    return { news: { outcome: "unknown", failure }, isSessionGone: false };
  }
  if (status === 401 || status === 403) {
    return { news: unauthorized(status, "rejected", error), isSessionGone: false };
  }
  const { outcome, failure, retryAfter } = refusedWith(status, method, undefined);
  const isSessionGone = status === 404 && hasSession;
  const told = { ...failure, cause: error };
  return { news: { outcome: isSessionGone ? "rejected" : outcome, failure: told, retryAfter }, isSessionGone };
}

/** The status as the SDK's versions name it: `code` of version 1's errors, `status` of version 2's. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, status } = error as { readonly code?: unknown; readonly status?: unknown };
  return [code, status].find(
    (each): each is number => Number.isInteger(each) && Number(each) >= 400 && Number(each) < 600,
  );
}
