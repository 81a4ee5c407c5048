import { isThenable } from "../../actors/index.js";
import type { Operation, ProgressCallback, ProgressUpdate } from "../operation/operation.js";
import type { Tokens } from "../operation/token.js";
import type { ProgressToken } from "../protocol/message.js";
import { onAbort } from "./aborts.js";
import type { ConnectionLink } from "./link.js";
import type { OperationHandle } from "./operation-promise.js";
import { ProgressStream } from "./progress-stream.js";

/** What all calls of a client have in common. */
export interface CallHost {
  readonly link: Pick<ConnectionLink, "cancel">;
  readonly tokens: Tokens;
  readonly progressBuffer: number;
}

/** One call of a client method, which may take several operations (a list has pages): what its promise's handle acts on. */
export class Call implements OperationHandle {
  /** When the caller made it, on the runtime's clock. */
  readonly calledAt: number;
  /** The number of its token, unless that is the caller's own. */
  readonly serial: number | undefined;
  readonly #ownToken: ProgressToken | undefined;
  readonly #host: CallHost;
  #stream: ProgressStream | undefined = undefined;
  #latest: ProgressUpdate | undefined = undefined;
  #end: { readonly error: unknown } | undefined = undefined;
  #atEnd: (() => void) | undefined = undefined;
  #unwatch: (() => void) | undefined = undefined;
  /** Set once the caller has given it up by its handle. */
  cancelled: { readonly reason: unknown } | undefined = undefined;

  constructor(host: CallHost, calledAt: number, ownToken: ProgressToken | undefined) {
    this.#host = host;
    this.calledAt = calledAt;
    this.#ownToken = ownToken;
    this.serial = ownToken === undefined ? host.tokens.next() : undefined;
  }

  /** Made for whoever asks: a call that nobody follows shows it to its server, and to nobody else. */
  get token(): ProgressToken {
    return this.#ownToken ?? this.#host.tokens.of(this.serial ?? 0);
  }

  get progress(): AsyncIterable<ProgressUpdate> {
    if (this.#stream === undefined) {
      this.#stream = new ProgressStream(this.#host.progressBuffer);
      if (this.#latest !== undefined) this.#stream.push(this.#latest);
      if (this.#end !== undefined) this.#stream.end(this.#end.error);
    }
    return this.#stream;
  }

  cancel(reason: unknown): void {
    if (this.cancelled !== undefined || this.#end !== undefined) return;
    this.cancelled = { reason };
    this.#host.link.cancel({ token: this.token, caller: this, reason });
  }

  /** Gives up what it has under way when the signal aborts; until it ends. */
  obey(signal: AbortSignal): void {
    const { token } = this;
    this.#unwatch ??= onAbort(signal, () =>
      this.#host.link.cancel({ token, caller: this, reason: signal.reason, cause: signal.reason }),
    );
  }

  /** Shows an update to whoever reads `progress`. Returns how many updates were dropped for it. */
  show(update: ProgressUpdate): number {
    if (this.#stream !== undefined) return this.#stream.push(update);
    this.#latest = update;
    return 0;
  }

  atEnd(callback: () => void): void {
    const before = this.#atEnd;
    if (this.#end !== undefined) callback();
    else if (before === undefined) this.#atEnd = callback;
    else
      this.#atEnd = () => {
        before();
        callback();
      };
  }

  /** The call has ended; a cancel of the caller's own is no error to the reader of `progress`. */
  end(error?: unknown): void {
    this.#end = { error: this.cancelled === undefined ? error : undefined };
    this.#unwatch?.();
    this.#stream?.end(this.#end.error);
    this.#atEnd?.();
  }
}

/** Those who listen to single tokens, whatever operation bears them. */
export class TokenListeners {
  readonly #byToken = new Map<ProgressToken, Set<ProgressCallback>>();

  add(token: ProgressToken, callback: ProgressCallback): () => void {
    const callbacks = this.#byToken.get(token) ?? new Set();
    this.#byToken.set(token, callbacks);
    // A wrapper of its own, so that one function added twice is called twice and removed once at a time.
    const entry: ProgressCallback = (update) => callback(update);
    callbacks.add(entry);
    return () => {
      callbacks.delete(entry);
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

/** Calls all of them, whatever one of them does. Only those that return a promise are waited for. */
function deliverAll(callbacks: readonly ProgressCallback[], update: ProgressUpdate): Promise<void> | undefined {
  const pending: PromiseLike<unknown>[] = [];
  for (const callback of callbacks) {
    try {
      const result = callback(update);
      if (isThenable(result)) pending.push(result);
    } catch (error) {
      pending.push(Promise.reject(error));
    }
  }
  return pending.length === 0 ? undefined : waitForAll(pending);
}

async function waitForAll(pending: readonly PromiseLike<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(pending)) if (result.status === "rejected") throw result.reason;
}
