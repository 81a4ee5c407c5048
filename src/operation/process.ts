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
import type { Deadlines, Waiter } from "./deadlines.js";
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
  readonly deadlines: Deadlines;
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
  readonly from: Caller;
  /** Since when it is silent. */
  readonly lastSign: number;
}

/** Takes the first settlement; more of them are ignored. */
interface Caller {
  reply(settlement: Settlement): unknown;
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

class OperationProcess implements Behaviour, Waiter {
  readonly #self: Self<OperationMail>;
  readonly #host: OperationHost;
  readonly #order: OperationOrder;
  readonly #from: Caller;
  #lastSign: number;
  #updates: UpdateQueue | undefined = undefined;
  #isCallbackBusy = false;
  #settlement: Settlement | undefined = undefined;
  #failures = 0;
  #firstFailure: unknown = undefined;
  /** How many reasons there are not to count the silence. */
  #pauses = 0;
  /** When its limit passes, unless there was a sign of life meanwhile. */
  due = 0;
  /** Its place among the limits of all operations, until it has waited once. */
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  line: Waiter["line"] = undefined;
  /** Its own timer, once it has waited there. */
  #timer: Timer | undefined = undefined;

  constructor(self: Self<OperationMail>, { host, order, from, lastSign }: OperationArgument) {
    this.#self = self;
    this.#host = host;
    this.#order = order;
    this.#from = from;
    this.#lastSign = lastSign;
  }

  init(): void {
    this.due = this.#due();
    if (this.due !== Number.POSITIVE_INFINITY && !this.#host.deadlines.enter(this, this.#order.timeout)) this.#wait();
  }

  /** Whether its limit is nobody's any more. */
  get hasEnded(): boolean {
    return !this.#self.process.alive;
  }

  ring(): void {
    this.#self.process.send(TICK);
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
        if (this.line === undefined && this.#timer === undefined && this.#settlement === undefined) this.#wait();
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
    const { maxTimeout, calledAt } = this.#order;
    return Math.min(this.#silentAt(), calledAt + maxTimeout);
  }

  /** When it will have been silent for too long. */
  #silentAt(): number {
    return this.#pauses > 0 ? Number.POSITIVE_INFINITY : this.#lastSign + this.#order.timeout;
  }

  /** One timer, set again only when it fires: progress moves the limit without touching it. */
  #wait(): void {
    const due = this.#due();
    this.#stopClock();
    if (due === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#self.sendAfter(Math.max(0, due - this.#now()), TICK);
  }

  #stopClock(): void {
    this.#host.deadlines.leave(this);
    this.#timer?.cancel();
    this.#timer = undefined;
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
    const { connection } = this.#host;
    const { process } = this.#self;
    this.#self.runtime.clock.later(() => connection.send({ type: "due", process }));
  }

  #expire(): void {
    if (this.#settlement !== undefined) return;
    if (this.#due() > this.#now()) {
      this.#wait();
      return;
    }
    const limit = this.#silentAt() <= this.#order.calledAt + this.#order.maxTimeout ? "timeout" : "maxTimeout";
    this.#host.connection.send({ type: "expired", process: this.#self.process, limit, after: this.#order[limit] });
  }

  // Progress

  #take(update: ProgressUpdate): void {
    if (this.#settlement !== undefined) return;
    if (!this.#isCallbackBusy && this.#updates === undefined) {
      this.#deliver(update);
      return;
    }
    this.#updates ??= new UpdateQueue(this.#host.progressBuffer);
    const dropped = this.#updates.push(update);
    if (dropped > 0) this.#host.report.overflowed(this.#order.token, dropped);
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
    if (this.#order.deliver === undefined) return;
    this.#host.report.delivered();
    try {
      const pending = this.#order.deliver(update);
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
    this.#stopClock();
    const { progressDrain } = this.#host;
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
    if (this.#failures > 0) this.#host.report.callbackFailed(this.#order.token, this.#firstFailure, this.#failures);
    this.#from.reply(this.#settlement);
    this.#self.exit("normal");
  }
}
