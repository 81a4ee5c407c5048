import type { From, Process, Self } from "../../actors/index.js";
import type { OperationHost, OperationMail, OperationNews } from "../operation/process.js";
import { isSafe, mayRepeat } from "../operation/retry.js";
import type { Settlement } from "../operation/settlement.js";
import type { AttemptOutcome } from "../protocol/base-error.js";
import { missingCapability } from "../protocol/capabilities.js";
import type { Codec, Headers } from "../protocol/codec.js";
import type { Failure } from "../protocol/failure.js";
import type { ServerInfo } from "../protocol/legacy.js";
import type { Params, ProgressToken, RequestId, RpcResponse } from "../protocol/message.js";
import type { RequestFailure } from "../transport/transport.js";
import { backoffDelay } from "./backoff.js";
import { type Drop, dropInto } from "./drop.js";
import { Outbox } from "./outbox.js";
import { type Pending, PendingTable, type Ticket } from "./pending.js";
import { routeProgress } from "./progress.js";
import type { ConnectionSettings } from "./settings.js";
import { operationHost, spawnOperation } from "./spawn.js";
import { Suspects } from "./suspects.js";
import type { Wire } from "./wire.js";

/** What operations tell the connection they belong to, as mail. */
export type OperationsMail =
  /** The outbox's turn for one operation: it runs outside of the connection's turn. */
  | { readonly type: "release"; readonly pending: Pending }
  /** An operation has waited long enough before it is repeated. */
  | { readonly type: "again"; readonly pending: Pending };

const ATTEMPT: OperationMail = { type: "attempt" };
const EXPIRE: OperationMail = { type: "expire" };

/** What a handshake has come to. */
export interface Agreement {
  readonly server: ServerInfo;
  readonly codec: Codec;
}

/**
 * The pending operations of a connection: taken in, put on the wire, matched with what comes back, and settled, each
 * exactly once.
 *
 *     accept ─▶ outbox ─▶ wire ─▶ answered ─▶ settled
 *                 ▲         ├─ expired, cancelled ─▶ settled
 *                 └─ repeat ┴─ lost ─▶ settled
 */
export class Operations {
  readonly #self: Self<OperationNews | OperationsMail>;
  readonly #settings: ConnectionSettings;
  readonly #wire: Wire;
  readonly #nextId: () => number;
  readonly #table = new PendingTable();
  readonly #outbox: Outbox;
  readonly #suspects = new Suspects();
  readonly #drop: Drop;
  readonly #host: OperationHost;
  /** Written, but not yet accepted to the last byte; in the order of their frames. */
  #unaccepted: Pending[] = [];
  /** Set while the connection is ready. */
  #agreement: Agreement | undefined = undefined;
  /** The latest one: what is under way is cancelled in the form in which it was asked. */
  #codec: Codec | undefined = undefined;
  #isOutboxOpen = false;
  /** Out of the outbox, and on its way here as mail: whoever comes now comes after it. */
  #releasing: Pending | undefined = undefined;

