import type { Params } from "../protocol/message.js";
import type { HttpServer } from "../transport/http/server.js";
import type { Script } from "./script.js";

/** How a scripted HTTP server answers. */
export interface ScriptedHttpOptions {
  /**
   * `"streamable"`: Streamable HTTP of the revisions with a handshake. `"sse"`: HTTP+SSE of revision 2024-11-05. Default
   * `"streamable"`.
   */
  readonly transport?: "streamable" | "sse" | undefined;
  /** `"json"`: as JSON where the script says nothing but the answer. `"sse"`: always on an event stream. Default `"json"`. */
  readonly answers?: "json" | "sse" | undefined;
  /** Whether it keeps sessions, as most servers do; default `true`. */
  readonly sessions?: boolean | undefined;
  /** Whether it offers a stream of its own, by GET; default `true`. */
  readonly stream?: boolean | undefined;
  /** Whether events have ids, so that a stream can be taken up again; default `false`. */
  readonly eventIds?: boolean | undefined;
}

/** A request as it came in. */
export interface HttpReceived {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The message of a POST. */
  readonly message: Readonly<Record<string, unknown>> | undefined;
}

/** An answer in the place of the script's. */
export interface HttpRefusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

/** A scripted server over real sockets of this machine, and what a test may do to it. */
export interface ScriptedHttp extends AsyncDisposable {
  /** Give it to `connect`. */
  readonly entry: HttpServer;
  /** Every request so far, oldest first. */
  readonly received: readonly HttpReceived[];
  /** The messages of a method so far, oldest first. */
  messages(method: string): HttpReceived[];
  /** Calls `hear` with the message of every POST when it has come, until the returned function is called. */
  onReceived(hear: (message: Readonly<Record<string, unknown>>) => void): () => void;
  /** Sockets that are open now, and the most there were at a time. */
  readonly sockets: { readonly open: number; readonly most: number };
  /** Sessions that live now, and how many there were in all. */
  readonly sessions: { readonly open: number; readonly begun: number };
  /** Standalone streams that are open now, and how many there were in all. */
  readonly streams: { readonly open: number; readonly begun: number };
  /** Requests whose answer is still to come. */
  readonly underWay: number;
  /** Waits until something about the server is true: it is looked at whenever something happens to it. */
  until(isTrue: () => boolean): Promise<void>;
  /** Says something on every open standalone stream. */
  push(method: string, params?: Params): void;
  /** Ends every standalone stream. */
  closeStreams(): void;
  /** Goes by another script from now on, for the next request it receives. */
  play(script: Script): void;
  /** Forgets every session: what names one is answered with 404. */
  forget(): void;
  /** Answers the next `times` POSTs of a method (default: 1) in another way; the GETs for the method `"GET"`. */
  refuse(method: string, refusal: HttpRefusal, times?: number): void;
  /** Cuts the event stream of the next answer to a method, after so many events (default: 1). */
  cut(method: string, after?: number): void;
  /** Closes all sockets, and refuses new ones. */
  down(): Promise<void>;
  /** Listens again, on the same port; it has forgotten its sessions. */
  up(): Promise<void>;
  /** Ends it for good; nothing is left. */
  close(): Promise<void>;
}
