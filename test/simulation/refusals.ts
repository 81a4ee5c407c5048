import { isRecord, type RequestId } from "../../src/protocol/message.js";
import type { RequestFailure } from "../../src/transport/transport.js";

/** A request that gets no JSON-RPC answer, and what else happens to the transport. */
export interface Refusal {
  readonly id: RequestId;
  readonly failure: RequestFailure;
  readonly isForgotten: boolean;
  readonly isUnplugged: boolean;
}

/** What a transport says of a request instead of its answer, by the tool that is called: as the real ones do. */
export function refusalOf(
  message: Readonly<Record<string, unknown>> | undefined,
  incarnation: number,
  wire: "pipe" | "http",
): Refusal | undefined {
  const { id, method, params } = message ?? {};
  if (method !== "tools/call" || !isRecord(params) || (typeof id !== "number" && typeof id !== "string"))
    return undefined;
  const failure = failureOf(params.name, incarnation, wire);
  if (failure === undefined) return undefined;
  return { id, failure, isForgotten: params.name === "forget", isUnplugged: params.name === "unplug" };
}

/** Whether the script refuses it as being of a revision that the server does not speak (any more). */
export function isOfOldRevision(message: Readonly<Record<string, unknown>> | undefined): boolean {
  const { method, params } = message ?? {};
  if (method !== "tools/call" || !isRecord(params) || params.name !== "old" || !isRecord(params._meta)) return false;
  return params._meta["io.modelcontextprotocol/protocolVersion"] !== undefined;
}

function failureOf(tool: unknown, incarnation: number, wire: "pipe" | "http"): RequestFailure | undefined {
  if (tool === "tooLarge") return { outcome: "completed", failure: { code: "MESSAGE_TOO_LARGE", limit: 1_024 } };
  if (wire === "pipe") return undefined;
  switch (tool) {
    case "busy":
      return http("rejected", 503, 40);
    case "broken":
      return http("unknown", 502, undefined);
    case "forget":
      return http("rejected", 404, undefined);
    case "locked":
      return {
        outcome: "rejected",
        failure: { code: "UNAUTHORIZED", status: 401 },
        retryAfter: Number.POSITIVE_INFINITY,
      };
    case "unplug": {
      const message = "The server could not be reached";
      return { outcome: "not_sent", failure: { code: "CONNECTION_LOST", message, loss: { incarnation } } };
    }
    default:
      return undefined;
  }
}

function http(outcome: RequestFailure["outcome"], status: number, retryAfter: number | undefined): RequestFailure {
  const failure = { code: "HTTP", message: `HTTP ${status}`, http: { status, retryAfter } } as const;
  return { outcome, failure, retryAfter };
}
