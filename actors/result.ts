import type { ExitReason } from "./exit.js";

/** What else shall happen after a handler: at most one of the two. */
export interface Next {
  /** Handled by `continue` before any queued mail. */
  readonly continue?: unknown;
  /**
   * Milliseconds without mail after which `timeout` is handled. Cleared by any message; ignored when mail is waiting.
   * For "do it now" use `continue` (OTP T3).
   */
  readonly timeout?: number | undefined;
}

/** What a server's handler returns; made by {@link reply}, {@link noreply}, {@link stop} and {@link stopReply}. */
export class Result<S, R = never> {
  readonly state: S;
  /** Set when a call is answered. */
  readonly answer: { readonly value: R } | undefined;
  /** @internal */
  readonly next: Next | undefined;
  /** Set when the server shall stop. @internal */
  readonly reason: ExitReason | undefined;

  /** @internal */
  constructor(state: S, answer: { readonly value: R } | undefined, next: Next | undefined, reason?: ExitReason) {
    this.state = state;
    this.answer = answer;
    this.next = next;
    this.reason = reason;
  }
}

/** Answers the call and goes on with `state`; `{reply, Reply, State}`. */
export function reply<S, R>(value: R, state: S, next?: Next): Result<S, R> {
  return new Result(state, { value }, next);
}

/** Goes on with `state`; a call is answered later through its `from`, or never. `{noreply, State}`. */
export function noreply<S>(state: S, next?: Next): Result<S> {
  return new Result<S>(state, undefined, next);
}

/** Calls `terminate`, then ends with `reason`; `{stop, Reason, State}`. Use `"normal"` when the work is done. */
export function stop<S>(reason: ExitReason, state: S): Result<S> {
  return new Result<S>(state, undefined, undefined, reason);
}

/** Answers the call, then stops like {@link stop}; `{stop, Reason, Reply, State}`. */
export function stopReply<S, R>(reason: ExitReason, value: R, state: S): Result<S, R> {
  return new Result(state, { value }, undefined, reason);
}
