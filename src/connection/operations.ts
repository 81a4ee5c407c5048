import type { From, Process, Self } from "../../actors/index.js";
import type { OperationHost, OperationMail, OperationNews } from "../operation/process.js";
import { type Settlement, unsent } from "../operation/settlement.js";
import type { AttemptOutcome } from "../protocol/base-error.js";
import type { Failure } from "../protocol/failure.js";
import type { Params, ProgressToken, RequestId, RpcResponse } from "../protocol/message.js";
import type { RequestFailure } from "../transport/transport.js";
import { Departures } from "./departures.js";
import { type Drop, dropInto } from "./drop.js";
import { holdClocks, tellCancelled } from "./giving-up.js";
import { Legs } from "./legs.js";
import { type Pending, PendingTable, type Ticket } from "./pending.js";
import { routeProgress } from "./progress.js";
import type { CancelOrder } from "./protocol.js";
import { Repeats } from "./repeats.js";
import type { InputMade } from "./rounds.js";
import type { ConnectionSettings } from "./settings.js";
import { operationHost, type Ring, spawnOperation } from "./spawn.js";
import type { Wire } from "./wire.js";

/** What operations tell the connection they belong to, as mail. */
export type OperationsMail =
  /** The outbox's turn for one operation: it runs outside of the connection's turn. */
  | { readonly type: "release"; readonly pending: Pending }
  /** An operation has waited long enough before it is repeated. */
  | { readonly type: "again"; readonly pending: Pending }
  | Ring
  | InputMade;

const EXPIRE: OperationMail = { type: "expire" };

/** What the operations need of the connection. */
export interface OperationsShell {
  readonly nextId: () => number;
  /** The server does not speak the revision any more that was agreed on. */
  renegotiate(): void;
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
  readonly #table: PendingTable;
  /** The way out. */
  readonly departures: Departures;
  readonly #repeats: Repeats;
  readonly #legs: Legs;
  readonly #drop: Drop;
  readonly #host: OperationHost;

