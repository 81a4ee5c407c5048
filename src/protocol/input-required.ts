import type { Reading } from "./codec.js";
import { readInputRequests } from "./input-requests.js";
import { isRecord } from "./message.js";
import { readCreated } from "./tasks.js";

/** The requests whose result may be that more is needed. */
const MAY_ASK: readonly string[] = ["tools/call", "prompts/get", "resources/read"];

/** The requests that may become a task. */
const MAY_BECOME_TASKS: readonly string[] = ["tools/call"];

const COMPLETE: Reading = { kind: "complete" };

/**
 * What kind of result a modern server gave. One without a type is complete, since servers of earlier revisions give none.
 *
 * Source: MCP specification, revision 2026-07-28, "ResultType" and "Multi Round-Trip Requests"; SEP-2663.
 */
export function readResult(method: string, result: unknown): Reading {
  const type = isRecord(result) ? result.resultType : undefined;
  if (type === undefined || type === "complete") return COMPLETE;
  if (type === "task" && isRecord(result)) {
    if (!MAY_BECOME_TASKS.includes(method)) return invalid("The server may not make a task of this method");
    const reading = readCreated(result);
    return reading.ok ? { kind: "task", state: reading.state } : invalid(reading.problem);
  }
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
  const requests = readInputRequests(inputRequests);
  return typeof requests === "string" ? invalid(requests) : { kind: "inputRequired", requests, requestState };
}

function invalid(problem: string): Reading {
  return { kind: "invalid", problem };
}
