/** Messages of one direction, in order: while it is blocked they wait. */
export class Lane<T> {
  readonly #waiting: T[] = [];
  #blockedUntil = Number.NEGATIVE_INFINITY;

  /** Whether what comes now has to wait. */
  isBlocked(now: number): boolean {
    return now < this.#blockedUntil || this.#waiting.length > 0;
  }

  /** Lets nothing pass for so long; what is blocked for longer stays so. */
  block(now: number, ms: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, now + ms);
  }

  add(item: T): void {
    this.#waiting.push(item);
  }

  /** The next one that may pass now, taken out. */
  take(now: number): T | undefined {
    return now < this.#blockedUntil ? undefined : this.#waiting.shift();
  }

  /** Milliseconds until something may pass; `undefined` when nothing waits. */
  wait(now: number): number | undefined {
    return this.#waiting.length === 0 ? undefined : Math.max(0, this.#blockedUntil - now);
  }
}
