import type { Answer, Answerer } from "../../connection/answers.js";
import type { Params, RpcRequest } from "../../protocol/message.js";
import type { Validators } from "../validators.js";
import { answerElicitation } from "./elicitation.js";
import { failedHere, notOffered } from "./refusals.js";
import type { Roots } from "./roots.js";
import { answerSampling } from "./sampling.js";
import type { ElicitationHandler, SamplingHandler, UrlRequest } from "./types.js";

export interface AnswererParts {
  readonly capabilities: Params;
  readonly roots: Roots;
  readonly onSampling: SamplingHandler | undefined;
  readonly onElicitation: ElicitationHandler | undefined;
  readonly validators: Validators;
  /** A handler threw, or gave what it may not. */
  readonly failed: (error: unknown) => void;
  readonly urlAccepted: (request: UrlRequest) => void;
}

/**
 * Answers what a server asks of the host, in either era. What the client has not declared is refused with −32601, what is
 * malformed with −32602, and what went wrong here is −32603 without a word of it.
 *
 * Source: MCP specification, revision 2025-11-25, "Roots", "Sampling", "Elicitation"; 2026-07-28, "Multi Round-Trip
 * Requests".
 */
export function answererOf(parts: AnswererParts): Answerer {
  return async (request, signal) => {
    try {
      return await answerOne(parts, request, signal);
    } catch (error) {
      // Whoever gave it up knows.
      if (!signal.aborted) parts.failed(error);
      return failedHere;
    }
  };
}

async function answerOne(
  { capabilities, roots, onSampling, onElicitation, validators, urlAccepted }: AnswererParts,
  { method, params }: RpcRequest,
  signal: AbortSignal,
): Promise<Answer> {
  switch (method) {
    case "roots/list":
      return capabilities.roots === undefined ? notOffered : { result: { roots: roots.all } };
    case "sampling/createMessage":
      return onSampling === undefined ? notOffered : await answerSampling(onSampling, capabilities, params, signal);
    case "elicitation/create":
      return onElicitation === undefined
        ? notOffered
        : await answerElicitation({ handler: onElicitation, capabilities, validators, urlAccepted }, params, signal);
    default:
      return notOffered;
  }
}
