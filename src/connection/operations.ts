import type { From, Process, Self } from "../../actors/index.js";
import type { ProgressUpdate } from "../operation/operation.js";
import { type OperationMail, type OperationNews, operationProcess } from "../operation/process.js";
import { isSafe, mayRepeat } from "../operation/retry.js";
import type { Failure, Settlement } from "../operation/settlement.js";
import { missingCapability } from "../protocol/capabilities.js";
import type { AttemptOutcome } from "../protocol/errors.js";
import { legacy, type ServerInfo } from "../protocol/legacy.js";
import type { Params, ProgressToken, RpcResponse } from "../protocol/message.js";
import { isProgressToken } from "../protocol/message.js";
import { Outbox } from "./outbox.js";
import { type Pending, PendingTable, type Ticket } from "./pending.js";
import type { ConnectionSettings, DroppedKind } from "./settings.js";
import { Suspects } from "./suspects.js";
import type { Wire } from "./wire.js";

/** What the outbox asks of the connection, as mail: it runs outside of the connection's turn. */
export interface ReleaseRequest {
  readonly type: "release";
  readonly pending: Pending;
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
  readonly #self: Self<OperationNews | ReleaseRequest>;
  readonly #settings: ConnectionSettings;
  readonly #wire: Wire;
  readonly #nextId: () => number;
  readonly #table = new PendingTable();
  readonly #outbox: Outbox;
  readonly #suspects = new Suspects();
  /** Written, but not yet accepted to the last byte; in the order of their frames. */
  #unaccepted: Pending[] = [];
  /** Set while the connection is ready. */
  #server: ServerInfo | undefined = undefined;
  #isOutboxOpen = false;
  /** Out of the outbox, and on its way here as mail: whoever comes now comes after it. */
  #releasing: Pending | undefined = undefined;

  constructor(
    self: Self<OperationNews | ReleaseRequest>,
    settings: ConnectionSettings,
    wire: Wire,
    nextId: () => number,
  ) {
    this.#self = self;
    this.#settings = settings;
    this.#wire = wire;
    this.#nextId = nextId;
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
    if (this.counts.waiting >= this.#settings.maxPending) {
      from.reply(refusal({ code: "OVERLOADED", limit: this.#settings.maxPending }));
      return;
    }
    const pending = this.#table.add(ticket, (settlement) => void from.reply(settlement));
    this.#settings.stats.operations.started++;
    this.#table.carriedBy(pending, this.#spawn(pending));
    if (this.#isFree && this.#outbox.size === 0 && this.#releasing === undefined) this.#put(pending);
    else this.#outbox.add(pending);
  }

  #spawn(pending: Pending): Process<OperationMail> {
    const { ticket } = pending;
    const { stats, publish, progressBuffer, progressDrain } = this.#settings;
    return this.#self.spawnLink(operationProcess, {
      key: pending.key,
      connection: this.#self.process,
      reply: pending.reply,
      deliver: ticket.deliver,
      calledAt: ticket.calledAt,
      startedAt: ticket.startedAt,
      timeout: ticket.timeout,
      maxTimeout: ticket.maxTimeout,
      progressBuffer,
      progressDrain,
      report: {
        delivered: () => {
          stats.progress.delivered++;
        },
        overflowed: (count) => {
          stats.progress.overflow += count;
          publish({ type: "dropped", what: "progress.overflow", token: ticket.token });
        },
        callbackFailed: (error, count) => publish({ type: "callbackError", token: ticket.token, error, count }),
      },
    });
  }

  // Out

  /** The connection is ready: what waits may go. */
  open(server: ServerInfo): void {
    this.#server = server;
    this.#regate();
  }

  close(): void {
    this.#server = undefined;
    this.#regate();
  }

  get #isFree(): boolean {
    return this.#server !== undefined && !this.#wire.isStalled && this.#table.inFlight < this.#settings.maxInFlight;
  }

