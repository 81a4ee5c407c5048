import type { Pending } from "./pending.js";

/** What was written and not yet accepted to its last byte; in the order of the frames. */
export class Unaccepted {
  #waiting: Pending[] = [];

  add(pending: Pending): void {
    this.#waiting.push(pending);
  }

  /** Takes those out whose frame is up to this one. */
  upTo(sequence: number): readonly Pending[] {
    const next = this.#waiting.findIndex((pending) => pending.sequence > sequence);
    return this.#waiting.splice(0, next === -1 ? this.#waiting.length : next);
  }

  clear(): void {
    this.#waiting = [];
  }
}
