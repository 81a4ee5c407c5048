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
  /** Those steps that were asked for before there was one. */
  readonly #awaited: ((step: Step | Promise<Step>) => void)[] = [];

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
    const resolve = this.#awaited.shift();
    if (resolve === undefined) {
      const dropped = this.#updates.push(update);
      return this.#isAttached ? dropped : 0;
    }
    resolve({ done: false, value: update });
    return 0;
  }

  /** No more updates; without an error the loop just ends. */
  end(error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    for (const resolve of this.#awaited.splice(0)) resolve(this.#last());
  }

  async #next(): Promise<Step> {
    const value = this.#updates.shift();
    if (value !== undefined) return { done: false, value };
    if (this.#isEnded) return await this.#last();
    return await new Promise((resolve) => this.#awaited.push(resolve));
  }

  /** The error is told once; after it, the loop is just over. */
  async #last(): Promise<Step> {
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  async #leave(): Promise<Step> {
    this.#updates = new UpdateQueue(1);
    this.end();
    this.#error = undefined;
    return await this.#last();
  }
}
