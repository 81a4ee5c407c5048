import type { Params, ProgressToken, RequestId, RpcError, RpcNotification, RpcRequest } from "./message.js";
import type { TaskDialect, TaskState } from "./tasks.js";

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

/** What a server wants to know before it goes on, by a key of its own. */
export interface InputRequest {
  readonly key: string;
  readonly method: string;
  readonly params: Params | undefined;
}

/** What goes along when a request is made again because its server asked for input. */
export interface Leg {
  readonly inputResponses: Params | undefined;
  /** The server's own, as it came: it is not looked into. */
  readonly requestState: string | undefined;
}

/** What the result of a request is. */
export type Reading =
  | { readonly kind: "complete" }
  /** The request shall be made again, with answers to these requests. */
  | {
      readonly kind: "inputRequired";
      readonly requests: readonly InputRequest[];
      readonly requestState: string | undefined;
    }
  /** The server goes on by itself, and is to be asked now and then. */
  | { readonly kind: "task"; readonly state: TaskState }
  | { readonly kind: "invalid"; readonly problem: string };

/**
 * Why the server did not even look at what a request asks for. `version`: it does not speak the revision any more.
 * `headers`: they are not what it expects for the body, so the tools may have changed.
 */
export type Rejection = "version" | "headers";

/** One era's form of what a client sends, and of what comes back. Nothing outside of `protocol/` asks which era it is. */
export interface Codec {
  readonly era: Era;
  /** The revision that was agreed on. */
  readonly version: string;
  /** @throws what JSON or a header cannot carry. */
  request(id: RequestId, ask: Ask, progressToken: ProgressToken | undefined, leg?: Leg): RpcRequest;
  cancelled(requestId: RequestId, reason: string | undefined): RpcNotification;
  /** The headers a message has where it travels by itself, over HTTP. @throws {InvalidRequestError} */
  headers(method: string, params: Params | undefined): Headers;
  /** Whether the end of its response stream tells the server that a request is cancelled; otherwise a message has to. */
  readonly isCancelledByClosing: boolean;
  /** Whether a server may send requests, and expects answers. */
  readonly hasServerRequests: boolean;
  /** Whether a notification of the client's means anything to the server. */
  carries(notification: string): boolean;
  /** `isTask`: a task was asked for. */
  read(method: string, result: unknown, isTask?: boolean): Reading;
  /** How tasks are spoken of; `undefined` where the revision has none. */
  readonly tasks: TaskDialect | undefined;
  /** Whether an error says that the server did not act; `undefined` for every other error. */
  rejection(error: RpcError): Rejection | undefined;
}
