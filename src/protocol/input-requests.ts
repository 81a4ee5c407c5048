import type { InputRequest } from "./codec.js";
import { isRecord, type Params } from "./message.js";

/** What a server wants to know, by keys of its own; a string says what is wrong with it. */
export function readInputRequests(inputRequests: unknown): readonly InputRequest[] | string {
  if (!isRecord(inputRequests)) return "Its `inputRequests` are no object";
  const requests: InputRequest[] = [];
  for (const [key, request] of Object.entries(inputRequests)) {
    if (!isRecord(request) || typeof request.method !== "string") return "One of its `inputRequests` is none";
    const { method, params } = request;
    if (params !== undefined && !isRecord(params)) return "The `params` of an input request are no object";
    requests.push({ key, method, params: params as Params | undefined });
  }
  return requests;
}
