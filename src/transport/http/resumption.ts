import type { RequestFailure } from "../transport.js";
import type { ErrandHandler } from "./courier.js";
import type { EventStream } from "./event-stream.js";
import type { Leg, LegHead, LegTrouble } from "./leg.js";
import { EVENTS, type HttpShell, isEventStream } from "./shell.js";

/** Milliseconds until the next connection where the server names none. */
const PAUSE = 100;
/** Connections in a row that may break before they bring an event. */
const MOST_TRIES = 5;

/** What a resumption tells the exchange whose stream it takes up again. */
export interface ResumptionOwner {
  /** The stream goes on: what is left of it is read by the stream returned. */
  opened(before: EventStream): EventStream;
  /** It does not. */
  failed(cause: unknown): void;
  /** The server does not know the session any more. */
  forgotten(): void;
}

/**
 * Takes up a response stream that ended before the answer, as often as it takes: a server may close it at any time to be
 * polled. It goes on where the last event with an id was.
 *
 * Source: MCP specification, revision 2025-11-25, "Transports", Resumability and Redelivery.
 */
export class Resumption implements ErrandHandler {
  readonly #shell: HttpShell;
  readonly #owner: ResumptionOwner;
  #before: EventStream | undefined = undefined;
  #stream: EventStream | undefined = undefined;
  #leg: Leg | undefined = undefined;
  #cancelTimer: (() => void) | undefined = undefined;
  /** Connections in a row that broke. */
  #tries = 0;
  #isStopped = false;

  constructor(shell: HttpShell, owner: ResumptionOwner) {
    this.#shell = shell;
    this.#owner = owner;
  }

  goOn(before: EventStream): void {
    this.#before = before;
    const pause = Math.max(before.retry ?? PAUSE, PAUSE * 2 ** this.#tries);
    this.#cancelTimer = this.#shell.after(pause, () => this.#open(before));
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#leg?.abort();
  }

  #open({ lastEventId = "" }: EventStream): void {
    const headers = { ...this.#shell.session.allHeaders, accept: EVENTS, "last-event-id": lastEventId };
    this.#leg = this.#shell.courier.send({ method: "GET", about: "a stream", headers, isStream: true }, this);
  }

  head({ status, header }: LegHead): void {
    if (this.#before === undefined) return;
    if (status === 200 && isEventStream(header("content-type"))) {
      this.#tries = 0;
      this.#stream = this.#owner.opened(this.#before);
      return;
    }
    this.stop();
    if (status === 404 && this.#shell.session.id !== undefined) this.#owner.forgotten();
    else this.#owner.failed(new Error(`The server did not go on with a stream: HTTP ${status}`));
  }

  data(chunk: Uint8Array): void {
    this.#stream?.feed(chunk);
  }

  end(): void {
    this.#cut(undefined);
  }

  fail({ isAbsence, cause }: LegTrouble): void {
    if (this.#stream === undefined) this.#tries++;
    if (isAbsence) this.#shell.unreachable(cause);
    if (isAbsence || this.#tries >= MOST_TRIES) this.#end(cause);
    else this.#cut(cause);
  }

  refuse({ failure }: RequestFailure): void {
    this.#end(new Error(`The server did not go on with a stream: ${failure.code}`));
  }

  #cut(cause: unknown): void {
    const before = this.#stream ?? this.#before;
    this.#stream = undefined;
    if (this.#isStopped || before === undefined) return;
    if (before.lastEventId === undefined) this.#end(cause);
    else this.goOn(before);
  }

  #end(cause: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#owner.failed(cause);
  }
}
