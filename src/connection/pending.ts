import type { Process } from "../../actors/index.js";
import type { ProgressUpdate } from "../operation/operation.js";
import type { OperationMail } from "../operation/process.js";
import type { Settlement } from "../operation/settlement.js";
import type { Tokens } from "../operation/token.js";
import type { AttemptOutcome } from "../protocol/base-error.js";
import type { Codec, Headers, Leg } from "../protocol/codec.js";
import { isRecord, type Params, type ProgressToken } from "../protocol/message.js";
import { NumberMap } from "./number-map.js";
import type { RunningTask } from "./task-running.js";

/** A server that asks for input more often than this for one operation will never have enough. */
export const MOST_ROUNDS = 16;

/** A request as the client hands it to the connection: data, and two ways back. */
export interface Ticket {
  readonly method: string;
  readonly params: Params | undefined;
  readonly meta: Params | undefined;
  readonly token: ProgressToken;
  /** The number of its token, where that is known; looked up otherwise. */
  readonly serial?: number | undefined;
  /** Whose it is: with a token that somebody else has, it cannot be cancelled. */
  readonly caller: object | undefined;
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

/** What one time on the wire is known by: its JSON-RPC id, its frame's sequence, its token, its form. */
interface Attempt {
  readonly id: number;
  readonly sequence: number;
  /** `undefined` for the caller's own, or for a poll of a task, which needs none. */
  readonly wireToken: ProgressToken | undefined;
  readonly codec: Codec;
}

/** Takes the first settlement; more of them are ignored. */
export interface Caller {
  reply(settlement: Settlement): unknown;
}

/** An operation as its connection knows it. */
export class Pending {
  readonly ticket: Ticket;
  /** Where the caller waits. */
  readonly from: Caller;
  /** The number of its token, if that is one of the client's. */
  readonly serial: number | undefined;
  process: Process<OperationMail> | undefined = undefined;
  stage: Stage = "waiting";
  /** How it ends; its process may still wait for the callback before it says so. */
  settlement: Settlement | undefined = undefined;
  attempts = 0;
  /** How far the attempts so far went, the worst of them; what an operation that waits (again) ends with. */
  lastOutcome: AttemptOutcome = "not_sent";
  /** Of the current attempt: its JSON-RPC id, its frame's sequence, its last progress, its token if not the caller's. */
  id = 0;
  sequence = 0;
  wireToken: ProgressToken | undefined = undefined;
  lastProgress: number | undefined = undefined;
  /** In which form the current attempt was asked. */
  codec: Codec | undefined = undefined;
  /** What the server asked for so far, and what goes along with the request because of it. */
  rounds = 0;
  leg: Leg | undefined = undefined;
  /** Whether the next time on the wire is the operation's next leg, and no attempt of its own. */
  isNextLeg = false;
  /** Whether its request asks for a task, and the task it has become. */
  isAskedAsTask = false;
  task: RunningTask | undefined = undefined;
  /** How many handlers of ours it waits for: what passes meanwhile is no silence. */
  pauses = 0;
  /** Whether the tools were listed anew for it, because the server did not like its headers. */
  hasRefreshed = false;
  /** Resolves the outbox's task that wrote it. */
  accepted: (() => void) | undefined = undefined;

  constructor(ticket: Ticket, from: Caller, serial?: number) {
    this.ticket = ticket;
    this.from = from;
    this.serial = serial;
  }

  get priority(): number {
    return this.ticket.priority;
  }

  /** Whether its current attempt is on the wire, or on its way to it. */
  get isOut(): boolean {
    return this.stage === "writing" || this.stage === "sent";
  }

  /** Not counted as silence of the server's until `resume` was called as often. */
  pause(): void {
    this.pauses++;
    this.process?.send({ type: "pause" });
  }

  resume(): void {
    this.pauses--;
    this.process?.send({ type: "resume" });
  }

  /** Notes how far an attempt went: what may have happened once is not undone by a repeat that did not happen. */
  reached(outcome: AttemptOutcome): void {
    if (outcome === "completed" || this.lastOutcome !== "unknown") this.lastOutcome = outcome;
  }
}

/**
 * The latest so many finished tokens of callers' own, at least, are remembered: late progress can be told from that of
 * unknown origin. The client's own are told by their number.
 */
const REMEMBERED = 1_024;

/**
 * The pending operations of a connection, found by what mail about them bears. By its process an operation is found until
 * that has ended, which may be long after it has settled.
 */
export class PendingTable {
  readonly #tokens: Tokens;
  readonly #byProcess = new NumberMap<Pending>();
  readonly #bySerial = new NumberMap<Pending>();
  /** Only of those whose token is not of the client's making. */
  readonly #byToken = new Map<ProgressToken, Pending>();
  /** Only of those whose token on the wire is not the caller's: a first attempt bears that one. */
  readonly #byWireToken = new Map<ProgressToken, Pending>();
  readonly #byId = new NumberMap<Pending>();
  /** When the younger ones are too many they become the older ones, and those are forgotten. */
  #finished = new Set<ProgressToken>();
  #finishedBefore = new Set<ProgressToken>();
  /** Streams count as nothing: neither among all, nor among those on the wire. */
  #streams = 0;
  #streamsOut = 0;
  /** Those that are a task; and of these, those that are not on the wire, which wait for nothing of ours. */
  readonly #tasks = new Set<Pending>();
  #idleTasks = 0;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** How many are not on the wire but shall be. */
  get waiting(): number {
    return this.#bySerial.size + this.#byToken.size - this.#streams - this.inFlight - this.#idleTasks;
  }

  /** How many are on the wire or on their way to it. */
  get inFlight(): number {
    return this.#byId.size - this.#streamsOut;
  }

