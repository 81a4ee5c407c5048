import { type AttemptOutcome, BaseError, type ErrorCode } from "../protocol/base-error.js";
import { classify, isRecord, type Params, type RequestId } from "../protocol/message.js";
import type { WireKind } from "./channels.js";
import type { PayloadKinds } from "./options.js";

/** What payloads are told apart by; a request and a response are those of either side. */
export type PayloadKind = keyof PayloadKinds;

/** What is known of a message on its way out. */
export interface WireHead {
  readonly kind: WireKind;
  readonly id?: RequestId | undefined;
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message that came in. */
export interface WireMessage {
  readonly kind: WireKind;
  readonly id: RequestId | undefined;
  readonly method: string | undefined;
  readonly params: Params | undefined;
  readonly value: unknown;
}

/** Which switch the payload of a message has. What is no message counts as an answer: most of what comes in is. */
export function kindOf(kind: WireKind, method: string | undefined): PayloadKind {
  if (kind === "request") return "requests";
  if (kind !== "notification") return "responses";
  return method === "notifications/progress" ? "progress" : "notifications";
}

/** The messages in a value that came in: a batch has several. */
export function wireMessagesOf(value: unknown): WireMessage[] {
  return Array.isArray(value) ? value.map(wireMessageOf) : [wireMessageOf(value)];
}

function wireMessageOf(value: unknown): WireMessage {
  const incoming = classify(value);
  switch (incoming.kind) {
    case "request": {
      const { id, method, params } = incoming.request;
      return { kind: "request", id, method, params, value };
    }
    case "notification": {
      const { method, params } = incoming.notification;
      return { kind: "notification", id: undefined, method, params, value };
    }
    case "response":
      return { kind: "response", id: incoming.response.id, method: undefined, params: undefined, value };
    case "invalid":
      return { kind: "invalid", id: undefined, method: undefined, params: undefined, value };
  }
}

/** The name of the tool or the prompt that a request is about. */
export function nameOf(method: string, params: Params | undefined): string | undefined {
  const isNamed = method === "tools/call" || method === "prompts/get";
  return isNamed && typeof params?.name === "string" ? params.name : undefined;
}

export function isToolError(result: unknown): boolean {
  return isRecord(result) && result.isError === true;
}

/** What an error says of the operation that failed with it; of a defect nothing is known. */
export function factsOf(error: unknown): {
  readonly code: ErrorCode | undefined;
  readonly outcome: AttemptOutcome;
  readonly attempts: number;
} {
  if (!(error instanceof BaseError)) return { code: undefined, outcome: "unknown", attempts: 0 };
  const { code, outcome, attempts } = error;
  return { code, outcome, attempts };
}
