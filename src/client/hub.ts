import { type Clock, describeExit, type ExitReason, isOrderly } from "../../actors/index.js";
import type { ConnectionRef } from "../connection/protocol.js";
import type { ConnectionEvent, ServiceState, Stats } from "../connection/settings.js";
import { progressTokens } from "../operation/token.js";
import type { Era } from "../protocol/codec.js";
import type { CaduceusError } from "../protocol/errors.js";
import { errorOf, type Failure } from "../protocol/failure.js";
import type { ServerInfo } from "../protocol/legacy.js";
import type { Params, ProgressToken, RpcNotification } from "../protocol/message.js";
import type { ToolHeaders } from "../protocol/param-headers.js";
import { type ClientEvents, Events } from "./events.js";
import { ConnectionLink } from "./link.js";

/** `token` is that of the `subscriptions/listen` on whose stream the notification came, where there is one. */
type NotificationHearer = (notification: RpcNotification, token: ProgressToken | undefined) => void;

/**
 * What a client knows of its connection, kept across the connection's restarts: its state, what the server said of
 * itself, the counters, who listens. The connection's process publishes to it and never waits for it.
 */
export class Hub {
  readonly events = new Events({
    dropped: () => this.overflowed(),
    heardChanged: () => {
      for (const look of [...this.#earWatchers]) look();
    },
  });
  readonly link: ConnectionLink;
  /** Makes the tokens of the client's requests. */
  readonly newToken: () => ProgressToken = progressTokens();
  readonly stats: Stats = {
    operations: { started: 0, settled: 0 },
    progress: { delivered: 0, unknown: 0, late: 0, duplicateToken: 0, notIncreasing: 0, overflow: 0 },
    responses: { unknown: 0, duplicate: 0 },
    messages: { invalid: 0 },
    notifications: { overflow: 0 },
    restarts: { incarnations: 0, connection: 0 },
  };
  state: ServiceState = "starting";
  server: ServerInfo | undefined = undefined;
  /** Why the client has ended, once it has. */
  closed: Failure | undefined = undefined;
  /** The connection's latest trouble. */
  trouble: Failure | undefined = undefined;

  /** What the server turned out to be, so that the next handshake need not find out. */
  era: Era | undefined = undefined;
  /** The level from which on the server shall send log messages, where every request says so. */
  logLevel: string | undefined = undefined;
  /** Which arguments of a listed tool are mirrored into HTTP headers. */
  toolHeaders: ToolHeaders = () => undefined;
  /** Lists the tools anew. */
  refreshTools: () => Promise<unknown> = async () => undefined;

  readonly #watchers = new Set<() => void>();
  readonly #earWatchers = new Set<() => void>();
  readonly #whenReady = new Set<() => void>();
  readonly #hearers = new Set<NotificationHearer>();
  #connection: ConnectionRef | undefined = undefined;
  #hasBeenAttached = false;
  #hasBeenReady = false;
  #lastEnd: ExitReason = "normal";

  constructor(clock: Clock, maxParked: number) {
    this.link = new ConnectionLink(clock, maxParked, (token) => this.drop("duplicateToken", token));
  }

  /** Calls `hear` with every notification of the server's, until the returned function is called. */
  onNotification(hear: NotificationHearer): () => void {
    this.#hearers.add(hear);
    return () => this.#hearers.delete(hear);
  }

  /** Calls `look` after every change, until the returned function is called. */
  watch(look: () => void): () => void {
    this.#watchers.add(look);
    return () => this.#watchers.delete(look);
  }

  /** Calls `look` whenever somebody begins or stops to listen to an event. */
  onHeardChanged(look: () => void): void {
    this.#earWatchers.add(look);
  }

  /** Calls `begin` after each handshake, before anybody else hears of it, but never on the connection's stack. */
  onReady(begin: () => void): void {
    this.#whenReady.add(begin);
  }

  readonly publish = (event: ConnectionEvent): void => {
    const { events } = this;
    switch (event.type) {
      case "attached":
        this.#attach(event.connection);
        break;
      case "detached":
        this.#connection = undefined;
        this.link.detach();
        this.#enter("reconnecting");
        break;
      case "state":
        this.#enter(event.state === "starting" && this.#hasBeenReady ? "reconnecting" : event.state);
        break;
      case "ready":
        this.#hasBeenReady = true;
        this.server = event.server;
        this.trouble = undefined;
        queueMicrotask(() => {
          for (const begin of this.#whenReady) if (this.state === "ready") begin();
        });
        events.emit("ready", { server: event.server, incarnation: event.incarnation });
        break;
      case "lost":
      case "down":
        this.trouble = event.failure;
        if (events.hears(event.type))
          events.emit(event.type, { error: publicError(event.failure), retryAt: event.retryAt });
        break;
      case "progress":
        events.emit("progress", event.update);
        break;
      case "dropped":
        events.emit("dropped", { what: event.what, token: event.token });
        break;
      case "warning":
        events.emit("warning", { message: event.message, cause: event.cause });
        break;
      case "callbackError":
        events.emit("callbackError", { token: event.token, error: event.error, count: event.count });
        break;
      case "notification":
        for (const hear of [...this.#hearers]) hear(event.notification, event.token);
        break;
      case "taskStatus":
        events.emit("taskStatus", taskStatusOf(event.task, event.token));
        break;
      case "stderr":
        events.emit("stderr", event.line);
        break;
    }
    for (const watch of [...this.#watchers]) watch();
  };

  /** Counts and tells what was dropped on this side of the connection. */
  readonly drop = (what: "overflow" | "duplicateToken", token: ProgressToken): void => {
    this.stats.progress[what]++;
    this.publish({ type: "dropped", what: `progress.${what}`, token });
  };

  /** Counts and tells that a handler of the host's is slower than the server. */
  overflowed(): void {
    this.stats.notifications.overflow++;
    this.publish({ type: "dropped", what: "notifications.overflow" });
  }

  /** The client has ended, or is about to: nothing is taken in any more. */
  close(failure: Failure): void {
    if (this.closed !== undefined) return;
    this.closed = failure;
    this.link.close(failure);
    this.#enter("closed");
    this.events.emit("closed", { cause: "cause" in failure ? failure.cause : undefined });
    for (const watch of [...this.#watchers]) watch();
  }

  /** The supervision tree has ended without having been asked to by `close`. */
  ended(): void {
    const reason = this.#lastEnd;
    if (isOrderly(reason)) {
      this.close({ code: "CONNECTION_CLOSED", message: "The client was stopped with its runtime" });
      return;
    }
    const message = `The client gave up after too many defects of its own, the last: ${describeExit(reason)}`;
    const cause =
      typeof reason === "object" && reason.kind === "error" ? reason.error : new Error(describeExit(reason));
    this.close({ code: "CONNECTION_CLOSED", message, cause });
  }

  #attach(connection: ConnectionRef): void {
    if (this.#hasBeenAttached) this.stats.restarts.connection++;
    this.#hasBeenAttached = true;
    // Not on the connection's own stack: what was parked is about to call it.
    this.#connection = connection;
    queueMicrotask(() => {
      if (this.#connection === connection) this.link.attach(connection);
    });
    void connection.exited.then((reason) => {
      const { operations } = this.stats;
      // What it knew has ended with it.
      operations.settled = operations.started;
      this.#lastEnd = reason;
      this.#enter("reconnecting");
    });
  }

  #enter(state: ServiceState): void {
    if (this.state === state || this.state === "closed") return;
    this.state = state;
    this.events.emit("state", state);
  }
}

/** What the connection has read and found in order. */
function taskStatusOf(task: Params, token: ProgressToken): ClientEvents["taskStatus"] {
  const { taskId, status, statusMessage } = task;
  const message = typeof statusMessage === "string" ? statusMessage : undefined;
  return { taskId: String(taskId), status: String(status), statusMessage: message, task, token };
}

function publicError(failure: Failure): CaduceusError {
  return errorOf("initialize", failure, { outcome: "not_sent", attempts: 0 });
}
