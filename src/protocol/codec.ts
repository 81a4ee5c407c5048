import type { Params, ProgressToken, RequestId, RpcNotification, RpcRequest } from "./message.js";

/** `legacy`: an `initialize` handshake opens a session. `modern`: every request says all there is to say. */
export type Era = "legacy" | "modern";

/** What is asked of a server, before it has an id and a form on the wire. */
export interface Ask {
  readonly method: string;
  readonly params: Params | undefined;
  readonly meta: Params | undefined;
}

/** HTTP headers by name, in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** One era's form of what a client sends. Nothing outside of `protocol/` asks which era it is. */
export interface Codec {
  readonly era: Era;
  /** The revision that was agreed on. */
  readonly version: string;
  request(id: RequestId, ask: Ask, progressToken: ProgressToken): RpcRequest;
  cancelled(requestId: RequestId, reason: string | undefined): RpcNotification;
  /** The headers a message has where it travels by itself, over HTTP. */
  headers(method: string, params: Params | undefined): Headers;
  /** Whether the end of its response stream tells the server that a request is cancelled; otherwise a message has to. */
  readonly isCancelledByClosing: boolean;
}