  constructor(
    self: Self<OperationNews | OperationsMail>,
    settings: ConnectionSettings,
    wire: Wire,
    shell: OperationsShell,
  ) {
    this.#self = self;
    this.#settings = settings;
    this.#wire = wire;
    this.#drop = dropInto(settings);
    this.#table = new PendingTable(settings.tokens);
    this.#host = operationHost(self, settings);
    this.departures = new Departures(
      {
        maxInFlight: settings.maxInFlight,
        nextId: shell.nextId,
        newToken: () => settings.tokens.make(),
        askOf: (pending, agreement) => this.#legs.tasks.askOf(pending, agreement),
        retried: ({ ticket, attempts, lastOutcome }) => settings.reporter.retried(ticket, attempts, lastOutcome),
        due: (pending) => self.process.send({ type: "release", pending }),
        refuse: (pending, failure) => this.#settle(pending, pending.lastOutcome, failure),
      },
      this.#table,
      wire,
    );
    this.#repeats = new Repeats(self as unknown as Self<OperationsMail>, settings, {
      departures: this.departures,
      table: this.#table,
      wire,
      renegotiate: shell.renegotiate,
      settle: (...how) => this.#settle(...how),
    });
    this.#legs = new Legs(self as unknown as Self<OperationsMail>, settings, {
      departures: this.departures,
      table: this.#table,
      wire,
      nextId: shell.nextId,
      renegotiate: shell.renegotiate,
      settle: (...how) => this.#settle(...how),
      abandon: (pending, failure) => this.#abandon(pending, failure, undefined),
      takeOff: (...how) => this.#repeats.takeOff(...how),
      againIn: (...how) => this.#repeats.againIn(...how),
    });
  }

  get counts(): { readonly waiting: number; readonly inFlight: number } {
    return { waiting: this.#table.waiting, inFlight: this.#table.inFlight };
  }

  // In

  accept(ticket: Ticket, from: From): void {
    if (this.#table.isTokenInUse(ticket)) {
      this.#drop("progress.duplicateToken", ticket.token);
      const message = "Expected the progress token to be free, but an operation under way has it: use another token";
      from.reply(unsent({ code: "INVALID_REQUEST", message }));
      return;
    }
    if (!ticket.isStream && this.counts.waiting >= this.#settings.maxPending) {
      from.reply(unsent({ code: "OVERLOADED", limit: this.#settings.maxPending }));
      return;
    }
    const pending = this.#table.add(ticket, from);
    this.#settings.stats.operations.started++;
    this.departures.add(pending);
    // It cannot go at all: there is nothing to carry.
    if (pending.settlement !== undefined) from.reply(pending.settlement);
    else this.#table.carriedBy(pending, spawnOperation(this.#self, this.#host, pending));
  }

  // Back

  answered(response: RpcResponse, lastId: number): void {
    const pending = this.#table.byId(response.id);
    if (pending === undefined) {
      if (this.#legs.tasks.answered(response)) return;
      const wasOurs = Number.isInteger(response.id) && Number(response.id) >= 1 && Number(response.id) <= lastId;
      this.#drop(wasOurs ? "responses.duplicate" : "responses.unknown");
      return;
    }
    const { error, result } = response;
    const { codec, task, ticket, isAskedAsTask } = pending;
    if (task !== undefined) this.#legs.tasks.polled(pending, task, response);
    else if (error !== undefined) this.#repeats.refused(pending, error);
    else this.#legs.read(pending, result, codec?.read(ticket.method, result, isAskedAsTask) ?? { kind: "complete" });
  }

  /** The host has answered what the server asked for, or cannot. */
  inputMade(mail: InputMade): void {
    this.#legs.inputMade(mail);
  }

  progressed(params: Params | undefined): void {
    routeProgress(params, this.#table, this.#drop);
  }

  /** The next limit of all may have passed. */
  rung(): void {
    this.#host.deadlines.rung();
  }

  /** A process's clock is due: by now everything read before has been routed. */
  due(process: Process<OperationMail>): void {
    process.send(EXPIRE);
  }

  /** A limit has passed. Says whether the operation was on the wire. */
  expired({ process, limit, after }: OperationNews & { readonly type: "expired" }): boolean {
    const pending = this.#table.byProcess(process);
    // A handler of ours has begun to work for it meanwhile.
    if (pending === undefined || (limit === "timeout" && pending.pauses > 0)) return false;
    return this.#abandon(pending, { code: "TIMEOUT", limit, after }, "timeout");
  }

  /** The server waits for us until the returned function is called. */
  hold(via: RequestId | undefined): () => void {
    return holdClocks(this.#table, via, this.#table.byId(via) ?? this.#legs.tasks.of(via));
  }

  /** A notification about a task; says whether it is one that an operation waits for. */
  taskNoticed(params: Params | undefined): boolean {
    return this.#legs.tasks.noticed(params);
  }

  streamOf(params: Params | undefined): ProgressToken | undefined {
    return this.#table.streamOf(params);
  }

  readonly isAwaited = (before: number): boolean => this.#table.isAwaited(before);

  cancel({ token, caller, reason, cause }: CancelOrder): void {
    const pending = this.#table.byToken(token);
    if (pending !== undefined && pending.ticket.caller === caller) this.#cancel(pending, reason, cause);
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
    if (pending !== undefined && pending.task === undefined)
      this.#settle(pending, "unknown", { code: "CANCELLED", reason: params?.reason });
  }

  /** Gives an operation up, and tells the server if it can have heard of it; says whether that is so. */
  #abandon(pending: Pending, failure: Failure, reason: string | undefined): boolean {
    const { id, isOut, codec, task } = pending;
    this.#settle(pending, isOut ? "unknown" : pending.lastOutcome, failure);
    if (task !== undefined) {
      this.#legs.tasks.stop(pending, task.id);
    } else if (isOut && codec !== undefined) {
      this.#legs.tasks.watch(pending);
      tellCancelled(this.#wire, codec, id, reason);
    }
    return isOut;
  }

  // The end

  /** One request gets no answer; the connection lives. */
  failed(news: RequestFailure & { readonly id: RequestId }): void {
    const { id, outcome, failure, retryAfter } = news;
    const pending = this.#table.byId(id);
    if (pending === undefined || pending.task !== undefined) {
      if (pending?.task === undefined) this.#legs.tasks.errandFailed(news);
      else this.#legs.tasks.failed(pending, pending.task, news);
      return;
    }
    if (failure.code === "PROTOCOL") {
      this.#repeats.refused(pending, failure.error);
      return;
    }
    this.#repeats.failed(pending, outcome, failure, retryAfter);
  }

  /** The transport has ended: what was on the wire is repeated where that is allowed, and fails where it is not. */
  lost(failure: Failure): void {
    this.departures.forget();
    this.#legs.tasks.lost();
    this.#repeats.lost(failure);
  }

  /** It has waited long enough before it is repeated. */
  again(pending: Pending): void {
    if (pending.stage === "waiting") this.departures.queue(pending);
  }

  /** The connection is down: what waits need not wait any longer. What is under way may still be answered. */
  failWaiting(failure: Failure): void {
    for (const pending of this.#table.all())
      if (pending.stage === "waiting") this.#settle(pending, pending.lastOutcome, failure);
  }

  /** An operation's process has ended. If it did not reply, for a defect or because it was killed, that is done here. */
  exited(process: Process | undefined, failure: Failure | undefined): void {
    const pending = this.#table.ended(process);
    if (pending === undefined || failure === undefined) return;
    this.#host.deadlines.sweep();
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

  #settle(pending: Pending, outcome: AttemptOutcome, failure: Failure | undefined, result?: unknown): void {
    const { attempts } = pending;
    const settlement: Settlement =
      failure === undefined
        ? { ok: true, result, hasRounds: pending.rounds > 0, outcome, attempts }
        : { ok: false, failure, outcome, attempts };
    this.departures.remove(pending);
    this.#repeats.forget(pending);
    this.#legs.end(pending, failure);
    this.#table.settle(pending, settlement);
    this.departures.free(pending);
    this.#repeats.admitSuspect();
    this.#settings.stats.operations.settled++;
    pending.process?.send({ type: "settle", settlement });
    this.departures.look();
  }
}
