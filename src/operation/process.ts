import {
  type Behaviour,
  type Definition,
  isThenable,
  type Mail,
  MailKind,
  type Outcome,
  type Process,
  type Self,
  type SystemMessage,
  type Timer,
} from "../../actors/index.js";
import type { ProgressToken } from "../protocol/message.js";
import type { ProgressUpdate } from "./operation.js";
import type { Settlement } from "./settlement.js";
import { UpdateQueue } from "./updates.js";

/** What the connection tells an operation's process. */
export type OperationMail =
  /** It was put on the wire (again): the time limit for silence starts anew. */
  | { readonly type: "attempt" }
  | { readonly type: "progress"; readonly update: ProgressUpdate }
  /** A handler of ours works for it: that is no silence of the server's. Ends with as many `resume`. */
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  /** Everything read before this has been routed: look at the clock now. */
  | { readonly type: "expire" }
  | { readonly type: "settle"; readonly settlement: Settlement }
  | { readonly type: "tick" }
  | { readonly type: "delivered"; readonly outcome: Outcome<unknown> }
  /** The time to wait for the callback is over. */
  | { readonly type: "drained" }
  /** The client is closed: whoever is settled says so now. */
  | { readonly type: "hurry" };

/** What an operation's process tells the connection. */
export type OperationNews =
  /** A limit may have passed: answer with `expire` once all mail before this is routed. */
  | { readonly type: "due"; readonly process: Process<OperationMail> }
  /** A limit has passed. */
  | {
      readonly type: "expired";
      readonly process: Process<OperationMail>;
      readonly limit: "timeout" | "maxTimeout";
      readonly after: number;
    };

/** What happened to the updates, for the statistics and the `callbackError` event. */
export interface DeliveryReport {
  delivered(): void;
  overflowed(token: ProgressToken, count: number): void;
  /** Once per operation whose callback failed, before the promise settles. */
  callbackFailed(token: ProgressToken, first: unknown, count: number): void;
}

/** What all operations of a connection have in common. */
export interface OperationHost {
  readonly connection: Process<OperationNews>;
  readonly progressBuffer: number;
  readonly progressDrain: number;
  readonly report: DeliveryReport;
}

/** What is asked of an operation's process. */
export interface OperationOrder {
  readonly token: ProgressToken;
  /** The caller's callback and the listeners to its token; `undefined` when nobody listens. */
  readonly deliver?: ((update: ProgressUpdate) => unknown) | undefined;
  /** When the caller made the call, on the runtime's clock; `maxTimeout` counts from it. */
  readonly calledAt: number;
  /** When this operation of the call began; `timeout` counts from it. */
  readonly startedAt: number;
  readonly timeout: number;
  readonly maxTimeout: number;
}

export interface OperationArgument {
  readonly host: OperationHost;
  readonly order: OperationOrder;
  /** Where the caller's promise is settled. The first settlement counts. */
  readonly from: { reply(settlement: Settlement): unknown };
}

/**
 * The process that carries one operation: its clocks, its progress callback, its settlement.
 *
 *     waiting ──attempt──▶ running ──settle──▶ (draining) ──▶ replied, ended
 *        └──────────────tick─┴──▶ due ──▶ expire ──▶ expired
 *
 * A limit that passes does not settle anything by itself: the connection first routes everything that has been read, so
 * that an answer that had arrived always wins.
 */
export const operationProcess: Definition<OperationArgument, Process<OperationMail>> = {
  label: "operation",
  type: "worker",
  create: (self, argument) => new OperationProcess(self as unknown as Self<OperationMail>, argument),
};

const TICK: OperationMail = { type: "tick" };

class OperationProcess implements Behaviour {
  readonly #self: Self<OperationMail>;
  readonly #argument: OperationArgument;
  #lastSign: number;
  #updates: UpdateQueue | undefined = undefined;
  #isCallbackBusy = false;
  #settlement: Settlement | undefined = undefined;
  #failures = 0;
  #firstFailure: unknown = undefined;
  /** How many reasons there are not to count the silence. */
  #pauses = 0;
  #timer: Timer | undefined = undefined;

  constructor(self: Self<OperationMail>, argument: OperationArgument) {
    this.#self = self;
    this.#argument = argument;
    this.#lastSign = argument.order.startedAt;
  }

  init(): void {
    this.#wait();
  }

  receive(mail: Mail): void {
    if (mail.kind === MailKind.info) this.#handle(mail.payload as OperationMail);
    // Whoever looks at it gets no answer; only an order to stop ends it.
    else if (mail.kind === MailKind.system && (mail.payload as SystemMessage).order === "stop")
      this.#self.exit("shutdown");
  }

  describe(): Readonly<Record<string, unknown>> {
    const undelivered = this.#updates?.size ?? 0;
    return undelivered === 0 ? {} : { undelivered };
  }

