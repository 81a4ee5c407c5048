import type { ProgressUpdate } from "../operation/operation.js";
import type { ToolHints } from "../operation/retry.js";
import type { Tokens } from "../operation/token.js";
import type { Failure } from "../protocol/failure.js";
import type { ServerInfo } from "../protocol/legacy.js";
import type { Params, ProgressToken, RpcNotification } from "../protocol/message.js";
import type { Reporter } from "../telemetry/reporter.js";
import type { TransportDefinition } from "../transport/transport.js";
import type { Answerer } from "./answers.js";
import type { Backoff } from "./backoff.js";
import type { HandshakeSettings } from "./handshake.js";
import type { HeartbeatSettings } from "./heartbeat.js";
import type { ConnectionRef } from "./protocol.js";

/** What the user sees of a connection: `client.state`. */
export type ServiceState = "starting" | "ready" | "reconnecting" | "down" | "closed";

/** What a connection tells the client it works for. */
export type ConnectionEvent =
  /** A new connection process is there: the first one, or the next after a crash. */
  | { readonly type: "attached"; readonly connection: ConnectionRef }
  /** It is about to end, which may take a while: it takes nothing in any more. */
  | { readonly type: "detached" }
  | { readonly type: "state"; readonly state: ServiceState }
  | { readonly type: "ready"; readonly server: ServerInfo; readonly incarnation: number }
  /** An incarnation has ended, or could not become ready. */
  | { readonly type: "lost"; readonly failure: Failure; readonly retryAt: number | undefined }
  | { readonly type: "down"; readonly failure: Failure; readonly retryAt: number | undefined }
  | { readonly type: "progress"; readonly update: ProgressUpdate }
  | { readonly type: "dropped"; readonly what: DroppedKind; readonly token?: ProgressToken | undefined }
  | { readonly type: "warning"; readonly message: string; readonly cause?: unknown }
  | { readonly type: "callbackError"; readonly token: ProgressToken; readonly error: unknown; readonly count: number }
  /**
   * A notification of the server's that is not about one operation. `token` is that of the `subscriptions/listen` on whose
   * stream it came, where there is one.
   */
  | {
      readonly type: "notification";
      readonly notification: RpcNotification;
      readonly token?: ProgressToken | undefined;
    }
  /** The task that an operation has become is another; `task` is all the server said of it. */
  | { readonly type: "taskStatus"; readonly token: ProgressToken; readonly task: Params }
  | { readonly type: "stderr"; readonly line: string };

/** What was not delivered, by the counter it is found under in `client.stats`. */
export type DroppedKind =
  | "progress.unknown"
  | "progress.late"
  | "progress.duplicateToken"
  | "progress.notIncreasing"
  | "progress.overflow"
  | "responses.unknown"
  | "responses.duplicate"
  | "messages.invalid"
  /** A handler of the host's is slower than the server: the oldest notification that waited for it. */
  | "notifications.overflow";

/** Counters of one client, kept across restarts of its connection. */
export interface Stats {
  readonly operations: { started: number; settled: number };
  readonly progress: {
    delivered: number;
    unknown: number;
    late: number;
    duplicateToken: number;
    notIncreasing: number;
    overflow: number;
  };
  readonly responses: { unknown: number; duplicate: number };
  readonly messages: { invalid: number };
  readonly notifications: { overflow: number };
  /** How many lives the transport has had, and how often the supervisor restarted the connection's process. */
  readonly restarts: { incarnations: number; connection: number };
}

export interface ConnectionSettings extends HandshakeSettings {
  /** Makes the transport of one incarnation. What it throws or rejects with is that incarnation's end. */
  readonly openTransport: () => TransportDefinition | Promise<TransportDefinition>;
  /** Whether there is only one transport: when it has ended, there is no other. Default: `false`. */
  readonly isUsedOnce?: boolean | undefined;
  readonly maxInFlight: number;
  readonly maxPending: number;
  readonly progressBuffer: number;
  readonly progressDrain: number;
  readonly backoff: Backoff;
  readonly heartbeat: HeartbeatSettings;
  readonly downAfter: number;
  /** Answers what the server asks, but for `ping`, which the connection answers itself. */
  readonly answer: Answerer;
  readonly toolHints: ToolHints;
  /** Whether a tool was listed as one that runs only as a task. */
  readonly needsTask: (toolName: string) => boolean;
  /** Lists the tools anew, since the server does not recognise what was made of the list; settles when that is done. */
  readonly refreshTools: () => Promise<unknown>;
  /** Counts the transport's lives, across restarts of the connection's process; the first is 1. */
  readonly nextIncarnation: () => number;
  readonly tokens: Tokens;
  readonly random: () => number;
  readonly stats: Stats;
  readonly publish: (event: ConnectionEvent) => void;
  readonly reporter: Reporter;
}
