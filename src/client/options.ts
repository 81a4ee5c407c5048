import type { CrashReport, Runtime } from "../../actors/index.js";
import type { Backoff } from "../connection/backoff.js";
import type { Implementation } from "../protocol/legacy.js";
import type { Params } from "../protocol/message.js";
import type { ProtocolChoice } from "../protocol/versions.js";
import type { TelemetryOptions } from "../telemetry/options.js";
import type { StdioServer } from "../transport/child.js";
import type { Fetch } from "../transport/http/fetch-carrier.js";
import type { Auth, HttpServer } from "../transport/http/server.js";
import type { SdkTransport } from "../transport/sdk.js";
import type { TransportDefinition } from "../transport/transport.js";
import type { LogMessage } from "./events.js";
import type { ElicitationHandler, Root, SamplingHandler } from "./handlers/types.js";

/**
 * A way to reach a server that is none of the built-in ones: one made by `memoryTransport` or the testing kit, one of
 * your own, or one of the official SDK's.
 */
export type Transport = TransportDefinition | SdkTransport;

/**
 * What to connect to: one `mcpServers` entry, or a function that makes a transport, called once per incarnation. A bare
 * transport is used once: when it has ended the client is `down` for good, and every operation fails with the cause.
 */
export type Server = StdioServer | HttpServer | Transport | (() => Transport | Promise<Transport>);

/** How a client behaves. All times are milliseconds. */
export interface ConnectOptions {
  /** What it is called in the supervision tree and in warnings; default: the server's command. */
  readonly name?: string | undefined;
  /** What the client says of itself; default: this library's name and version. */
  readonly clientInfo?: Implementation | undefined;
  /**
   * What to speak with the server. `"auto"`: what it speaks, the newest both know. `"modern"` (2026-07-28 and later) and
   * `"legacy"` (an `initialize` handshake): the newest of that era. A revision: that one and no other. Default `"auto"`.
   */
  readonly protocol?: ProtocolChoice | undefined;
  /** How long the first incarnation, and each later handshake, may take; default 60,000. */
  readonly startTimeout?: number | undefined;
  /** Resolve at once, and connect in the background; operations wait. Default `false`. */
  readonly lazy?: boolean | undefined;
  /** Aborting it while `connect` waits gives up and leaves nothing running. */
  readonly signal?: AbortSignal | undefined;
  /** The default `timeout` of requests: milliseconds of silence; default 30,000. */
  readonly timeout?: number | undefined;
  /** The default `maxTimeout` of requests: milliseconds in all; default 3,600,000. */
  readonly maxTimeout?: number | undefined;
  /** The default `retry` of requests. You most likely want to leave it, and give it to single requests. */
  readonly retry?: boolean | number | undefined;
  /** Operations on the wire at a time; the rest waits. Default 64. */
  readonly maxInFlight?: number | undefined;
  /** Operations that may wait; one more is refused with OverloadedError. Default 1,000. */
  readonly maxPending?: number | undefined;
  /**
   * Bytes a message from the server may have, at least 1,024; default 67,108,864 (64 MiB). A larger answer fails its own
   * operation with MessageTooLargeError, and is not kept.
   */
  readonly maxMessageSize?: number | undefined;
  /** Updates that may wait for a slow callback, per operation; past it the oldest is dropped. Default 4,096. */
  readonly progressBuffer?: number | undefined;
  /** How long an answer waits for the updates before it to be delivered; 0: not at all. Default 5,000. */
  readonly progressDrain?: number | undefined;
  /** The waits between incarnations. */
  readonly backoff?: { readonly [K in keyof Backoff]?: Backoff[K] | undefined } | undefined;
  /** How long without a connection until operations fail at once instead of waiting; default 30,000. */
  readonly downAfter?: number | undefined;
  /**
   * Asks a server that has been silent for `interval` while ready whether it lives, with a `ping`; one that gives no sign
   * of life within `timeout` (default 5,000) is replaced. A number is the interval. Default: off; then it is asked when
   * an operation over stdio has timed out without a word from the server.
   */
  readonly heartbeat?: number | { readonly interval: number; readonly timeout?: number | undefined } | undefined;
  /** Whether a tool's own `readOnlyHint` and `idempotentHint` are believed when it comes to repeating; default `true`. */
  readonly trustAnnotations?: boolean | undefined;
  /** How many defects of its own the client survives: `max` (3) restarts `within` (5,000). Servers' faults do not count. */
  readonly restart?: { readonly max?: number | undefined; readonly within?: number | undefined } | undefined;
  /** Used for every HTTP request in place of the client's own pool of sockets. Redirects are never left to it. */
  readonly fetch?: Fetch | undefined;
  /** Where the credentials of HTTP requests come from. */
  readonly auth?: Auth | undefined;
  /**
   * The directories and files that the server may look at; given at all, even empty, it declares the capability, so that
   * they can be changed later. Default: none, and not declared.
   */
  readonly roots?: readonly Root[] | undefined;
  /** Has a model answer for the server; declares `sampling`. */
  readonly onSampling?: SamplingHandler | undefined;
  /** Asks the user for the server, by a form or by a URL; declares `elicitation` of both modes. */
  readonly onElicitation?: ElicitationHandler | undefined;
  /** Hears the server's log messages, one at a time; the same as the `log` event. See `client.setLogLevel`. */
  readonly onLog?: ((message: LogMessage) => unknown) | undefined;
  /**
   * What the client declares, where it is more or less than its handlers say: `{ elicitation: { form: {} } }` for a
   * handler without URLs, `{ sampling: { tools: {} } }` for one with tools.
   */
  readonly capabilities?: Params | undefined;
  /** Extensions of the protocol that the client declares, by name. */
  readonly extensions?: Readonly<Record<string, Params>> | undefined;
  /**
   * Whether SIGINT and SIGTERM close the client in order before they do what they would have done: end the program, unless
   * it listens to them itself. A second one waits for nothing. Default `false`: signals are the program's.
   */
  readonly handleSignals?: boolean | undefined;
  /**
   * What is shown of what is said on the channels of telemetry, without what looks like a secret. Default: nothing; the
   * channels themselves need no option.
   */
  readonly telemetry?: TelemetryOptions | undefined;
  /** Hears of the client's own defects; default: `process.emitWarning`. */
  readonly onCrash?: ((report: CrashReport) => void) | undefined;
  /** The runtime to live in; default: one of its own, stopped with it. */
  readonly runtime?: Runtime | undefined;
}
