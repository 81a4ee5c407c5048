import type { Clock } from "../../../actors/index.js";
import { type Backoff, backoffDelay } from "../../connection/backoff.js";
import type { Settlement } from "../../operation/settlement.js";
import { CapabilityError } from "../../protocol/errors.js";
import { errorOf, type Failure } from "../../protocol/failure.js";
import type { Params, ProgressToken } from "../../protocol/message.js";
import { type Filter, isEmpty, isSame, toParams, urisOf, without } from "./filter.js";
import { Waiters } from "./waiters.js";
import type { SubscriptionWire } from "./wire.js";

/** What the modern wire needs of the client. */
export interface ModernWireShell {
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly random: () => number;
  /** Milliseconds a server may take to acknowledge. */
  readonly limit: number;
  newToken(): ProgressToken;
  isReady(): boolean;
  /** What is wanted now. */
  wanted(): Filter;
  /** Resolves with the end of the stream, however it ends. */
  open(token: ProgressToken, params: Params): Promise<Settlement>;
  cancel(token: ProgressToken): void;
  warn(message: string, cause: unknown): void;
}

interface Stream {
  readonly token: ProgressToken;
  filter: Filter;
  /** Of the first acknowledgement, on the runtime's clock. */
  acknowledgedAt: number | undefined;
  timer: unknown;
}

const METHOD = "subscriptions/listen";

/** Errors that say that the same question has the same answer. */
const HOPELESS: readonly number[] = [-32_600, -32_601, -32_602];

/**
 * One stream for all that is wanted. When that changes, a new stream takes over: the old one is cancelled only once the
 * new one is acknowledged, so that nothing is missed. A stream that ends is opened again, with growing waits; over a
 * reconnect the connection itself opens it again.
 *
 *     wanted ─▶ next ──acknowledged──▶ current ──ended──▶ wait ─▶ next
 *
 * Source: MCP specification, revision 2026-07-28, "Subscriptions".
 */
export class ModernWire implements SubscriptionWire {
  readonly #shell: ModernWireShell;
  readonly #waiters: Waiters;
  #current: Stream | undefined = undefined;
  #next: Stream | undefined = undefined;
  #failures = 0;
  #retry: unknown = undefined;
  /** What the server does not want to hear again on this connection. */
  #refused: Filter | undefined = undefined;
  #isStopped = false;

  constructor(shell: ModernWireShell) {
    this.#shell = shell;
    this.#waiters = new Waiters(shell.clock, shell.limit, METHOD);
  }

  add(uri: string): Promise<void> {
    const added = this.#waiters.add(uri);
    this.#stopWaiting();
    this.look();
    return added;
  }

  async remove(): Promise<void> {
    this.look();
  }

  restore(): void {
    this.#refused = undefined;
    this.#stopWaiting();
    this.look();
  }

  /** Whether what came with this token is to be heard; while streams overlap, one of them is. */
  isOurs(token: ProgressToken): boolean {
    return token === this.#current?.token;
  }

  /** What is wanted may have changed. */
  look(): void {
    const { wanted, isReady, cancel } = this.#shell;
    if (this.#isStopped || this.#next !== undefined || this.#retry !== undefined || !isReady()) return;
    const filter = wanted();
    const current = this.#current;
    if (isEmpty(filter)) {
      this.#current = undefined;
      if (current !== undefined) cancel(current.token);
      return;
    }
    const isSettled = current !== undefined && isSame(filter, current.filter);
    if (!isSettled && !(this.#refused !== undefined && isSame(filter, this.#refused))) this.#open(filter);
  }

  acknowledged(token: ProgressToken | undefined, params: Params | undefined): void {
    const stream = this.#next?.token === token ? this.#next : this.#current;
    if (stream === undefined || stream.token !== token) return;
    if (stream === this.#next) this.#takeOver(stream);
    stream.acknowledgedAt ??= this.#shell.clock.now();
    const granted = new Set(urisOf(params));
    const missing = stream.filter.uris.filter((uri) => !granted.has(uri));
    const refused = this.#waiters.decide(stream.filter.uris, (uri) =>
      granted.has(uri) ? undefined : new CapabilityError(METHOD, "resources.subscribe"),
    );
    stream.filter = without(stream.filter, refused);
    if (missing.length > refused.length) {
      this.#shell.warn("The server does not tell of all resources that are subscribed to any more", undefined);
    }
    // Whoever was refused forgets its subscription first.
    this.#shell.clock.later(() => this.look());
  }

  stop(failure: Failure): void {
    this.#isStopped = true;
    this.#stopWaiting();
    this.#shell.clock.clearTimer(this.#next?.timer);
    this.#waiters.rejectAll(() => errorOf(METHOD, failure, { outcome: "not_sent", attempts: 0 }));
  }

  #open(filter: Filter): void {
    const { clock, open, newToken, cancel, limit } = this.#shell;
    const token = newToken();
    const timer = clock.setTimer(limit, () => cancel(token));
    const stream: Stream = { token, filter, acknowledgedAt: undefined, timer };
    this.#next = stream;
    void open(token, { notifications: toParams(filter) }).then((settlement) => this.#ended(stream, settlement));
  }

  #takeOver(stream: Stream): void {
    const old = this.#current;
    this.#shell.clock.clearTimer(stream.timer);
    this.#next = undefined;
    this.#current = stream;
    if (old !== undefined) this.#shell.cancel(old.token);
  }

  #ended(stream: Stream, settlement: Settlement): void {
    const { clock, backoff, random, isReady } = this.#shell;
    clock.clearTimer(stream.timer);
    if (stream === this.#next) this.#next = undefined;
    else if (stream === this.#current) this.#current = undefined;
    else return;
    const { acknowledgedAt } = stream;
    if (acknowledgedAt === undefined) this.#fail(stream, settlement);
    if (acknowledgedAt !== undefined && clock.now() - acknowledgedAt >= backoff.max) this.#failures = 0;
    this.#failures++;
    // A new connection looks by itself.
    if (this.#isStopped || !isReady()) return;
    this.#retry = clock.setTimer(backoffDelay(backoff, this.#failures, random()), () => {
      this.#retry = undefined;
      this.look();
    });
  }

  /** It was not even acknowledged: those who wait for it hear why. */
  #fail({ filter }: Stream, settlement: Settlement): void {
    const { limit, warn } = this.#shell;
    const reach = { outcome: settlement.outcome, attempts: settlement.attempts };
    const failure: Failure = settlement.ok
      ? { code: "INVALID_RESULT", result: settlement.result, cause: new Error("It ended before it was acknowledged") }
      : settlement.failure.code === "CANCELLED"
        ? { code: "TIMEOUT", limit: "timeout", after: limit }
        : settlement.failure;
    this.#waiters.decide(filter.uris, () => errorOf(METHOD, failure, reach));
    if (failure.code !== "PROTOCOL" || !HOPELESS.includes(failure.error.code)) return;
    this.#refused = filter;
    warn("The server refuses to tell of changes", errorOf(METHOD, failure, reach));
  }

  #stopWaiting(): void {
    this.#shell.clock.clearTimer(this.#retry);
    this.#retry = undefined;
  }
}
