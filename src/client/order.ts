import { type CallError, isThenable, type Taker } from "../../actors/index.js";
import type { Ticket } from "../connection/pending.js";
import type { Operation, ProgressCallback, ProgressUpdate } from "../operation/operation.js";
import type { Settlement } from "../operation/settlement.js";
import type { Headers } from "../protocol/codec.js";
import type { Params, ProgressToken } from "../protocol/message.js";
import type { StandardSchema } from "../protocol/standard-schema.js";
import type { Call, TokenListeners } from "./call.js";
import type { Hub } from "./hub.js";
import type { Look } from "./requests.js";

/** What all orders of a client have in common. */
export interface OrderHost {
  readonly hub: Hub;
  readonly listeners: TokenListeners;
  /** What the caller gets. Throws what it does not. */
  finish<R>(order: Order<R>, settlement: Settlement): R | Promise<R>;
  readonly defaults: {
    readonly timeout: number;
    readonly maxTimeout: number;
    readonly retry: boolean | number | undefined;
  };
}

/**
 * One operation as the client hands it to its connection, and what the client needs when it is answered. One object for
 * both: it is held as long as the operation is pending.
 */
export class Order<R> implements Ticket, Taker<R> {
  readonly method: string;
  readonly params: Params | undefined;
  readonly meta: Params | undefined;
  readonly priority: number;
  readonly retry: boolean | number | undefined;
  readonly timeout: number;
  readonly maxTimeout: number;
  readonly headers: Headers | undefined;
  /** What the result is held against, where the specification does not say. */
  readonly result: StandardSchema<R> | undefined;
  readonly call: Call;
  readonly callback: ProgressCallback | undefined;
  /** Looks at the result before its caller does. */
  readonly look: Look<R> | undefined;
  readonly #host: OrderHost;
  /** `undefined` if that is when the call was made. */
  readonly #startedAt: number | undefined;

  constructor(
    host: OrderHost,
    operation: Operation<R>,
    call: Call,
    startedAt: number | undefined,
    look: Look<R> | undefined,
  ) {
    const { defaults } = host;
    this.#host = host;
    this.method = operation.method;
    this.params = operation.params;
    this.meta = operation.meta;
    this.priority = operation.priority;
    this.retry = operation.retry ?? defaults.retry;
    this.timeout = operation.timeout ?? defaults.timeout;
    this.maxTimeout = operation.maxTimeout ?? defaults.maxTimeout;
    this.#startedAt = startedAt;
    this.headers = operation.headers;
    this.result = operation.result;
    this.call = call;
    this.callback = operation.callback;
    this.look = look;
  }

  get token(): ProgressToken {
    return this.call.token;
  }

  get serial(): number | undefined {
    return this.call.serial;
  }

  get caller(): Call {
    return this.call;
  }

  get calledAt(): number {
    return this.call.calledAt;
  }

  get startedAt(): number {
    return this.#startedAt ?? this.call.calledAt;
  }

  get isStream(): boolean {
    return false;
  }

  answered(settlement: unknown): R | Promise<R> {
    return this.#host.finish(this, settlement as Settlement);
  }

  failed(error: CallError): R | Promise<R> {
    const settlement = this.#host.hub.link.unanswered(error, this);
    return isThenable(settlement) ? settlement.then((late) => this.answered(late)) : this.answered(settlement);
  }

  deliver(update: ProgressUpdate): unknown {
    const { hub, listeners } = this.#host;
    const { call } = this;
    if (call.show(update) > 0) hub.drop("overflow", call.token);
    hub.reporter.progressed(this.method, update);
    hub.events.emit("progress", update);
    return listeners.of(this, update.token)?.(update);
  }
}
