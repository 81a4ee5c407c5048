import type { Cell } from "./cell.js";

/** Which process runs next. A process stands in it at most once. */
export interface RunQueue {
  push(cell: Cell): void;
  next(): Cell | undefined;
  /** How many messages a process may handle before the next one has its turn. */
  readonly slice: number;
}

/** First come, first served: fair, and nothing is allocated per turn. */
export class FairQueue implements RunQueue {
  readonly slice = 64;
  #head: Cell | undefined;
  #tail: Cell | undefined;

  push(cell: Cell): void {
    if (this.#tail === undefined) this.#head = cell;
    else this.#tail.nextRunnable = cell;
    this.#tail = cell;
  }

  next(): Cell | undefined {
    const cell = this.#head;
    if (cell === undefined) return undefined;
    this.#head = cell.nextRunnable;
    if (this.#head === undefined) this.#tail = undefined;
    cell.nextRunnable = undefined;
    return cell;
  }
}

/** Any runnable process, drawn from a seeded source, one message at a time: the orders a test must survive. */
export class SeededQueue implements RunQueue {
  readonly slice = 1;
  readonly #random: () => number;
  readonly #cells: Cell[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  push(cell: Cell): void {
    this.#cells.push(cell);
  }

  next(): Cell | undefined {
    const last = this.#cells.pop();
    const index = Math.floor(this.#random() * (this.#cells.length + 1));
    const chosen = this.#cells[index];
    if (last === undefined || chosen === undefined) return last;
    this.#cells[index] = last;
    return chosen;
  }
}
