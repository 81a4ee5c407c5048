/**
 * Where a runtime gets time and turns from. Everything that waits goes through here, so that a test can put a
 * {@link VirtualClock} in its place.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes backwards. */
  now(): number;
  /** Runs `callback` once after `delay` milliseconds. `Infinity` never fires and holds nothing. */
  setTimer(delay: number, callback: () => void): unknown;
  /** Stops a timer; one that has fired or was stopped, and `undefined`, are left as they are. */
  clearTimer(timer: unknown): void;
  /** Runs `callback` before any timer or I/O (a microtask). */
  soon(callback: () => void): void;
  /** Runs `callback` after due timers had their turn and everything readable by then has been read. */
  later(callback: () => void): void;
}

/** The longest delay that Node's timers take; a longer one is waited for in parts. */
const LONGEST = 2 ** 31 - 1;

/** Node's own clock: `performance.now`, `setTimeout`, microtasks and `setImmediate`. */
export const realClock: Clock = {
  now: () => performance.now(),
  setTimer(delay, callback) {
    if (delay === Number.POSITIVE_INFINITY) return undefined;
    return delay <= LONGEST ? setTimeout(callback, delay) : new LongTimer(delay, callback);
  },
  clearTimer(timer) {
    if (timer instanceof LongTimer) timer.clear();
    else clearTimeout(timer as NodeJS.Timeout | undefined);
  },
  soon: queueMicrotask,
  // Node's order is timers, poll, check: a callback set from a timer runs after exactly one read turn.
  later: setImmediate,
};

class LongTimer {
  #left: number;
  readonly #callback: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(delay: number, callback: () => void) {
    this.#left = delay;
    this.#callback = callback;
    this.#wait();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    const part = Math.min(this.#left, LONGEST);
    this.#left -= part;
    this.#timer = setTimeout(() => (this.#left > 0 ? this.#wait() : this.#callback()), part);
  }
}
