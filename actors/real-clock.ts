import type { Clock } from "./clock.js";
import { WaitingRooms, WaitingTimer } from "./waiting-room.js";

/** The longest delay that Node's timers take; a longer one is waited for in parts. */
const LONGEST = 2 ** 31 - 1;

/**
 * Node's own clock: `performance.now`, `setTimeout`, microtasks and `setImmediate`. Each runtime has one of its own unless
 * it is given another clock.
 *
 * Timers fire as Node's do: not before their delay, give or take the millisecond that Node counts in, each in a turn of
 * its own, and they keep Node running until they have fired or were stopped. Those due within the same millisecond or two
 * may fire in another order than they were set in.
 */
export class RealClock implements Clock {
  readonly #rooms = new WaitingRooms();

  now(): number {
    return performance.now();
  }

  date(): number {
    return Date.now();
  }

  setTimer(delay: number, callback: () => void): unknown {
    if (delay === Number.POSITIVE_INFINITY) return undefined;
    if (delay > LONGEST) return new LongTimer(delay, callback);
    return this.#rooms.admit(delay, callback) ?? setTimeout(callback, delay);
  }

  clearTimer(timer: unknown): void {
    if (timer instanceof WaitingTimer) timer.clear();
    else if (timer instanceof LongTimer) timer.clear();
    else clearTimeout(timer as NodeJS.Timeout | undefined);
  }

  soon(callback: () => void): void {
    // `queueMicrotask` makes an async resource and a bound function for each: that costs a call 60 ns more, of 430.
    void Promise.resolve(callback).then(run);
  }

  // Node's order is timers, poll, check: a callback set from a timer runs after exactly one read turn.
  later(callback: () => void): void {
    setImmediate(callback);
  }
}

/** What it throws is an uncaught exception, not an unhandled rejection. */
function run(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

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
