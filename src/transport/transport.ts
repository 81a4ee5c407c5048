import type { Definition, Process, ServerRef } from "../../actors/index.js";
import type { AttemptOutcome } from "../protocol/base-error.js";
import type { Headers } from "../protocol/codec.js";
import type { Failure } from "../protocol/failure.js";
import type { RequestId, RpcError } from "../protocol/message.js";

/** What a message is, for a transport on which each travels by itself; others need not look. */
export type MessageHead =
  | { readonly kind: "request"; readonly id: RequestId; readonly method: string; readonly headers: Headers }
  | { readonly kind: "notification"; readonly method: string; readonly headers: Headers }
  /** The answer to a request of the server's. */
  | { readonly kind: "response"; readonly headers: Headers };

/** One message on its way out. `sequence` counts up by one per incarnation. */
export interface Frame {
  /** The message as JSON, without a line break. */
  readonly text: string;
  readonly sequence: number;
  readonly head: MessageHead;
}

/** What a transport's process takes. */
export interface TransportProtocol {
  casts: { write(frame: Frame): void };
}

/** What a transport takes that said `wire: "http"` when it opened. */
export interface HttpTransportProtocol extends TransportProtocol {
  casts: {
    write(frame: Frame): void;
    /** Nobody waits for the answer to this request any more: what is held for it can go. */
    abandon(id: RequestId): void;
    /** After `unreachable`: try again, and tell `opened`. */
    reopen(): void;
  };
}

export type TransportRef = ServerRef<TransportProtocol>;
export type HttpTransportRef = ServerRef<HttpTransportProtocol>;

/**
 * What a transport's process tells its connection. All of it bears the incarnation's number, so that late mail of an
 * older one is recognised.
 *
 * Its end is not news but its exit: `shutdownWith(…)` a {@link TransportEnd}.
 */
export type TransportNews =
  /** `pipe`: one stream of messages each way. `http`: every message by itself, and trouble may be one request's alone. */
  | { readonly type: "opened"; readonly incarnation: number; readonly wire?: "pipe" | "http" | undefined }
  /**
   * A parsed JSON value; whether it is a message is for the connection to see. `via` is the request on whose response
   * stream it came, where there is one.
   */
  | {
      readonly type: "received";
      readonly incarnation: number;
      readonly value: unknown;
      readonly via?: RequestId | undefined;
    }
  /** Frames up to this sequence have been accepted to their last byte. */
  | { readonly type: "accepted"; readonly incarnation: number; readonly upTo: number }
  /**
   * The other side does not read. Frames before `begun` may have reached it; the frame `begun` itself, and those after
   * it, have not, since its last byte was not accepted. Ends with the next `accepted`.
   */
  | { readonly type: "stalled"; readonly incarnation: number; readonly begun: number }
  /** One request has no answer and gets none any more; the transport lives. */
  | ({ readonly type: "failed"; readonly incarnation: number; readonly id: RequestId } & RequestFailure)
  /** A request of the server's could not be taken in; it is to be answered with this error. */
  | { readonly type: "refused"; readonly incarnation: number; readonly id: RequestId; readonly error: RpcError }
  /** The server does not know the session any more: a new handshake is due. Told once per session, before what `failed`. */
  | { readonly type: "forgotten"; readonly incarnation: number }
  /** The server cannot be reached for now. What is under way may still be answered. Told before what `failed` by it. */
  | { readonly type: "unreachable"; readonly incarnation: number; readonly end: TransportEnd }
  /** A line that is not JSON: a banner or a log line on the wrong stream. */
  | { readonly type: "noise"; readonly incarnation: number; readonly line: string }
  /** Something is odd but works. */
  | { readonly type: "warning"; readonly incarnation: number; readonly message: string; readonly cause?: unknown }
  | { readonly type: "stderr"; readonly incarnation: number; readonly line: string };

/** Why one request has no answer. `completed`: the server answered, but with something that is no answer to it. */
export interface RequestFailure {
  readonly outcome: AttemptOutcome;
  readonly failure: Failure;
  /** Milliseconds the server asked to wait before the request is repeated; `Infinity`: repeating is pointless. */
  readonly retryAfter?: number | undefined;
}

/** What is known of a transport's end. */
export interface TransportEnd {
  readonly message: string;
  readonly exitCode?: number | null | undefined;
  readonly signal?: string | null | undefined;
  readonly stderr?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** Bytes a message from the server may have, unless the host says otherwise. */
export const DEFAULT_MAX_MESSAGE_SIZE = 64 * 1024 * 1024;

/** What a transport's process is started with: one process is one incarnation. */
export interface TransportSetup {
  readonly connection: Process<TransportNews>;
  readonly incarnation: number;
}

export type TransportDefinition = Definition<TransportSetup, TransportRef>;
