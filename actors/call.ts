import { cellOf } from "./address.js";
import type { Cell } from "./cell.js";
import type { Clock } from "./clock.js";
import { CallError, type CallFailure } from "./errors.js";
import type { ExitReason } from "./exit.js";
import { Mail, MailKind } from "./mail.js";
import type { Process } from "./process.js";
import { checkTimeout } from "./timeout.js";
import { Watch } from "./watch.js";

/** How long a call waits, and what ends it early. */
export interface CallOptions {
  /** Milliseconds until the caller gives up; default 5,000, `Infinity` waits for ever. */
  readonly timeout?: number | undefined;
  /** Aborting it gives the call up. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT = 5_000;

/**
 * The reply address of one call: what a `calls` handler gets, may keep, and may answer later or hand to another process
 * to answer. It takes one answer; a second one, or one that comes after the caller gave up, is dropped (OTP: process
 * aliases).
 */
export interface From {
  /** Whether the caller still waits. */
  readonly isWaiting: boolean;
  /** Aborted when the caller has given up, so that the server may stop working for it. */
  readonly signal: AbortSignal;
  /** Answers the call. Returns `false`, and does nothing, when it was answered or given up before. */
  reply(value: unknown): boolean;
}

interface Failed {
  readonly failure: CallFailure;
  readonly reason: ExitReason | undefined;
  readonly cause: unknown;
}

/** What is made of the end of a call. */
export interface Taker<T> {
  answered(value: unknown): T | PromiseLike<T>;
  failed(error: CallError): T | PromiseLike<T>;
}

/** The reply address as its caller has it: decided once, by an answer, by the server's end or by the caller. */
class PendingCall extends Watch implements From {
  /** Resolves, with the address itself, when the call is decided. */
  readonly decided: Promise<PendingCall>;
  #decide: ((call: PendingCall) => void) | undefined;
  readonly name: string;
  #controller: AbortController | undefined = undefined;
  value: unknown = undefined;
  failed: Failed | undefined = undefined;

  constructor(target: Cell, name: string) {
    super(target);
    this.name = name;
    this.decided = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  get isWaiting(): boolean {
    return this.#decide !== undefined;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.failed !== undefined) this.#controller.abort();
    return this.#controller.signal;
  }

  reply(value: unknown): boolean {
    if (this.#decide === undefined) return false;
    this.value = value;
    this.#settle(this.#decide);
    return true;
  }

  fail(failure: CallFailure, reason?: ExitReason, cause?: unknown): void {
    if (this.#decide === undefined) return;
    this.failed = { failure, reason, cause };
    this.#controller?.abort();
    this.#settle(this.#decide);
  }

  down(reason: ExitReason): void {
    this.fail(reason === "noproc" ? "noproc" : "exit", reason);
  }

  #settle(decide: (call: PendingCall) => void): void {
    this.#decide = undefined;
    this.unlist();
    decide(this);
  }
}

/** What the caller gets. The error is made after the wait, so that the stack V8 keeps for it leads to the caller's line. */
function answerOf({ name, failed, value }: PendingCall): unknown {
  if (failed !== undefined) throw new CallError(failed.failure, name, failed.reason, failed.cause);
  return value;
}

/** The reply address of a call whose end an object takes. */
class TakenCall<T> extends PendingCall {
  readonly taker: Taker<T>;

  constructor(target: Cell, name: string, taker: Taker<T>) {
    super(target, name);
    this.taker = taker;
  }
}

function takeEnd(call: PendingCall): unknown {
  const { taker, name, failed, value } = call as TakenCall<unknown>;
  if (failed === undefined) return taker.answered(value);
  return taker.failed(new CallError(failed.failure, name, failed.reason, failed.cause));
}

/**
 * A call without a limit, whose promise is settled with what `taker` makes of its end: for callers of very many calls at
 * once. In place of a promise for the call, one for what follows, and the functions between them, this holds 300 B less as
 * long as the call waits. What the taker throws rejects the promise.
 */
export function callFor<T>(process: Process<never>, name: string, argument: unknown, taker: Taker<T>): Promise<T> {
  const target = cellOf(process);
  const failure = target.runtime.current === target ? "calling_self" : target.alive ? undefined : "noproc";
  if (failure !== undefined) return Promise.resolve(new CallError(failure, name)).then((error) => taker.failed(error));
  const from = new TakenCall(target, name, taker);
  from.list();
  target.deliver(new Mail(MailKind.call, name, argument, from));
  return from.decided.then(takeEnd) as Promise<T>;
}

/** Fails the call, if it is one, whose mail was dropped unread. */
export function refuse({ from }: Mail): void {
  if (from instanceof PendingCall) from.fail("overloaded");
}

/**
 * Makes a request, a call or a system one; resolves with the reply. Without a limit there is no async function in it: that
 * would hold 400 B, of 900, as long as the call waits.
 */
export function ask(
  target: Cell,
  kind: MailKind,
  name: string,
  payload: unknown,
  options: CallOptions | undefined,
): Promise<unknown> {
  const { runtime } = target;
  const signal = options?.signal;
  const timeout = options?.timeout ?? DEFAULT_TIMEOUT;
  try {
    checkTimeout(timeout);
    if (runtime.current === target) throw new CallError("calling_self", name);
    if (!target.alive) throw new CallError("noproc", name);
    if (signal?.aborted) throw new CallError("aborted", name, undefined, signal.reason);
  } catch (error) {
    return Promise.reject(error);
  }
  const from = new PendingCall(target, name);
  from.list();
  target.deliver(new Mail(kind, name, payload, from));
  if (timeout === Number.POSITIVE_INFINITY && signal === undefined) return from.decided.then(answerOf);
  return waitWithin(from, runtime.clock, timeout, signal);
}

async function waitWithin(
  from: PendingCall,
  clock: Clock,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const timer = clock.setTimer(timeout, () => from.fail("timeout"));
  const abort = () => from.fail("aborted", undefined, signal?.reason);
  signal?.addEventListener("abort", abort);
  await from.decided;
  clock.clearTimer(timer);
  signal?.removeEventListener("abort", abort);
  return answerOf(from);
}