  isTokenInUse(ticket: Ticket): boolean {
    const serial = this.#serialOf(ticket);
    return serial === undefined ? this.#byToken.has(ticket.token) : this.#bySerial.get(serial) !== undefined;
  }

  add(ticket: Ticket, from: Caller): Pending {
    const pending = new Pending(ticket, from, this.#serialOf(ticket));
    if (ticket.isStream) this.#streams++;
    if (pending.serial === undefined) this.#byToken.set(ticket.token, pending);
    else this.#bySerial.set(pending.serial, pending);
    return pending;
  }

  carriedBy(pending: Pending, process: Process<OperationMail>): void {
    pending.process = process;
    this.#byProcess.set(process.id, pending);
  }

  /** Forgets an operation's process, and says whose it was. */
  ended(process: Process | undefined): Pending | undefined {
    return process === undefined ? undefined : this.#byProcess.delete(process.id);
  }

  /** Gives an operation what its next attempt is known by. */
  beginAttempt(pending: Pending, { id, sequence, wireToken, codec }: Attempt): void {
    pending.stage = "writing";
    pending.id = id;
    pending.sequence = sequence;
    pending.codec = codec;
    this.#byId.set(id, pending);
    if (pending.task !== undefined) {
      this.#idleTasks--;
      return;
    }
    if (!pending.isNextLeg) pending.attempts++;
    pending.isNextLeg = false;
    pending.wireToken = wireToken;
    pending.lastProgress = undefined;
    if (pending.ticket.isStream) this.#streamsOut++;
    if (wireToken !== undefined) this.#byWireToken.set(wireToken, pending);
  }

  /** Takes an operation off the wire again; it is still pending. */
  endAttempt(pending: Pending): void {
    if (!pending.isOut) return;
    pending.stage = "waiting";
    if (pending.ticket.isStream) this.#streamsOut--;
    this.#byId.delete(pending.id);
    if (pending.task === undefined) this.#freeToken(pending);
    else this.#idleTasks++;
  }

  /** What it has become outlives its attempt: the token on the wire is good until it settles. */
  becomeTask(pending: Pending, task: RunningTask): void {
    pending.task = task;
    this.#tasks.add(pending);
    this.endAttempt(pending);
  }

  /** Forgets an operation: its token and id are free. */
  settle(pending: Pending, settlement: Settlement): void {
    if (pending.stage === "settled") return;
    this.endAttempt(pending);
    if (this.#tasks.delete(pending)) {
      this.#idleTasks--;
      this.#freeToken(pending);
    }
    pending.stage = "settled";
    pending.settlement = settlement;
    const { serial, ticket } = pending;
    if (ticket.isStream) this.#streams--;
    if (serial === undefined) {
      this.#byToken.delete(ticket.token);
      this.#remember(ticket.token);
    } else this.#bySerial.delete(serial);
  }

  /** The operation that a process carries, unless it has settled. */
  byProcess(process: Process<never>): Pending | undefined {
    const pending = this.#byProcess.get(process.id);
    return pending?.stage === "settled" ? undefined : pending;
  }

  byId(id: unknown): Pending | undefined {
    return typeof id === "number" ? this.#byId.get(id) : undefined;
  }

  byToken(token: ProgressToken): Pending | undefined {
    const serial = this.#tokens.serialOf(token);
    return serial === undefined ? this.#byToken.get(token) : this.#bySerial.get(serial);
  }

  byWireToken(token: ProgressToken): Pending | undefined {
    const other = this.#byWireToken.get(token);
    if (other !== undefined) return other;
    const pending = this.byToken(token);
    const isOnWire = pending?.wireToken === undefined && (pending?.isOut === true || pending?.task !== undefined);
    return isOnWire ? pending : undefined;
  }

  /** The token of the `subscriptions/listen` on whose stream a notification came. */
  streamOf(params: Params | undefined): ProgressToken | undefined {
    const meta = params?._meta;
    const pending = this.byId(isRecord(meta) ? meta["io.modelcontextprotocol/subscriptionId"] : undefined);
    return pending?.ticket.isStream === true ? pending.ticket.token : undefined;
  }

  wasFinished(token: ProgressToken): boolean {
    const serial = this.#tokens.serialOf(token);
    if (serial === undefined) return this.#finished.has(token) || this.#finishedBefore.has(token);
    const pending = this.#bySerial.get(serial);
    return pending === undefined || pending.attempts > 0;
  }

  all(): Pending[] {
    return this.carried().filter(({ stage }) => stage !== "settled");
  }

  /** Those whose process lives, settled ones included. */
  carried(): Pending[] {
    return this.#byProcess.values();
  }

  /** Whether a question that was sent before this id still waits for its answer. */
  isAwaited(before: number): boolean {
    return this.onTheWire().some(({ id, ticket }) => id < before && !ticket.isStream);
  }

  onTheWire(): Pending[] {
    return this.#byId.values();
  }

  /** What the server may be working on, on the wire or not. */
  underWay(): Pending[] {
    return [...new Set([...this.#byId.values(), ...this.#tasks])];
  }

  #freeToken({ wireToken, serial, ticket }: Pending): void {
    if (wireToken !== undefined) this.#byWireToken.delete(wireToken);
    else if (serial === undefined) this.#remember(ticket.token);
  }

  #serialOf({ serial, token }: Ticket): number | undefined {
    return serial ?? this.#tokens.serialOf(token);
  }

  #remember(token: ProgressToken): void {
    this.#finished.add(token);
    if (this.#finished.size <= REMEMBERED) return;
    this.#finishedBefore = this.#finished;
    this.#finished = new Set();
  }
}
