import type { SdkTransport } from "./sdk.js";

/**
 * The server's end of a connection in memory. It has the shape of the official SDK's transports, so that a server of
 * that SDK can be connected to it; one written by hand sets `onmessage`, calls `start`, and answers with `send`.
 */
export interface ServerEnd {
  /** From now on `onmessage` is called, first with what came before. */
  start(): Promise<void>;
  /** Rejects when the connection is closed, or the message is no JSON. */
  send(message: unknown, options?: unknown): Promise<void>;
  close(): Promise<void>;
  /** One message of the client's: a parsed JSON value that nobody else has. */
  onmessage?: ((message: unknown, extra?: unknown) => void) | undefined;
  /** The connection is closed, by either side; called once. */
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
}

/**
 * A connection to a server in the same process, without a process or socket between. `serve` is called once per
 * incarnation with the server's end; what it throws or rejects with is this incarnation's end.
 *
 * ```ts
 * const client = await connect(() => memoryTransport((end) => makeServer().connect(end)));
 * ```
 */
export function memoryTransport(serve: (end: ServerEnd) => unknown): SdkTransport {
  const ours = new End();
  const theirs = new End();
  ours.other = theirs;
  theirs.other = ours;
  ours.onstart = () => serve(theirs);
  return ours;
}

/** One of two ends; what is sent to one that has not started waits there. */
class End implements ServerEnd {
  other: End | undefined = undefined;
  onmessage: ((message: unknown, extra?: unknown) => void) | undefined = undefined;
  onclose: (() => void) | undefined = undefined;
  onerror: ((error: Error) => void) | undefined = undefined;
  onstart: (() => unknown) | undefined = undefined;
  readonly #early: unknown[] = [];
  #hasStarted = false;
  #isClosed = false;

  async start(): Promise<void> {
    this.#hasStarted = true;
    for (const message of this.#early.splice(0)) this.onmessage?.(message);
    await this.onstart?.();
  }

  async send(message: unknown): Promise<void> {
    // As over any wire, neither side holds what the other one has.
    const copy: unknown = JSON.parse(JSON.stringify(message));
    if (this.#isClosed) throw new Error("Expected the connection to be open, but it is closed");
    this.other?.take(copy);
  }

  close(): Promise<void> {
    this.end();
    this.other?.end();
    return Promise.resolve();
  }

  take(message: unknown): void {
    if (this.#hasStarted) this.onmessage?.(message);
    else this.#early.push(message);
  }

  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onclose?.();
  }
}
