import type { ProgressUpdate } from "../operation/operation.js";
import type { ProgressToken } from "../protocol/message.js";

/**
 * What every request returns: its promise, with the means to follow it and to give it up. Returned through an `async`
 * function it is a plain promise.
 */
export interface OperationPromise<T> extends Promise<T> {
  /** The operation's progress token. */
  readonly token: ProgressToken;
  /**
   * The updates as an async iterable, for one consumer. The loop ends when the operation succeeds or is cancelled with
   * {@link cancel}, and throws the operation's error otherwise; `break` stops the updates, not the operation. Reading
   * this property marks the promise as handled.
   */
  readonly progress: AsyncIterable<ProgressUpdate>;
  /**
   * Gives the operation up: it rejects with {@link CancelledError}, and the server is told if it had been sent. May be
   * called at any time, any number of times; never throws. Marks the promise as handled.
   */
  cancel(reason?: unknown): void;
}

/** What stands behind an operation's promise. */
export interface OperationHandle {
  readonly token: ProgressToken;
  readonly progress: AsyncIterable<ProgressUpdate>;
  cancel(reason: unknown): void;
  /** Calls back when the operation has ended, before its promise settles; at once if that is over. */
  atEnd(callback: () => void): void;
}

const HANDLE = Symbol("caduceus.operation");

interface Handled {
  readonly [HANDLE]: OperationHandle;
}

/**
 * The methods above, as a prototype between a native promise and `Promise.prototype`. The promise stays native, so that
 * `await` takes V8's short way and the caller's line stays in the stack; a subclass would lose both.
 */
const methods: object = Object.create(Promise.prototype, {
  token: {
    get(this: Handled) {
      return this[HANDLE].token;
    },
  },
  progress: {
    get(this: Promise<unknown> & Handled) {
      markHandled(this);
      return this[HANDLE].progress;
    },
  },
  cancel: {
    value(this: Promise<unknown> & Handled, reason?: unknown) {
      markHandled(this);
      this[HANDLE].cancel(reason);
    },
  },
});

export function operationPromise<T>(promise: Promise<T>, handle: OperationHandle): OperationPromise<T> {
  const operation = Object.setPrototypeOf(promise, methods) as OperationPromise<T> & { [HANDLE]: OperationHandle };
  operation[HANDLE] = handle;
  return operation;
}

/**
 * Calls back when the operation has ended, before its promise settles; at once if that is over. What waits for the promise
 * from then on does not cost the caller the line in the stack. @internal
 */
export function atEnd(promise: OperationPromise<unknown>, callback: () => void): void {
  (promise as OperationPromise<unknown> & Handled)[HANDLE].atEnd(callback);
}

/** Not before the end: V8 shows the caller's line only while the caller is all that waits for the promise. */
function markHandled(promise: Promise<unknown> & Handled): void {
  promise[HANDLE].atEnd(() => promise.then(undefined, () => undefined));
}
