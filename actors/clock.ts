/**
 * Where a runtime gets time and turns from. Everything that waits goes through here, so that a test can put a
 * {@link VirtualClock} in its place.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes backwards. */
  now(): number;
  /** The time of day: milliseconds since 1970, as `Date.now()` has them. */
  date(): number;
  /** Runs `callback` once after `delay` milliseconds. `Infinity` never fires and holds nothing. */
  setTimer(delay: number, callback: () => void): unknown;
  /** Stops a timer; one that has fired or was stopped, and `undefined`, are left as they are. */
  clearTimer(timer: unknown): void;
  /** Runs `callback` before any timer or I/O (a microtask). */
  soon(callback: () => void): void;
  /** Runs `callback` after due timers had their turn and everything readable by then has been read. */
  later(callback: () => void): void;
}
