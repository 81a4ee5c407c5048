import type { TransportRef } from "../transport/transport.js";

/** The way out of a connection: one incarnation's transport, and how much of what was written it has accepted. */
export class Wire {
  #transport: TransportRef | undefined = undefined;
  #sequence = 0;
  #accepted = 0;
  /** The frame the other side has not taken to its last byte, if it does not read. */
  #begun: number | undefined = undefined;

  get isStalled(): boolean {
    return this.#begun !== undefined;
  }

  attach(transport: TransportRef): void {
    this.#transport = transport;
    this.#sequence = 0;
    this.#accepted = 0;
    this.#begun = undefined;
  }

  detach(): void {
    this.#transport = undefined;
    this.#begun = undefined;
  }

  /** Hands one message, already encoded, to the transport. Returns its sequence. */
  write(json: string): number {
    const sequence = ++this.#sequence;
    this.#transport?.cast("write", { text: `${json}\n`, sequence });
    return sequence;
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
