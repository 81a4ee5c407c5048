import { isThenable } from "../../actors/index.js";

/** What a {@link SerialHandler} tells of itself. */
export interface SerialReport {
  failed(error: unknown): void;
  /** The oldest value that waited was dropped to make room. */
  dropped(): void;
}

/**
 * A handler that is called with one value at a time, in order: one that returns a promise is waited for. At most `limit`
 * values wait; past that the oldest is dropped.
 */
export class SerialHandler<T> {
  readonly #handler: (value: T) => unknown;
  readonly #limit: number;
  readonly #report: SerialReport;
  /** Only those from `#head` on still wait, so that taking one out is cheap. */
  #waiting: (T | undefined)[] = [];
  #head = 0;
  #isBusy = false;
  #isStopped = false;

  constructor(handler: (value: T) => unknown, limit: number, report: SerialReport) {
    this.#handler = handler;
    this.#limit = limit;
    this.#report = report;
  }

  push(value: T): void {
    this.#waiting.push(value);
    if (this.#waiting.length - this.#head > this.#limit) {
      this.#take();
      this.#report.dropped();
    }
    if (!this.#isBusy) this.#run();
  }

  /** It hears nothing more, not even what waits. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting = [];
    this.#head = 0;
  }

  #take(): T {
    const value = this.#waiting[this.#head] as T;
    this.#waiting[this.#head] = undefined;
    this.#head++;
    if (this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return value;
  }

  #run(): void {
    this.#isBusy = true;
    while (!this.#isStopped && this.#head < this.#waiting.length) {
      const pending = this.#call(this.#take());
      if (pending !== undefined) {
        void this.#waitFor(pending);
        return;
      }
    }
    this.#isBusy = false;
  }

  #call(value: T): PromiseLike<unknown> | undefined {
    try {
      const result = this.#handler(value);
      return isThenable(result) ? result : undefined;
    } catch (error) {
      this.#report.failed(error);
      return undefined;
    }
  }

  async #waitFor(pending: PromiseLike<unknown>): Promise<void> {
    try {
      await pending;
    } catch (error) {
      this.#report.failed(error);
    }
    this.#run();
  }
}
