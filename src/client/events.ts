import type { DroppedKind, ServiceState } from "../connection/settings.js";
import type { ProgressUpdate } from "../operation/operation.js";
import type { CaduceusError } from "../protocol/errors.js";
import type { ServerInfo } from "../protocol/legacy.js";
import type { Params, ProgressToken } from "../protocol/message.js";

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
}

export type EventName = keyof ClientEvents;
type Handler = (event: never) => unknown;

/**
 * The handlers of a client's events. They run on a microtask of their own, in order, never on the stack of a process: one
 * that throws, rejects or calls the client back harms nobody. A failure is a `callbackError` event; one in a
 * `callbackError` handler is dropped.
 */
export class Events {
  readonly #handlers = new Map<EventName, Set<Handler>>();

  on<E extends EventName>(event: E, handler: (event: ClientEvents[E]) => unknown): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    // A wrapper of its own, so that one function added twice is called twice and removed once at a time.
    const entry: Handler = (value: never) => handler(value);
    handlers.add(entry);
    return () => {
      handlers.delete(entry);
      if (handlers.size === 0 && this.#handlers.get(event) === handlers) this.#handlers.delete(event);
    };
  }

  hears(event: EventName): boolean {
    return this.#handlers.has(event);
  }

  emit<E extends EventName>(event: E, value: ClientEvents[E]): void {
    if (!this.#handlers.has(event)) return;
    queueMicrotask(() => {
      for (const handler of [...(this.#handlers.get(event) ?? [])]) void this.#run(event, handler, value);
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
