import { errorOf, type Failure } from "../protocol/failure.js";
import { isRecord, type RpcError, type RpcResponse } from "../protocol/message.js";
import { modernErrorOf } from "../protocol/modern-errors.js";
import type { DiscoverResult, InitializeResult } from "../protocol/results.js";
import type { Finding, Reply } from "./opening.js";

/** Answers that say that somebody between here and the server is in trouble, or that it is: no matter of eras. */
const PASSING: readonly number[] = [407, 408, 429, 502, 503, 504];

/** What the answer to `server/discover` says of the server. */
export function findingOf(response: RpcResponse, check: (result: unknown) => DiscoverResult): Finding {
  if (response.error !== undefined) return findingOfError(response.error);
  const type = isRecord(response.result) ? response.result.resultType : undefined;
  try {
    const result = check(response.result);
    if (type === undefined || type === "complete") return { kind: "server", result };
    return foreign(new Error("Its `resultType` is not `complete`"));
  } catch (cause) {
    return foreign(cause);
  }
}

/** What it says that `server/discover` got no answer. */
export function findingOfFailure(failure: Failure): Finding {
  switch (failure.code) {
    case "PROTOCOL":
      return findingOfError(failure.error);
    case "HTTP":
      return PASSING.includes(failure.http.status) ? { kind: "refused", failure } : foreign(causeOf(failure));
    case "MESSAGE_TOO_LARGE":
      return foreign(causeOf(failure));
    default:
      return { kind: "refused", failure };
  }
}

/** What the answer to `initialize` says. */
export function replyOf(response: RpcResponse, check: (result: unknown) => InitializeResult): Reply {
  if (response.error !== undefined) return { kind: "refused", failure: { code: "PROTOCOL", error: response.error } };
  try {
    return { kind: "server", result: check(response.result) };
  } catch (cause) {
    const message = "Expected the server's answer to initialize to have the shape it is specified to have: see `cause`";
    return { kind: "refused", failure: { code: "CONNECTION_LOST", message, loss: { incarnation: 0 }, cause } };
  }
}

function findingOfError(error: RpcError): Finding {
  const modern = modernErrorOf(error);
  const failure: Failure = { code: "PROTOCOL", error };
  if (modern === undefined) return foreign(causeOf(failure));
  if (modern.kind === "unsupportedVersion") return { kind: "versions", supported: modern.supported };
  return { kind: "refused", failure };
}

function foreign(cause: unknown): Finding {
  const message =
    "Expected the server to answer server/discover, as revision 2026-07-28 demands: see `cause`, or choose another `protocol`";
  return { kind: "foreign", failure: { code: "CONNECTION_LOST", message, loss: { incarnation: 0 }, cause } };
}

function causeOf(failure: Failure): unknown {
  return errorOf("server/discover", failure, { outcome: "completed", attempts: 1 });
}
