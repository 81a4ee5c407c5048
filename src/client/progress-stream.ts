import type { ProgressUpdate } from "../operation/operation.js";
import { UpdateQueue } from "../operation/updates.js";
import { InvalidRequestError } from "../protocol/errors.js";

type Step = IteratorResult<ProgressUpdate, undefined>;

/**
 * An operation's progress as an async iterable, for one consumer. Until one attaches, only the latest update is kept;
 * then up to `limit`, the oldest dropped first. It ends when the operation succeeds or is cancelled by its handle, and
 * throws the operation's error otherwise.
 */
export class ProgressStream implements AsyncIterable<ProgressUpdate> {
  readonly #limit: number;
  #updates: UpdateQueue;
  #isAttached = false;
  #isEnded = false;
  #error: unknown = undefined;
  #wake: { readonly resolve: (step: Step) => void; readonly reject: (error: unknown) => void } | undefined = undefined;

  constructor(limit: number) {
    this.#limit = limit;
    this.#updates = new UpdateQueue(1);
  }

  /** @throws {InvalidRequestError} for a second consumer. */
  [Symbol.asyncIterator](): AsyncIterator<ProgressUpdate, undefined> {
    if (this.#isAttached) {
      throw new InvalidRequestError(
        "Expected one consumer of `progress`, got a second one: share what the first one reads",
      );
    }
    this.#isAttached = true;
    const kept = this.#updates.shift();
    this.#updates = new UpdateQueue(this.#limit);
    if (kept !== undefined) this.#updates.push(kept);
    return { next: () => this.#next(), return: () => this.#leave() };
  }

  /** Returns how many updates were dropped for it. */
  push(update: ProgressUpdate): number {
    if (this.#isEnded) return 0;
    if (this.#wake === undefined) {
      const dropped = this.#updates.push(update);
      return this.#isAttached ? dropped : 0;
    }
    this.#settle({ done: false, value: update });
    return 0;
  }

  /** No more updates; without an error the loop just ends. */
  end(error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    if (this.#wake === undefined) return;
    if (error === undefined) this.#settle({ done: true, value: undefined });
    else this.#throw(error);
  }

  async #next(): Promise<Step> {
    const value = this.#updates.shift();
    if (value !== undefined) return { done: false, value };
    if (!this.#isEnded) {
      return await new Promise((resolve, reject) => {
        this.#wake = { resolve, reject };
      });
    }
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  async #leave(): Promise<Step> {
    this.#isEnded = true;
    this.#error = undefined;
    this.#updates = new UpdateQueue(1);
    return { done: true, value: undefined };
  }

  #settle(step: Step): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.resolve(step);
  }

  #throw(error: unknown): void {
    const wake = this.#wake;
    this.#wake = undefined;
    this.#error = undefined;
    wake?.reject(error);
  }
}