  #handle(mail: OperationMail): void {
    switch (mail.type) {
      case "progress":
        this.#lastSign = this.#now();
        this.#take(mail.update);
        return;
      case "settle":
        this.#settle(mail.settlement);
        return;
      case "attempt":
        this.#lastSign = this.#now();
        return;
      case "pause":
        this.#pauses++;
        return;
      case "resume":
        this.#resume();
        return;
      case "tick":
        this.#tick();
        return;
      case "expire":
        this.#expire();
        return;
      case "delivered":
        this.#isCallbackBusy = false;
        if (!mail.outcome.ok) this.#failed(mail.outcome.error);
        this.#deliverWaiting();
        this.#finishIfDrained();
        return;
      case "drained":
        if (this.#isCallbackBusy)
          this.#failed(new Error("The progress callback did not settle within `progressDrain`"));
        this.#finish();
        return;
      case "hurry":
        this.#finish();
        return;
    }
  }

  // Clocks

  #now(): number {
    return this.#self.runtime.clock.now();
  }

  /** When the next limit passes. */
  #due(): number {
    const { maxTimeout, calledAt } = this.#argument.order;
    return Math.min(this.#silentAt(), calledAt + maxTimeout);
  }

  /** When it will have been silent for too long. */
  #silentAt(): number {
    return this.#pauses > 0 ? Number.POSITIVE_INFINITY : this.#lastSign + this.#argument.order.timeout;
  }

  /** One timer, set again only when it fires: progress moves the limit without touching it. */
  #wait(): void {
    const due = this.#due();
    this.#timer?.cancel();
    this.#timer = undefined;
    if (due === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#self.sendAfter(Math.max(0, due - this.#now()), TICK);
  }

  /** The limit for silence starts anew; it is nearer than the one that was waited for. */
  #resume(): void {
    if (--this.#pauses > 0 || this.#settlement !== undefined) return;
    this.#lastSign = this.#now();
    this.#wait();
  }

  #tick(): void {
    if (this.#settlement !== undefined) return;
    if (this.#due() > this.#now()) {
      this.#wait();
      return;
    }
    const { connection } = this.#argument.host;
    const { process } = this.#self;
    this.#self.runtime.clock.later(() => connection.send({ type: "due", process }));
  }

  #expire(): void {
    if (this.#settlement !== undefined) return;
    if (this.#due() > this.#now()) {
      this.#wait();
      return;
    }
    const { host, order } = this.#argument;
    const limit = this.#silentAt() <= order.calledAt + order.maxTimeout ? "timeout" : "maxTimeout";
    host.connection.send({ type: "expired", process: this.#self.process, limit, after: order[limit] });
  }

  // Progress

  #take(update: ProgressUpdate): void {
    if (this.#settlement !== undefined) return;
    if (!this.#isCallbackBusy && this.#updates === undefined) {
      this.#deliver(update);
      return;
    }
    const { host, order } = this.#argument;
    this.#updates ??= new UpdateQueue(host.progressBuffer);
    const dropped = this.#updates.push(update);
    if (dropped > 0) host.report.overflowed(order.token, dropped);
    this.#deliverWaiting();
  }

  #deliverWaiting(): void {
    while (!this.#isCallbackBusy && this.#self.process.alive) {
      const update = this.#updates?.shift();
      if (update === undefined) {
        this.#updates = undefined;
        return;
      }
      this.#deliver(update);
    }
  }

  #deliver(update: ProgressUpdate): void {
    const { host, order } = this.#argument;
    if (order.deliver === undefined) return;
    host.report.delivered();
    try {
      const pending = order.deliver(update);
      if (!isThenable(pending)) return;
      this.#isCallbackBusy = true;
      this.#self.pipe(pending, (outcome) => ({ type: "delivered", outcome }));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (this.#failures++ === 0) this.#firstFailure = error;
  }

  // Settlement

  /** An answer waits for the updates that came before it; timeout, cancel and loss do not. */
  #settle(settlement: Settlement): void {
    if (this.#settlement !== undefined) return;
    this.#settlement = settlement;
    const { progressDrain } = this.#argument.host;
    const isDrained = !this.#isCallbackBusy && this.#updates === undefined;
    if (settlement.outcome !== "completed" || isDrained || progressDrain === 0) {
      this.#finish();
      return;
    }
    if (progressDrain !== Number.POSITIVE_INFINITY) this.#self.sendAfter(progressDrain, { type: "drained" });
  }

  #finishIfDrained(): void {
    if (this.#settlement !== undefined && !this.#isCallbackBusy) this.#finish();
  }

  #finish(): void {
    if (this.#settlement === undefined) return;
    const { host, order, from } = this.#argument;
    if (this.#failures > 0) host.report.callbackFailed(order.token, this.#firstFailure, this.#failures);
    from.reply(this.#settlement);
    this.#self.exit("normal");
  }
}
