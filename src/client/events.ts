import type { DroppedKind, ServiceState } from "../connection/settings.js";
import type { ProgressUpdate } from "../operation/operation.js";
import type { CaduceusError } from "../protocol/errors.js";
import type { ServerInfo } from "../protocol/legacy.js";
import type { Params, ProgressToken } from "../protocol/message.js";
import { SerialHandler } from "./serial-handler.js";

/** The severities of log messages, least severe first. MCP 2025-11-25, "Logging". */
export const LOG_LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A log message of the server's. */
export interface LogMessage {
  readonly level: LogLevel;
  /** Which part of the server speaks, if it says. */
  readonly logger: string | undefined;
  /** What it says: anything that JSON can carry. */
  readonly data: unknown;
}

/** What a client tells, by the name to listen to. */
export interface ClientEvents {
  /** The state has changed. */
  readonly state: ServiceState;
  /** The handshake is done: the first time, and after each reconnect. */
  readonly ready: { readonly server: ServerInfo; readonly incarnation: number };
  /** The connection was lost, or could not be made; `retryAt` is on `Date.now()`'s clock. */
  readonly lost: { readonly error: CaduceusError; readonly retryAt: number | undefined };
  /** No connection for `downAfter`: operations fail at once until it is back. */
  readonly down: { readonly error: CaduceusError; readonly retryAt: number | undefined };
  /** The client has ended; `cause` says why if nobody closed it. */
  readonly closed: { readonly cause: unknown };
  /** Progress of any operation. */
  readonly progress: ProgressUpdate;
  /** Something that came was not delivered; counted in `client.stats`. */
  readonly dropped: { readonly what: DroppedKind; readonly token: ProgressToken | undefined };
  /** Something is odd but works. */
  readonly warning: { readonly message: string; readonly cause: unknown };
  /** A callback or an event handler failed: the first error, and how often. */
  readonly callbackError: {
    readonly token: ProgressToken | undefined;
    readonly error: unknown;
    readonly count: number;
  };
  /** A line the server wrote to stderr. */
  readonly stderr: string;
  /** A log message of the server's; see `client.setLogLevel`. */
  readonly log: LogMessage;
  /** The server's tools are others now. A flood of these is thinned out to one per 100 ms; the last is always told. */
  readonly toolsChanged: undefined;
  /** The server's prompts are others now; thinned out in the same way. */
  readonly promptsChanged: undefined;
  /** The server's resources are others now; thinned out in the same way. */
  readonly resourcesChanged: undefined;
  /** A resource that is subscribed to has changed: read it again. */
  readonly resourceUpdated: { readonly uri: string };
  /**
   * A task of the server's has another status; `task` is all the server said of it, and `token` the operation's that has
   * become it, if it is one of ours.
   */
  readonly taskStatus: {
    readonly taskId: string;
    readonly status: string;
    readonly statusMessage: string | undefined;
    readonly task: Params;
    readonly token?: ProgressToken | undefined;
  };
  /** What the user was to do at the URL of an elicitation is done. */
  readonly elicitationComplete: { readonly elicitationId: string };
}

export type EventName = keyof ClientEvents;
type Handler = (event: never) => unknown;

/** A server decides how often these come, so each of their handlers has one at a time. */
const ONE_AT_A_TIME: ReadonlySet<EventName> = new Set([
  "log",
  "toolsChanged",
  "promptsChanged",
  "resourcesChanged",
  "resourceUpdated",
  "taskStatus",
  "elicitationComplete",
]);

/** How many of these may wait for a handler that is busy. */
const MOST_WAITING = 4_096;

/** What the events need of the client. */
export interface EventsShell {
  /** An event was dropped since its handler is too slow. */
  dropped(): void;
  /** Somebody began or stopped to listen to an event. */
  heardChanged(event: EventName): void;
}

const NOBODY: EventsShell = { dropped: () => undefined, heardChanged: () => undefined };

interface Entry {
  readonly call: Handler;
  readonly serial: SerialHandler<never> | undefined;
}

/**
 * The handlers of a client's events. They run on a microtask of their own, in order, never on the stack of a process: one
 * that throws, rejects or calls the client back harms nobody. A failure is a `callbackError` event; one in a
 * `callbackError` handler is dropped. What a server sends is handled one at a time by each handler; at most 4,096 wait.
 */
export class Events {
  readonly #shell: EventsShell;
  readonly #handlers = new Map<EventName, Set<Entry>>();

  constructor(shell: EventsShell = NOBODY) {
    this.#shell = shell;
  }

  on<E extends EventName>(event: E, handler: (event: ClientEvents[E]) => unknown): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    // An entry of its own, so that one function added twice is called twice and removed once at a time.
    const entry: Entry = { call: (value: never) => handler(value), serial: this.#serial(event, handler) };
    handlers.add(entry);
    if (handlers.size === 1) this.#shell.heardChanged(event);
    return () => {
      if (!handlers.delete(entry)) return;
      entry.serial?.stop();
      if (handlers.size > 0 || this.#handlers.get(event) !== handlers) return;
      this.#handlers.delete(event);
      this.#shell.heardChanged(event);
    };
  }

  hears(event: EventName): boolean {
    return this.#handlers.has(event);
  }

  emit<E extends EventName>(event: E, value: ClientEvents[E]): void {
    if (!this.#handlers.has(event)) return;
    queueMicrotask(() => {
      for (const entry of [...(this.#handlers.get(event) ?? [])]) {
        if (entry.serial === undefined) void this.#run(event, entry.call, value);
        else entry.serial.push(value as never);
      }
    });
  }

  #serial(event: EventName, handler: (value: never) => unknown): SerialHandler<never> | undefined {
    if (!ONE_AT_A_TIME.has(event)) return undefined;
    return new SerialHandler<never>(handler, MOST_WAITING, {
      failed: (error) => this.emit("callbackError", { token: undefined, error, count: 1 }),
      dropped: () => this.#shell.dropped(),
    });
  }

  async #run(event: EventName, handler: Handler, value: unknown): Promise<void> {
    try {
      await handler(value as never);
    } catch (error) {
      if (event !== "callbackError") this.emit("callbackError", { token: undefined, error, count: 1 });
    }
  }
}
