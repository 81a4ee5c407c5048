import type { RequestId } from "../protocol/message.js";
import type { Reporter } from "../telemetry/reporter.js";
import type { HttpTransportRef, MessageHead, TransportRef } from "../transport/transport.js";

/** The way out of a connection: one incarnation's transport, and how much of what was written it has accepted. */
export class Wire {
  #transport: TransportRef | undefined = undefined;
  #incarnation = 0;
  #reporter: Reporter | undefined = undefined;
  #sequence = 0;
  #accepted = 0;
  /** The frame the other side has not taken to its last byte, if it does not read. */
  #begun: number | undefined = undefined;
  /** Whether every message travels by itself. */
  isHttp = false;

  get isStalled(): boolean {
    return this.#begun !== undefined;
  }

  attach(transport: TransportRef, incarnation: number, reporter: Reporter): void {
    this.#incarnation = incarnation;
    this.#reporter = reporter;
    this.#transport = transport;
    this.#sequence = 0;
    this.#accepted = 0;
    this.#begun = undefined;
    this.isHttp = false;
  }

  detach(): void {
    this.#transport = undefined;
    this.#begun = undefined;
  }

  /** Hands one message, already encoded, to the transport. Returns its sequence. */
  write(text: string, head: MessageHead): number {
    const sequence = ++this.#sequence;
    this.#reporter?.sent(this.#incarnation, head, text);
    this.#transport?.cast("write", { text, sequence, head });
    return sequence;
  }

  /** Nobody waits for the answer to this request any more. */
  abandon(id: RequestId): void {
    if (this.isHttp) (this.#transport as HttpTransportRef | undefined)?.cast("abandon", id);
  }

  /** Tries again to reach a server that could not be reached. */
  reopen(): void {
    (this.#transport as HttpTransportRef | undefined)?.cast("reopen");
  }

  accepted(upTo: number): void {
    this.#accepted = upTo;
    this.#begun = undefined;
  }

  stalled(begun: number): void {
    this.#begun = begun;
  }

  /** Whether the other side can have read a frame whole: if not, it did not act on it. */
  mayHaveArrived(sequence: number): boolean {
    return sequence <= this.#accepted || (this.#begun !== undefined && sequence < this.#begun);
  }
}
