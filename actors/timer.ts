import type { Cell } from "./cell.js";

/** A timer that belongs to a process and ends with it. */
export class Timer {
  readonly #cell: Cell;
  readonly #due: number;
  #handle: unknown;
  #pending: boolean;

  /** Of a process that is ending it never fires, and holds nothing (OTP T2). @internal */
  constructor(cell: Cell, delay: number, callback: () => void) {
    const { clock } = cell.runtime;
    this.#cell = cell;
    this.#due = clock.now() + delay;
    this.#pending = cell.alive;
    if (!cell.alive) return;
    cell.timers ??= new Set();
    cell.timers.add(this);
    this.#handle = clock.setTimer(delay, () => {
      if (!this.#end()) return;
      callback();
    });
  }

  /** Milliseconds left, or `false` when it has fired or was cancelled; Erlang's `read_timer`. */
  get left(): number | false {
    return this.#pending ? Math.max(0, this.#due - this.#cell.runtime.clock.now()) : false;
  }

  /** Stops it. Returns the milliseconds that were left, or `false` when it had fired or was cancelled before. */
  cancel(): number | false {
    const { left } = this;
    const handle = this.#handle;
    if (this.#end()) this.#cell.runtime.clock.clearTimer(handle);
    return left;
  }

  #end(): boolean {
    const wasPending = this.#pending;
    this.#pending = false;
    this.#handle = undefined;
    this.#cell.timers?.delete(this);
    return wasPending;
  }
}

/** Stops every timer of a process that is ending (OTP T2): the event loop is not held by a process that is gone. */
export function clearTimers(cell: Cell): void {
  const { timers } = cell;
  if (timers === undefined) return;
  for (const timer of timers) timer.cancel();
  cell.timers = undefined;
}
