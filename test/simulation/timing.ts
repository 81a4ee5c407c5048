import type { VirtualClock } from "../../actors/index.js";

/** How the callers and handlers of a run wait on its clock. Their timers are none of the client's. */
export class Timing {
  readonly #clock: VirtualClock;
  readonly #own = new Set<unknown>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** How many timers are set that are not of this making. */
  get others(): number {
    return this.#clock.timers - this.#own.size;
  }

  after(ms: number, callback: () => void): void {
    const timer = this.#clock.setTimer(ms, () => {
      this.#own.delete(timer);
      callback();
    });
    this.#own.add(timer);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Nobody waits any more. */
  stop(): void {
    for (const timer of this.#own) this.#clock.clearTimer(timer);
    this.#own.clear();
  }

  /** Lets time pass until the promise has settled; `false` when nothing is left to wait for, and it has not. */
  async passUntil(promise: Promise<unknown>): Promise<boolean> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    void promise.then(settled, settled);
    for (let idle = 0; idle < IDLE_TURNS; idle++) {
      await this.#clock.settle();
      if (isSettled) return true;
      if (await this.#clock.advanceToNext()) idle = 0;
    }
    return false;
  }
}

/** What is not of virtual time, such as the import of a module, takes turns. */
const IDLE_TURNS = 50;
