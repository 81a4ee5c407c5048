import { isRecord, type RequestId } from "../../protocol/message.js";
import type { RequestFailure } from "../transport.js";
import { noAnswer, refusedWith } from "./failures.js";

/** What a body comes to that was sent in reply to a request. */
export type Reply =
  | { readonly kind: "received"; readonly value: unknown }
  /** The server does not know the session that the request named. */
  | { readonly kind: "forgotten" }
  | { readonly kind: "failed"; readonly failure: RequestFailure };

/** What is known of the request and of its response's head. */
export interface ReplyFacts {
  readonly id: RequestId;
  readonly method: string;
  readonly status: number;
  /** Milliseconds, clamped. */
  readonly retryAfter: number | undefined;
  /** Whether the request named a session. */
  readonly hadSession: boolean;
}

/**
 * Judges a body that is no event stream. An error status whose body is a JSON-RPC error is that error, whatever id it
 * has: the response belongs to the request it came for.
 *
 * Source: MCP specification, revision 2025-11-25, "Transports", Sending Messages to the Server, Session Management;
 * revision 2026-07-28, "Streamable HTTP", Protocol Version Header.
 */
export function judgeReply(text: string, facts: ReplyFacts): Reply {
  const { id, method, status, retryAfter } = facts;
  const value = parse(text);
  if (isSessionGone(value, facts)) return { kind: "forgotten" };
  const error = rpcErrorIn(value);
  if (error !== undefined && (error.id === undefined || error.id === null || error.id === id || status >= 400)) {
    return { kind: "received", value: { jsonrpc: "2.0", id, error: error.error } };
  }
  if (status >= 300) return { kind: "failed", failure: refusedWith(status, method, retryAfter) };
  if (carriesResponseTo(value, id)) return { kind: "received", value };
  return { kind: "failed", failure: noAnswer(status, `Expected an answer to ${method}, got ${whatIs(text, value)}`) };
}

/** Whether a message, or one of a batch (revision 2025-03-26), is the response to a request. */
export function carriesResponseTo(value: unknown, id: RequestId): boolean {
  return Array.isArray(value) ? value.some((each) => isResponseTo(each, id)) : isResponseTo(value, id);
}

function isResponseTo(value: unknown, id: RequestId): boolean {
  return isResponse(value) && value.id === id;
}

/** Whether a message is a response, to whatever it may be. */
export function isResponse(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && typeof value.method !== "string" && ("result" in value || "error" in value);
}

/** Codes that only a server of the modern era gives; it does not speak the HTTP+SSE transport of 2024-11-05. */
const MODERN_ERRORS: readonly unknown[] = [-32_020, -32_021, -32_022, -32_601];

/** Whether a body says that its server knows Streamable HTTP, though it refuses `initialize`. */
export function isModernError(text: string): boolean {
  const error = rpcErrorIn(parse(text))?.error;
  return isRecord(error) && MODERN_ERRORS.includes(error.code);
}

function rpcErrorIn(value: unknown): { readonly id: unknown; readonly error: unknown } | undefined {
  if (!isRecord(value) || value.error === undefined || value.error === null) return undefined;
  // Others answer `{ "error": "…" }` too; JSON-RPC's has a code.
  if (value.jsonrpc !== "2.0" && !(isRecord(value.error) && typeof value.error.code === "number")) return undefined;
  return { id: value.id, error: value.error };
}

/** 404, as specified; or 400 with a nameless error about the session, as many servers say it. */
function isSessionGone(value: unknown, { status, hadSession }: ReplyFacts): boolean {
  if (!hadSession) return false;
  if (status === 404) return true;
  const error = rpcErrorIn(value);
  if (status !== 400 || error === undefined || (error.id !== undefined && error.id !== null)) return false;
  return isRecord(error.error) && typeof error.error.message === "string" && /\bsession\b/i.test(error.error.message);
}

function whatIs(text: string, value: unknown): string {
  if (text === "") return "an empty body";
  if (value === undefined) return "a body that is no JSON";
  return isResponse(value) ? "the answer to another request" : "a message that is no answer";
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
