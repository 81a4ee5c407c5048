import type { Pending } from "./pending.js";

/** After so many attempts that ended with the server, an operation may be what ends it. */
const SUSPICIOUS = 2;

/**
 * Operations that were under way each time the server ended: one of them may be the reason. They go out one at a time,
 * so that only the one that is takes the server along, and its neighbours are answered.
 */
export class Suspects {
  readonly #waiting = new Set<Pending>();
  /** The one whose turn it is. */
  #current: Pending | undefined = undefined;

  /** Takes an operation in whose attempt ended with the server, if it is one of these. */
  take(pending: Pending): boolean {
    if (this.#current === pending) this.#current = undefined;
    if (pending.attempts < SUSPICIOUS) return false;
    this.#waiting.add(pending);
    return true;
  }

  /** It has settled: it waits no longer, and somebody else may go. */
  forget(pending: Pending): void {
    this.#waiting.delete(pending);
    if (this.#current === pending) this.#current = undefined;
  }

  /** The next one that may go, unless another one is out. */
  next(): Pending | undefined {
    if (this.#current !== undefined) return undefined;
    const [first] = this.#waiting;
    if (first !== undefined) this.#waiting.delete(first);
    this.#current = first;
    return first;
  }
}
