import type { Clock } from "./clock.js";

/**
 * A clock that stands still until a test moves it. Timers fire in the order of their due time, those due together in
 * the order they were set; between two of them everything runnable runs to its end.
 *
 * ```ts
 * const clock = new VirtualClock();
 * const runtime = new Runtime({ clock });
 * await clock.advance(30_000); // half a minute passes in microseconds
 * ```
 */
export class VirtualClock implements Clock {
  #now = 0;
  #sequence = 0;
  /** A binary heap by (due, sequence); a cleared timer stays in it, with no callback, until its time comes. */
  readonly #heap: VirtualTimer[] = [];
  #live = 0;
  #outstanding = 0;

  now(): number {
    return this.#now;
  }

  /** It is 1970 when a virtual clock begins. */
  date(): number {
    return this.#now;
  }

  /** How many timers are set and have neither fired nor been cleared. */
  get timers(): number {
    return this.#live;
  }

  /** When the next timer is due; `undefined` when none is set. */
  get nextDue(): number | undefined {
    return this.#next()?.due;
  }

  setTimer(delay: number, callback: () => void): unknown {
    if (delay === Number.POSITIVE_INFINITY) return undefined;
    // As Node's timers do, what is no number of milliseconds is taken for 0.
    const wait = Math.max(0, delay) || 0;
    const timer: VirtualTimer = { due: this.#now + wait, sequence: this.#sequence++, callback };
    this.#live++;
    push(this.#heap, timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    const entry = timer as VirtualTimer | undefined;
    if (entry?.callback === undefined) return;
    entry.callback = undefined;
    this.#live--;
  }

  soon(callback: () => void): void {
    queueMicrotask(callback);
  }

  later(callback: () => void): void {
    this.#outstanding++;
    setImmediate(() => {
      this.#outstanding--;
      callback();
    });
  }

  /** Lets everything run that can run at this instant; no time passes. */
  async settle(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#outstanding > 0);
  }

  /** Moves time on by `ms` milliseconds, firing on the way what falls due, and settles. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#next(); next !== undefined && next.due <= end; next = this.#next()) {
      this.#now = next.due;
      this.#fire();
      await this.settle();
    }
    this.#now = end;
  }

  /** Moves time on to the next timer and settles; `false` when there is none. */
  async advanceToNext(): Promise<boolean> {
    await this.settle();
    const next = this.#next();
    if (next === undefined) return false;
    await this.advance(next.due - this.#now);
    return true;
  }

  #next(): VirtualTimer | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) pop(this.#heap);
    return this.#heap[0];
  }

  #fire(): void {
    const timer = pop(this.#heap);
    const callback = timer?.callback;
    if (timer === undefined || callback === undefined) return;
    // Fired is over: to clear it now, or in its callback, is to clear nothing.
    timer.callback = undefined;
    this.#live--;
    callback();
  }
}

interface VirtualTimer {
  readonly due: number;
  readonly sequence: number;
  callback: (() => void) | undefined;
}

function isBefore(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence);
}

function push(heap: VirtualTimer[], timer: VirtualTimer): void {
  let index = heap.push(timer) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as VirtualTimer;
    if (!isBefore(timer, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: VirtualTimer[]): VirtualTimer | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as VirtualTimer, heap[child] as VirtualTimer)) child++;
    if (!isBefore(heap[child] as VirtualTimer, last)) break;
    heap[index] = heap[child] as VirtualTimer;
    index = child;
  }
  heap[index] = last;
  return top;
}
