import type { InputRequest, Reading } from "./codec.js";
import { isRecord, type Params } from "./message.js";

/** The requests whose result may be that more is needed. */
const MAY_ASK: readonly string[] = ["tools/call", "prompts/get", "resources/read"];

const COMPLETE: Reading = { kind: "complete" };

/**
 * What kind of result a modern server gave. One without a type is complete, since servers of earlier revisions give none.
 *
 * Source: MCP specification, revision 2026-07-28, "ResultType" and "Multi Round-Trip Requests".
 */
export function readResult(method: string, result: unknown): Reading {
  const type = isRecord(result) ? result.resultType : undefined;
  if (type === undefined || type === "complete") return COMPLETE;
  if (type !== "input_required" || !isRecord(result)) return invalid("Its `resultType` is none that is known");
  if (!MAY_ASK.includes(method)) return invalid("The server may not ask for input on this method");
  return readInputRequired(result);
}

function readInputRequired({ inputRequests, requestState }: Readonly<Record<string, unknown>>): Reading {
  if (requestState !== undefined && typeof requestState !== "string") return invalid("Its `requestState` is no string");
  if (inputRequests === undefined) {
    if (requestState === undefined) return invalid("It has neither `inputRequests` nor `requestState`");
    return { kind: "inputRequired", requests: [], requestState };
  }
  if (!isRecord(inputRequests)) return invalid("Its `inputRequests` are no object");
  const requests: InputRequest[] = [];
  for (const [key, request] of Object.entries(inputRequests)) {
    if (!isRecord(request) || typeof request.method !== "string") return invalid("One of its `inputRequests` is none");
    const { method, params } = request;
    if (params !== undefined && !isRecord(params)) return invalid("The `params` of an input request are no object");
    requests.push({ key, method, params: params as Params | undefined });
  }
  return { kind: "inputRequired", requests, requestState };
}

function invalid(problem: string): Reading {
  return { kind: "invalid", problem };
}
