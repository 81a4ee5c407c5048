import type { Operation, ProgressCallback, ProgressUpdate } from "../operation/operation.js";
import type { ProgressToken } from "../protocol/message.js";
import type { OperationHandle } from "./operation-promise.js";
import { ProgressStream } from "./progress-stream.js";

/** One call of a client method, which may take several operations (a list has pages): what its promise's handle acts on. */
export class Call implements OperationHandle {
  readonly token: ProgressToken;
  readonly #progressBuffer: number;
  readonly #cancel: (call: Call, reason: unknown) => void;
  #stream: ProgressStream | undefined = undefined;
  #latest: ProgressUpdate | undefined = undefined;
  #end: { readonly error: unknown } | undefined = undefined;
  /** Set once the caller has given it up by its handle. */
  cancelled: { readonly reason: unknown } | undefined = undefined;

  constructor(token: ProgressToken, progressBuffer: number, cancel: (call: Call, reason: unknown) => void) {
    this.token = token;
    this.#progressBuffer = progressBuffer;
    this.#cancel = cancel;
  }

  get progress(): AsyncIterable<ProgressUpdate> {
    if (this.#stream === undefined) {
      this.#stream = new ProgressStream(this.#progressBuffer);
      if (this.#latest !== undefined) this.#stream.push(this.#latest);
      if (this.#end !== undefined) this.#stream.end(this.#end.error);
    }
    return this.#stream;
  }

  cancel(reason: unknown): void {
    if (this.cancelled !== undefined || this.#end !== undefined) return;
    this.cancelled = { reason };
    this.#cancel(this, reason);
  }

  /** Shows an update to whoever reads `progress`. */
  show(update: ProgressUpdate): void {
    if (this.#stream === undefined) this.#latest = update;
    else this.#stream.push(update);
  }

  /** The call has ended; a cancel of the caller's own is no error to the reader of `progress`. */
  end(error?: unknown): void {
    this.#end = { error: this.cancelled === undefined ? error : undefined };
    this.#stream?.end(this.#end.error);
  }
}

/** Those who listen to single tokens, whatever operation bears them. */
export class TokenListeners {
  readonly #byToken = new Map<ProgressToken, Set<ProgressCallback>>();

  add(token: ProgressToken, callback: ProgressCallback): () => void {
    const callbacks = this.#byToken.get(token) ?? new Set();
    this.#byToken.set(token, callbacks);
    callbacks.add(callback);
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0 && this.#byToken.get(token) === callbacks) this.#byToken.delete(token);
    };
  }

  /** Everybody an update of this operation is for: its own callback first. */
  of(operation: Pick<Operation, "callback">, token: ProgressToken): ProgressCallback | undefined {
    const listeners = this.#byToken.get(token);
    if (listeners === undefined) return operation.callback;
    return (update) =>
      deliverAll([...(operation.callback === undefined ? [] : [operation.callback]), ...listeners], update);
  }
}

/** Calls all of them, whatever one of them does, and waits for those that return a promise. */
async function deliverAll(callbacks: readonly ProgressCallback[], update: ProgressUpdate): Promise<void> {
  const results = await Promise.allSettled(callbacks.map(async (callback) => callback(update)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
