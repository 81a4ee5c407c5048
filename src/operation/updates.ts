import type { ProgressUpdate } from "./operation.js";

interface Node {
  readonly update: ProgressUpdate;
  next: Node | undefined;
}

/** Updates that wait for a slow callback: first in, first out, at most `limit`; past it the oldest is dropped. */
export class UpdateQueue {
  readonly #limit: number;
  #head: Node | undefined = undefined;
  #tail: Node | undefined = undefined;
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** Returns how many updates were dropped to make room: 0 or 1. */
  push(update: ProgressUpdate): number {
    const node: Node = { update, next: undefined };
    if (this.#tail === undefined) this.#head = node;
    else this.#tail.next = node;
    this.#tail = node;
    this.#size++;
    if (this.#size <= this.#limit) return 0;
    this.shift();
    return 1;
  }

  shift(): ProgressUpdate | undefined {
    const node = this.#head;
    if (node === undefined) return undefined;
    this.#head = node.next;
    if (this.#head === undefined) this.#tail = undefined;
    this.#size--;
    return node.update;
  }
}
