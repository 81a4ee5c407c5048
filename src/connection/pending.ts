import type { Process } from "../../actors/index.js";
import type { ProgressUpdate } from "../operation/operation.js";
import type { OperationMail } from "../operation/process.js";
import type { Settlement } from "../operation/settlement.js";
import type { AttemptOutcome } from "../protocol/base-error.js";
import type { Headers } from "../protocol/codec.js";
import type { Params, ProgressToken } from "../protocol/message.js";

/** A request as the client hands it to the connection: data, and two ways back. */
export interface Ticket {
  readonly method: string;
  readonly params: Params | undefined;
  readonly meta: Params | undefined;
  readonly token: ProgressToken;
  readonly priority: number;
  readonly retry: boolean | number | undefined;
  readonly timeout: number;
  readonly maxTimeout: number;
  /** When the caller made the call, on the runtime's clock: `maxTimeout` counts from it. */
  readonly calledAt: number;
  /** When this operation of the call began (a list has one per page): `timeout` counts from it. */
  readonly startedAt: number;
  /** HTTP headers of the caller's, in lower case. */
  readonly headers: Headers | undefined;
  /** A stream of notifications rather than a question: it never queues, and takes no slot of those in flight. */
  readonly isStream: boolean;
  readonly deliver: ((update: ProgressUpdate) => unknown) | undefined;
}

/**
 * Where an operation stands on its way out.
 *
 *     waiting ──▶ writing ──▶ sent ──▶ settled
 *        ▲───────────┴── repeated ┘
 */
export type Stage = "waiting" | "writing" | "sent" | "settled";

/** Takes the first settlement; more of them are ignored. */
interface Caller {
  reply(settlement: Settlement): unknown;
}

/** An operation as its connection knows it. */
export class Pending {
  readonly ticket: Ticket;
  /** Where the caller waits. */
  readonly from: Caller;
  process: Process<OperationMail> | undefined = undefined;
  stage: Stage = "waiting";
  /** How it ends; its process may still wait for the callback before it says so. */
  settlement: Settlement | undefined = undefined;
  attempts = 0;
  /** How far the attempt before went; what an operation that waits (again) ends with. */
  lastOutcome: AttemptOutcome = "not_sent";
  /** Of the current attempt: its JSON-RPC id, its frame's sequence, its token on the wire, its last progress. */
  id = 0;
  sequence = 0;
  wireToken: ProgressToken;
  lastProgress = Number.NEGATIVE_INFINITY;
  /** Resolves the outbox's task that wrote it. */
  accepted: (() => void) | undefined = undefined;

  constructor(ticket: Ticket, from: Caller) {
    this.ticket = ticket;
    this.from = from;
    this.wireToken = ticket.token;
  }

  get priority(): number {
    return this.ticket.priority;
  }

  /** Whether its current attempt is on the wire, or on its way to it. */
  get isOut(): boolean {
    return this.stage === "writing" || this.stage === "sent";
  }
}

/** The latest so many finished tokens, at least, are remembered: late progress can be told from that of unknown origin. */
const REMEMBERED = 1_024;

/**
 * The pending operations of a connection, found by what mail about them bears. By its process an operation is found until
 * that has ended, which may be long after it has settled.
 */
export class PendingTable {
  readonly #byProcess = new Map<unknown, Pending>();
  readonly #byToken = new Map<ProgressToken, Pending>();
  /** Only of those whose token on the wire is not the caller's: a first attempt bears that one. */
  readonly #byWireToken = new Map<ProgressToken, Pending>();
  readonly #byId = new Map<number, Pending>();
  /** When the younger ones are too many they become the older ones, and those are forgotten. */
  #finished = new Set<ProgressToken>();
  #finishedBefore = new Set<ProgressToken>();
  /** How many of those on the wire are streams. */
  #streams = 0;

  get size(): number {
    return this.#byToken.size;
  }

  /** How many are on the wire or on their way to it. */
  get inFlight(): number {
    return this.#byId.size - this.#streams;
  }

  isTokenInUse(token: ProgressToken): boolean {
    return this.#byToken.has(token);
  }

  add(ticket: Ticket, from: Caller): Pending {
    const pending = new Pending(ticket, from);
    this.#byToken.set(ticket.token, pending);
    return pending;
  }

  carriedBy(pending: Pending, process: Process<OperationMail>): void {
    pending.process = process;
    this.#byProcess.set(process, pending);
  }

  /** Forgets an operation's process, and says whose it was. */
  ended(process: unknown): Pending | undefined {
    const pending = this.#byProcess.get(process);
    this.#byProcess.delete(process);
    return pending;
  }

  /** Gives an operation what its next attempt is known by. */
  beginAttempt(pending: Pending, id: number, sequence: number, wireToken: ProgressToken): void {
    pending.stage = "writing";
    pending.attempts++;
    pending.id = id;
    pending.sequence = sequence;
    pending.wireToken = wireToken;
    pending.lastProgress = Number.NEGATIVE_INFINITY;
    if (pending.ticket.isStream) this.#streams++;
    this.#byId.set(id, pending);
    if (wireToken !== pending.ticket.token) this.#byWireToken.set(wireToken, pending);
  }

  /** Takes an operation off the wire again; it is still pending. */
  endAttempt(pending: Pending): void {
    if (!pending.isOut) return;
    pending.stage = "waiting";
    if (pending.ticket.isStream) this.#streams--;
    this.#byId.delete(pending.id);
    if (pending.wireToken !== pending.ticket.token) this.#byWireToken.delete(pending.wireToken);
    this.#remember(pending.wireToken);
  }

  /** Forgets an operation: its token and id are free. */
  settle(pending: Pending, settlement: Settlement): void {
    this.endAttempt(pending);
    pending.stage = "settled";
    pending.settlement = settlement;
    this.#byToken.delete(pending.ticket.token);
    this.#remember(pending.ticket.token);
  }

  byProcess(process: unknown): Pending | undefined {
    return this.#byProcess.get(process);
  }

  byId(id: unknown): Pending | undefined {
    return typeof id === "number" ? this.#byId.get(id) : undefined;
  }

  byToken(token: ProgressToken): Pending | undefined {
    return this.#byToken.get(token);
  }

  byWireToken(token: ProgressToken): Pending | undefined {
    const pending = this.#byWireToken.get(token) ?? this.#byToken.get(token);
    return pending?.isOut && pending.wireToken === token ? pending : undefined;
  }

  wasFinished(token: ProgressToken): boolean {
    return this.#finished.has(token) || this.#finishedBefore.has(token);
  }

  all(): Pending[] {
    return [...this.#byToken.values()];
  }

  /** Those whose process lives, settled ones included. */
  carried(): Pending[] {
    return [...this.#byProcess.values()];
  }

  onTheWire(): Pending[] {
    return [...this.#byId.values()];
  }

  #remember(token: ProgressToken): void {
    this.#finished.add(token);
    if (this.#finished.size < REMEMBERED) return;
    this.#finishedBefore = this.#finished;
    this.#finished = new Set();
  }
}
