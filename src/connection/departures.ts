import { missingCapability } from "../protocol/capabilities.js";
import type { Ask, Codec } from "../protocol/codec.js";
import type { Failure } from "../protocol/failure.js";
import type { ServerInfo } from "../protocol/legacy.js";
import type { ProgressToken } from "../protocol/message.js";
import { encode } from "./encode.js";
import { Outbox } from "./outbox.js";
import type { Pending, PendingTable } from "./pending.js";
import { Unaccepted } from "./unaccepted.js";
import type { Wire } from "./wire.js";

/** What a handshake has come to. */
export interface Agreement {
  readonly server: ServerInfo;
  readonly codec: Codec;
}

/** What the way out needs of the connection. */
export interface DeparturesShell {
  readonly maxInFlight: number;
  readonly nextId: () => number;
  readonly newToken: () => ProgressToken;
  /** What goes out for it now. */
  askOf(pending: Pending, agreement: Agreement): Ask;
  /** The outbox's turn for one operation has come: `release` it in a turn of the connection's. */
  due(pending: Pending): void;
  /** It has gone out again. */
  retried(pending: Pending): void;
  /** It cannot go at all. */
  refuse(pending: Pending, failure: Failure): void;
}

/**
 * The way out of a connection, for what is pending: past the outbox while there is room and nobody waits, through it
 * otherwise. Streams never wait but for a connection.
 */
export class Departures {
  readonly #shell: DeparturesShell;
  readonly #table: PendingTable;
  readonly #wire: Wire;
  readonly #outbox: Outbox;
  readonly #unaccepted = new Unaccepted();
  readonly #streams = new Set<Pending>();
  /** Set while the connection is ready. */
  #agreement: Agreement | undefined = undefined;
  #isOutboxOpen = false;
  /** Out of the outbox, and on its way back as mail: whoever comes now comes after it. */
  #releasing: Pending | undefined = undefined;
  /** Who waits for a moment in which nothing is on the wire. */
  #whenIdle: (() => void) | undefined = undefined;

  constructor(shell: DeparturesShell, table: PendingTable, wire: Wire) {
    this.#shell = shell;
    this.#table = table;
    this.#wire = wire;
    this.#outbox = new Outbox(
      (pending) =>
        new Promise((resolve) => {
          pending.accepted = resolve;
          this.#releasing = pending;
          shell.due(pending);
        }),
    );
  }

  /** In which form requests are made now; `undefined` while there is no connection. */
  get codec(): Codec | undefined {
    return this.#agreement?.codec;
  }

  /** With whom, and in which form; `undefined` while there is no connection. */
  get agreement(): Agreement | undefined {
    return this.#agreement;
  }

  /** The connection is ready: what waits may go. */
  open(agreement: Agreement): void {
    this.#agreement = agreement;
    const streams = [...this.#streams];
    this.#streams.clear();
    for (const stream of streams) this.#put(stream);
    this.look();
  }

  close(): void {
    this.#agreement = undefined;
    this.#whenIdle = undefined;
    this.look();
  }

  /** The transport has ended. */
  forget(): void {
    this.#unaccepted.clear();
  }

  /** Calls back as soon as nothing is on the wire, streams aside, unless it is closed before. Nobody waits for that. */
  whenIdle(callback: () => void): void {
    this.#whenIdle = callback;
    this.look();
  }

  /** Takes a new operation. */
  add(pending: Pending): void {
    if (this.#isFree && this.#outbox.size === 0 && this.#releasing === undefined) this.#put(pending);
    else this.queue(pending);
  }

  queue(pending: Pending): void {
    if (!pending.ticket.isStream) this.#outbox.add(pending);
    else if (this.#agreement === undefined) this.#streams.add(pending);
    else this.#put(pending);
  }

  /** Puts one that was out before in front of all others of its priority. */
  putBack(pending: Pending): void {
    this.#outbox.putBack(pending);
  }

  /** It shall not go any more. */
  remove(pending: Pending): void {
    this.#outbox.remove(pending);
    this.#streams.delete(pending);
  }

  /** The outbox's turn for one operation. */
  release(pending: Pending): void {
    if (this.#releasing === pending) this.#releasing = undefined;
    if (pending.stage === "waiting" && this.#isFree) {
      this.#put(pending);
      return;
    }
    if (pending.stage === "waiting") this.#outbox.putBack(pending);
    this.free(pending);
  }

  /** The transport has taken frames up to this one. */
  accepted(upTo: number): void {
    for (const pending of this.#unaccepted.upTo(upTo)) {
      if (pending.stage === "writing") pending.stage = "sent";
      this.free(pending);
    }
    this.look();
  }

  /** The outbox need not wait for its write to be accepted. */
  free(pending: Pending): void {
    const done = pending.accepted;
    pending.accepted = undefined;
    done?.();
  }

  /** Something has changed that decides whether the next one may go. */
  look(): void {
    this.#tellIfIdle();
    const shouldBeOpen = this.#isFree;
    if (shouldBeOpen === this.#isOutboxOpen) return;
    this.#isOutboxOpen = shouldBeOpen;
    if (shouldBeOpen) this.#outbox.open();
    else this.#outbox.close();
  }

  #tellIfIdle(): void {
    const callback = this.#whenIdle;
    if (callback === undefined || this.#table.inFlight > 0) return;
    this.#whenIdle = undefined;
    callback();
  }

  get #isFree(): boolean {
    return this.#agreement !== undefined && !this.#wire.isStalled && this.#table.inFlight < this.#shell.maxInFlight;
  }

  #put(pending: Pending): void {
    const { ticket } = pending;
    const agreement = this.#agreement;
    if (agreement === undefined) return;
    const { codec, server } = agreement;
    const capability = missingCapability(ticket.method, server);
    if (capability !== undefined) {
      this.#shell.refuse(pending, { code: "CAPABILITY", capability });
      return;
    }
    const id = this.#shell.nextId();
    const isAttempt = pending.task === undefined;
    const again = isAttempt && pending.attempts > 0 ? this.#shell.newToken() : undefined;
    const token = again ?? (isAttempt ? ticket.token : undefined);
    const encoded = encode(pending, this.#shell.askOf(pending, agreement), codec, id, token);
    if (!encoded.ok) {
      this.#shell.refuse(pending, encoded.failure);
      return;
    }
    const isRetry = isAttempt && pending.attempts > 0 && !pending.isNextLeg;
    const sequence = this.#wire.write(encoded.text, encoded.head);
    this.#table.beginAttempt(pending, { id, sequence, wireToken: again, codec });
    this.#unaccepted.add(pending);
    if (isRetry) this.#shell.retried(pending);
    if (isAttempt) pending.process?.send({ type: "attempt" });
    this.look();
  }
}
