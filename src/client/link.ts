import { CallError, type Clock, callFor, type Taker } from "../../actors/index.js";
import type { Ticket } from "../connection/pending.js";
import type { CancelOrder, ConnectionRef, Notice } from "../connection/protocol.js";
import { type Settlement, unsent } from "../operation/settlement.js";
import type { Failure } from "../protocol/failure.js";
import type { ProgressToken } from "../protocol/message.js";

interface Parked {
  readonly ticket: Ticket;
  readonly settle: (settlement: Settlement) => void;
  readonly move: (connection: ConnectionRef) => void;
  readonly timer: unknown;
}

/**
 * The way from a client to its connection's process, which may be another one tomorrow. While there is none, because the
 * supervisor is about to start it anew, requests are parked here under their own limits. What a process that crashed knew
 * of fails and is not parked: it may be what crashed it.
 */
export class ConnectionLink {
  readonly #clock: Clock;
  readonly #maxParked: number;
  readonly #onDuplicate: (token: ProgressToken) => void;
  readonly #parked = new Map<ProgressToken, Parked>();
  #connection: ConnectionRef | undefined = undefined;
  #closed: Failure | undefined = undefined;

  /** `onDuplicate` hears of a token that is refused since an operation that is parked has it. */
  constructor(clock: Clock, maxParked: number, onDuplicate: (token: ProgressToken) => void) {
    this.#clock = clock;
    this.#maxParked = maxParked;
    this.#onDuplicate = onDuplicate;
  }

  /** A connection's process is there: what was parked goes to it. */
  attach(connection: ConnectionRef): void {
    this.#connection = connection;
    const parked = [...this.#parked.values()];
    this.#parked.clear();
    for (const each of parked) {
      this.#clock.clearTimer(each.timer);
      each.move(connection);
    }
  }

  /** The connection takes nothing in any more; the next one is to come. */
  detach(): void {
    this.#connection = undefined;
  }

  /** There will be no connection any more. */
  close(failure: Failure): void {
    if (this.#closed !== undefined) return;
    this.#closed = failure;
    const parked = [...this.#parked.values()];
    this.#parked.clear();
    for (const each of parked) {
      this.#clock.clearTimer(each.timer);
      each.settle(unsent(failure));
    }
  }

  /** Has an operation carried out; its end comes in any case. */
  request(ticket: Ticket): Promise<Settlement> {
    const connection = this.#reachable;
    return connection === undefined ? this.#unreachable(ticket) : this.#ask(connection, ticket);
  }

  /** The same for `taker`: resolves with what that makes of the end. It hands what has failed to {@link unanswered}. */
  requestFor<T>(ticket: Ticket, taker: Taker<T>): Promise<T> {
    const connection = this.#reachable;
    if (connection !== undefined) return callFor(connection, "request", ticket, taker);
    return this.#unreachable(ticket).then((settlement) => taker.answered(settlement));
  }

  cancel(order: CancelOrder): void {
    const { reason, cause } = order;
    const parked = this.#unpark(order);
    if (parked === undefined) this.#connection?.cast("cancel", order);
    else
      parked.settle(unsent(cause === undefined ? { code: "CANCELLED", reason } : { code: "CANCELLED", reason, cause }));
  }

  cancelAll(reason: unknown): void {
    for (const { ticket } of [...this.#parked.values()]) {
      this.cancel({ token: ticket.token, caller: ticket.caller, reason });
    }
    this.#connection?.cast("cancelAll", reason);
  }

  notify(notice: Notice): void {
    this.#connection?.cast("notify", notice);
  }

  /** What becomes of an operation whose connection has not answered. */
  unanswered(error: CallError, ticket: Ticket): Settlement | Promise<Settlement> {
    // It had ended before the call: no process knows of it.
    if (error.failure === "noproc" && this.#closed === undefined) return this.#park(ticket);
    return this.#closed === undefined ? crashed(error) : { ...unsent(this.#closed), outcome: "unknown" };
  }

  get #reachable(): ConnectionRef | undefined {
    return this.#closed === undefined && this.#connection?.alive === true ? this.#connection : undefined;
  }

  #unreachable(ticket: Ticket): Promise<Settlement> {
    return this.#closed === undefined ? this.#park(ticket) : Promise.resolve(unsent(this.#closed));
  }

  async #ask(connection: ConnectionRef, ticket: Ticket): Promise<Settlement> {
    try {
      return await connection.call("request", ticket, NO_TIMEOUT);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return await this.unanswered(error, ticket);
    }
  }

  #park(ticket: Ticket): Promise<Settlement> {
    if (this.#parked.size >= this.#maxParked) {
      return Promise.resolve(unsent({ code: "OVERLOADED", limit: this.#maxParked }));
    }
    if (this.#parked.has(ticket.token)) {
      this.#onDuplicate(ticket.token);
      const message = "Expected the progress token to be free, but an operation that waits has it: use another token";
      return Promise.resolve(unsent({ code: "INVALID_REQUEST", message }));
    }
    return new Promise((settle) => {
      const silence = ticket.startedAt + ticket.timeout;
      const whole = ticket.calledAt + ticket.maxTimeout;
      const limit = silence <= whole ? "timeout" : "maxTimeout";
      const after = ticket[limit];
      const timer = this.#clock.setTimer(Math.max(0, Math.min(silence, whole) - this.#clock.now()), () => {
        this.#parked.delete(ticket.token);
        settle(unsent({ code: "TIMEOUT", limit, after }));
      });
      const move = (connection: ConnectionRef) => settle(this.#ask(connection, ticket));
      this.#parked.set(ticket.token, { ticket, settle, move, timer });
    });
  }

  #unpark({ token, caller }: CancelOrder): Parked | undefined {
    const parked = this.#parked.get(token);
    if (parked === undefined || parked.ticket.caller !== caller) return undefined;
    this.#parked.delete(token);
    this.#clock.clearTimer(parked.timer);
    return parked;
  }
}

const NO_TIMEOUT = { timeout: Number.POSITIVE_INFINITY };

function crashed(error: CallError): Settlement {
  const message =
    "The client's connection had a defect and was restarted; whether the server saw the request is unknown";
  const failure: Failure = { code: "CONNECTION_LOST", message, loss: { incarnation: 0 }, cause: error };
  return { ok: false, failure, outcome: "unknown", attempts: 0 };
}
