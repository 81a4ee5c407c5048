import type { Clock } from "../../actors/index.js";

/**
 * Thins a flood of the same news out, without starving it: the first is told at once, then at most one per `window`, and
 * the last of a flood always.
 *
 *     came   x xxxxxxxx        x
 *     told   x       x         x
 *            |window |
 */
export class Coalescer {
  readonly #clock: Clock;
  readonly #window: number;
  readonly #tell: () => void;
  #timer: unknown = undefined;
  #isClosed = false;
  #isDue = false;
  #isStopped = false;

  /** `window` is in milliseconds of the runtime's clock. */
  constructor(clock: Clock, window: number, tell: () => void) {
    this.#clock = clock;
    this.#window = window;
    this.#tell = tell;
  }

  came(): void {
    if (this.#isStopped) return;
    if (this.#isClosed) {
      this.#isDue = true;
      return;
    }
    this.#isClosed = true;
    this.#timer = this.#clock.setTimer(this.#window, () => this.#open());
    this.#tell();
  }

  /** Nothing is told any more. */
  stop(): void {
    this.#isStopped = true;
    this.#isDue = false;
    this.#clock.clearTimer(this.#timer);
  }

  #open(): void {
    this.#isClosed = false;
    if (!this.#isDue) return;
    this.#isDue = false;
    this.came();
  }
}
