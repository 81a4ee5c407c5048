import type { RequestId } from "../../protocol/message.js";
import type { RequestFailure } from "../transport.js";
import type { Courier } from "./courier.js";
import type { Session } from "./session.js";

/** What the parts of an HTTP transport need of the process they belong to. */
export interface HttpShell {
  readonly courier: Courier;
  readonly session: Session;
  readonly incarnation: number;
  /** The bytes a message may have. */
  readonly limit: number;
  received(value: unknown, via?: RequestId): void;
  failed(id: RequestId, failure: RequestFailure): void;
  /** The server does not know this session any more. */
  forgotten(session: string | undefined): void;
  /**
   * The same, heard of without a request of the caller's. A session that never worked is not begun anew for that: a
   * server that forgets each at once (several behind one address, say) would be asked for ever.
   */
  doubted(session: string | undefined): void;
  /** There is no way to the server. */
  unreachable(cause: unknown): void;
  warn(message: string, cause?: unknown): void;
  /** Runs a function later, if the transport still lives then; returns what stops it. */
  after(ms: number, run: () => void): () => void;
}

export const JSON_AND_EVENTS = "application/json, text/event-stream";
export const EVENTS = "text/event-stream";

export function isEventStream(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*text\/event-stream\b/i.test(contentType);
}