  #regate(): void {
    const shouldBeOpen = this.#isFree;
    if (shouldBeOpen === this.#isOutboxOpen) return;
    this.#isOutboxOpen = shouldBeOpen;
    if (shouldBeOpen) this.#outbox.open();
    else this.#outbox.close();
  }

  /** The outbox's turn for one operation. */
  release({ pending }: ReleaseRequest): void {
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
    const capability = this.#server === undefined ? undefined : missingCapability(ticket.method, this.#server);
    if (capability !== undefined) {
      this.#settle(pending, pending.lastOutcome, { code: "CAPABILITY", capability });
      return;
    }
    const id = this.#nextId();
    const wireToken = pending.attempts === 0 ? ticket.token : this.#settings.newToken();
    let json: string;
    try {
      json = JSON.stringify(legacy.request(id, ticket.method, ticket.params, ticket.meta, wireToken));
    } catch (cause) {
      const message = `Expected the parameters of ${ticket.method} to be JSON: see \`cause\``;
      this.#settle(pending, pending.lastOutcome, { code: "INVALID_REQUEST", message, cause });
      return;
    }
    this.#table.beginAttempt(pending, id, this.#wire.write(json), wireToken);
    this.#unaccepted.push(pending);
    pending.process?.send({ type: "attempt" });
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
    const { progressToken: token, progress, total, message } = params ?? {};
    if (!isProgressToken(token) || typeof progress !== "number" || !Number.isFinite(progress)) {
      this.#drop("messages.invalid");
      return;
    }
    const pending = this.#table.byWireToken(token);
    if (pending === undefined) {
      this.#drop(this.#table.wasFinished(token) ? "progress.late" : "progress.unknown", token);
      return;
    }
    if (progress <= pending.lastProgress) {
      this.#drop("progress.notIncreasing", pending.ticket.token);
      return;
    }
    pending.lastProgress = progress;
    const update: ProgressUpdate = {
      token: pending.ticket.token,
      progress,
      total: typeof total === "number" ? total : undefined,
      message: typeof message === "string" ? message : undefined,
      attempt: pending.attempts,
    };
    pending.process?.send({ type: "progress", update });
  }

  /** A process's clock is due: by now everything read before has been routed. */
  due(key: number): void {
    this.#table.byKey(key)?.process?.send({ type: "expire" });
  }

  expired({ key, limit, after }: { key: number; limit: "timeout" | "maxTimeout"; after: number }): void {
    const pending = this.#table.byKey(key);
    if (pending !== undefined) this.#abandon(pending, { code: "TIMEOUT", limit, after }, "timeout");
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
    const { id, stage } = pending;
    const isOut = stage === "writing" || stage === "sent";
    this.#settle(pending, isOut ? "unknown" : pending.lastOutcome, failure);
    if (isOut) this.#wire.write(JSON.stringify(legacy.cancelled(id, reason)));
  }

  // The end

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
    if (pending.settlement !== undefined) pending.reply(pending.settlement);
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
    const reach = { outcome, attempts: pending.attempts };
    const settlement: Settlement =
      failure === undefined ? { ok: true, result, ...reach } : { ok: false, failure, ...reach };
    this.#outbox.remove(pending);
    this.#suspects.forget(pending);
    this.#table.settle(pending, settlement);
    this.#freeOutbox(pending);
    this.#admitSuspect();
    this.#settings.stats.operations.settled++;
    pending.process?.send({ type: "settle", settlement });
    this.#regate();
  }

  #drop(what: DroppedKind, token?: ProgressToken): void {
    const { stats, publish } = this.#settings;
    const [group, counter] = what.split(".") as [keyof typeof stats, string];
    (stats[group] as Record<string, number>)[counter] = ((stats[group] as Record<string, number>)[counter] ?? 0) + 1;
    publish({ type: "dropped", what, token });
  }
}

/** An operation that was not even taken in. */
function refusal(failure: Failure): Settlement {
  return { ok: false, failure, outcome: "not_sent", attempts: 0 };
}