  constructor(
    self: Self<OperationNews | OperationsMail>,
    settings: ConnectionSettings,
    wire: Wire,
    nextId: () => number,
  ) {
    this.#self = self;
    this.#settings = settings;
    this.#wire = wire;
    this.#nextId = nextId;
    this.#drop = dropInto(settings);
    this.#host = operationHost(self.process as unknown as Process<OperationNews>, settings);
    this.#outbox = new Outbox(
      (pending) =>
        new Promise((resolve) => {
          pending.accepted = resolve;
          this.#releasing = pending;
          self.process.send({ type: "release", pending });
        }),
    );
  }

  get counts(): { readonly waiting: number; readonly inFlight: number } {
    return { waiting: this.#table.size - this.#table.inFlight, inFlight: this.#table.inFlight };
  }

  // In

  accept(ticket: Ticket, from: From): void {
    const { token } = ticket;
    if (this.#table.isTokenInUse(token)) {
      this.#drop("progress.duplicateToken", token);
      const message = "Expected the progress token to be free, but an operation under way has it: use another token";
      from.reply(refusal({ code: "INVALID_REQUEST", message }));
      return;
    }
    if (this.#table.size - this.#table.inFlight >= this.#settings.maxPending) {
      from.reply(refusal({ code: "OVERLOADED", limit: this.#settings.maxPending }));
      return;
    }
    const pending = this.#table.add(ticket, from);
    this.#settings.stats.operations.started++;
    this.#table.carriedBy(pending, spawnOperation(this.#self, this.#host, pending));
    if (ticket.isStream && this.#agreement !== undefined) this.#put(pending);
    else if (this.#isFree && this.#outbox.size === 0 && this.#releasing === undefined) this.#put(pending);
    else this.#outbox.add(pending);
  }

  // Out

  /** The connection is ready: what waits may go. */
  open(agreement: Agreement): void {
    this.#agreement = agreement;
    this.#codec = agreement.codec;
    this.#regate();
  }

  close(): void {
    this.#agreement = undefined;
    this.#regate();
  }

  get #isFree(): boolean {
    return this.#agreement !== undefined && !this.#wire.isStalled && this.#table.inFlight < this.#settings.maxInFlight;
  }

  #regate(): void {
    const shouldBeOpen = this.#isFree;
    if (shouldBeOpen === this.#isOutboxOpen) return;
    this.#isOutboxOpen = shouldBeOpen;
    if (shouldBeOpen) this.#outbox.open();
    else this.#outbox.close();
  }

  /** The outbox's turn for one operation. */
  release({ pending }: { readonly pending: Pending }): void {
    if (this.#releasing === pending) this.#releasing = undefined;
    if (pending.stage === "waiting" && this.#isFree) {
      this.#put(pending);
      return;
    }
    if (pending.stage === "waiting") this.#outbox.putBack(pending);
    this.#freeOutbox(pending);
  }

  #put(pending: Pending): void {
    const { ticket } = pending;
    const agreement = this.#agreement;
    if (agreement === undefined) return;
    const { codec } = agreement;
    const capability = missingCapability(ticket.method, agreement.server);
    if (capability !== undefined) {
      this.#settle(pending, pending.lastOutcome, { code: "CAPABILITY", capability });
      return;
    }
    const id = this.#nextId();
    const wireToken = pending.attempts === 0 ? ticket.token : this.#settings.newToken();
    let json: string;
    try {
      json = JSON.stringify(codec.request(id, ticket, wireToken));
    } catch (cause) {
      const message = `Expected the parameters of ${ticket.method} to be JSON: see \`cause\``;
      this.#settle(pending, pending.lastOutcome, { code: "INVALID_REQUEST", message, cause });
      return;
    }
    const sequence = this.#wire.write(json, {
      kind: "request",
      id,
      method: ticket.method,
      headers: headersOf(codec, ticket),
    });
    this.#table.beginAttempt(pending, id, sequence, wireToken);
    this.#unaccepted.push(pending);
    pending.process?.send(ATTEMPT);
    this.#regate();
  }

  /** The transport has taken frames up to this one. */
  accepted(upTo: number): void {
    let count = 0;
    for (const pending of this.#unaccepted) {
      if (pending.sequence > upTo) break;
      count++;
      if (pending.stage === "writing") pending.stage = "sent";
      this.#freeOutbox(pending);
    }
    if (count > 0) this.#unaccepted.splice(0, count);
    this.#regate();
  }

  /** The other side does not read, or reads again. */
  flowChanged(): void {
    this.#regate();
  }

  #freeOutbox(pending: Pending): void {
    const done = pending.accepted;
    pending.accepted = undefined;
    done?.();
  }

  // Back

  answered(response: RpcResponse, lastId: number): void {
    const pending = this.#table.byId(response.id);
    if (pending === undefined) {
      const wasOurs = Number.isInteger(response.id) && Number(response.id) >= 1 && Number(response.id) <= lastId;
      this.#drop(wasOurs ? "responses.duplicate" : "responses.unknown");
      return;
    }
    if (response.error === undefined) this.#settle(pending, "completed", undefined, response.result);
    else this.#settle(pending, "completed", { code: "PROTOCOL", error: response.error });
  }

  progressed(params: Params | undefined): void {
    routeProgress(params, this.#table, this.#drop);
  }

  /** A process's clock is due: by now everything read before has been routed. */
  due(process: Process<OperationMail>): void {
    process.send(EXPIRE);
  }

  expired({ process, limit, after }: { process: unknown; limit: "timeout" | "maxTimeout"; after: number }): void {
    const pending = this.#table.byProcess(process);
    if (pending !== undefined && pending.stage !== "settled")
      this.#abandon(pending, { code: "TIMEOUT", limit, after }, "timeout");
  }

  cancel(token: ProgressToken, reason: unknown, cause: unknown): void {
    const pending = this.#table.byToken(token);
    if (pending !== undefined) this.#cancel(pending, reason, cause);
  }

  cancelAll(reason: unknown): void {
    for (const pending of this.#table.all()) this.#cancel(pending, reason, undefined);
  }

  #cancel(pending: Pending, reason: unknown, cause: unknown): void {
    const failure: Failure = cause === undefined ? { code: "CANCELLED", reason } : { code: "CANCELLED", reason, cause };
    this.#abandon(pending, failure, typeof reason === "string" ? reason : undefined);
  }

  /** The server itself says that it gave a request up. */
  cancelledByServer(params: Params | undefined): void {
    const pending = this.#table.byId(params?.requestId);
    if (pending !== undefined) this.#settle(pending, "unknown", { code: "CANCELLED", reason: params?.reason });
  }

  /** Gives an operation up, and tells the server if it can have heard of it. */
  #abandon(pending: Pending, failure: Failure, reason: string | undefined): void {
    const { id, isOut } = pending;
    this.#settle(pending, isOut ? "unknown" : pending.lastOutcome, failure);
    const codec = this.#codec;
    if (!isOut || codec === undefined) return;
    if (!this.#wire.isHttp || !codec.isCancelledByClosing) {
      const { method, ...rest } = codec.cancelled(id, reason);
      const head = { kind: "notification", method, headers: codec.headers(method, undefined) } as const;
      this.#wire.write(JSON.stringify({ ...rest, method }), head);
    }
    this.#wire.abandon(id);
  }

  // The end

  /** One request gets no answer; the connection lives. */
  failed({ id, outcome, failure, retryAfter }: RequestFailure & { readonly id: RequestId }): void {
    const pending = this.#table.byId(id);
    if (pending === undefined) return;
    const wait = retryAfter ?? this.#pause(pending);
    const safe = isSafe(pending.ticket, this.#settings.toolHints);
    const isWorthIt =
      wait < pending.ticket.timeout && mayRepeat(pending.ticket, { outcome, attempts: pending.attempts, safe });
    if (!isWorthIt) {
      this.#settle(pending, outcome, failure);
      return;
    }
    pending.lastOutcome = outcome;
    this.#table.endAttempt(pending);
    this.#freeOutbox(pending);
    if (wait === 0) this.#outbox.add(pending);
    else this.#self.sendAfter(wait, { type: "again", pending });
    this.#regate();
  }

  /** The first repeat goes at once, later ones wait like incarnations do. */
  #pause({ attempts }: Pending): number {
    const { backoff, random } = this.#settings;
    return attempts <= 1 ? 0 : backoffDelay(backoff, attempts - 1, random());
  }

  /** It has waited long enough before it is repeated. */
  again({ pending }: { readonly pending: Pending }): void {
    if (pending.stage === "waiting") this.#outbox.add(pending);
  }

  /** The transport has ended: what was on the wire is repeated where that is allowed, and fails where it is not. */
  lost(failure: Failure): void {
    this.#unaccepted = [];
    for (const pending of this.#table.onTheWire()) {
      const outcome = this.#outcomeOf(pending);
      pending.lastOutcome = outcome;
      const safe = isSafe(pending.ticket, this.#settings.toolHints);
      if (mayRepeat(pending.ticket, { outcome, attempts: pending.attempts, safe })) {
        this.#table.endAttempt(pending);
        this.#freeOutbox(pending);
        if (!this.#suspects.take(pending)) this.#outbox.add(pending);
      } else {
        this.#settle(pending, outcome, failure);
      }
    }
    this.#admitSuspect();
    this.#regate();
  }

  #admitSuspect(): void {
    const suspect = this.#suspects.next();
    if (suspect !== undefined) this.#outbox.add(suspect);
  }

  /** The connection is down: what waits need not wait any longer. */
  failWaiting(failure: Failure): void {
    for (const pending of this.#table.all()) this.#settle(pending, pending.lastOutcome, failure);
  }

  /** An operation's process has ended. If it did not reply, for a defect or because it was killed, that is done here. */
  exited(process: Process | undefined, failure: Failure | undefined): void {
    const pending = this.#table.ended(process);
    if (pending === undefined || failure === undefined) return;
    if (pending.settlement === undefined) this.#abandon(pending, failure, undefined);
    if (pending.settlement !== undefined) pending.from.reply(pending.settlement);
  }

  /**
   * The connection ends: everything it owes is settled, at the latest now, and the server told of what it need not do any
   * more. Resolves when all have replied.
   */
  async closeAll(failure: Failure): Promise<void> {
    for (const pending of this.#table.all()) this.#abandon(pending, failure, undefined);
    const carried = this.#table.carried();
    for (const { process } of carried) process?.send({ type: "hurry" });
    await Promise.all(carried.map(({ process }) => process?.exited));
  }

  #outcomeOf(pending: Pending): AttemptOutcome {
    if (pending.stage === "sent") return "unknown";
    return this.#wire.mayHaveArrived(pending.sequence) ? "unknown" : "not_sent";
  }

  #settle(pending: Pending, outcome: AttemptOutcome, failure: Failure | undefined, result?: unknown): void {
    const { attempts } = pending;
    const settlement: Settlement =
      failure === undefined ? { ok: true, result, outcome, attempts } : { ok: false, failure, outcome, attempts };
    this.#outbox.remove(pending);
    this.#suspects.forget(pending);
    this.#table.settle(pending, settlement);
    this.#freeOutbox(pending);
    this.#admitSuspect();
    this.#settings.stats.operations.settled++;
    pending.process?.send({ type: "settle", settlement });
    this.#regate();
  }
}

function headersOf(codec: Codec, { method, params, headers }: Ticket): Headers {
  const own = codec.headers(method, params);
  return headers === undefined ? own : { ...headers, ...own };
}

/** An operation that was not even taken in. */
function refusal(failure: Failure): Settlement {
  return { ok: false, failure, outcome: "not_sent", attempts: 0 };
}
