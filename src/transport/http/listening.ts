import type { RequestFailure } from "../transport.js";
import type { ErrandHandler } from "./courier.js";
import { EventStream } from "./event-stream.js";
import type { Leg, LegHead, LegTrouble } from "./leg.js";
import { parse } from "./reply.js";
import { EVENTS, type HttpShell, isEventStream } from "./shell.js";

/** Milliseconds until the next connection; doubled for each in a row that brought nothing. */
const PAUSE = 100;
/** The longest pause after a stream that the server opened and closed without a word. */
const LONGEST_QUIET = 500;
/** The longest pause after a connection that failed. */
const LONGEST = 10_000;

/**
 * The stream on which a server of the legacy era says what belongs to no request. It may be closed any number of times
 * and is opened again, where it left off if its events have ids; a server need not offer it.
 *
 * Source: MCP specification, revision 2025-11-25, "Transports", Listening for Messages from the Server.
 */
export class Listening implements ErrandHandler {
  readonly #shell: HttpShell;
  readonly #session: string | undefined;
  #stream: EventStream | undefined = undefined;
  #isOpen = false;
  #leg: Leg | undefined = undefined;
  #cancelTimer: (() => void) | undefined = undefined;
  /** Connections in a row that brought nothing. */
  #vain = 0;
  #isStopped = false;

  constructor(shell: HttpShell) {
    this.#shell = shell;
    this.#session = shell.session.id;
  }

  start(): void {
    if (this.#isStopped) return;
    const lastEventId = this.#stream?.lastEventId;
    const resume = lastEventId === undefined ? undefined : { "last-event-id": lastEventId };
    const headers = { ...this.#shell.session.allHeaders, ...resume, accept: EVENTS };
    this.#leg = this.#shell.courier.send({ method: "GET", about: "a stream", headers, isStream: true }, this);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#leg?.abort();
  }

  head({ status, header }: LegHead): void {
    if (status >= 200 && status < 300 && isEventStream(header("content-type"))) {
      this.#isOpen = true;
      this.#shell.session.isProven = true;
      this.#stream = this.#read(this.#stream);
      return;
    }
    this.#leg?.abort();
    if (status === 404 && this.#session !== undefined) {
      this.stop();
      this.#shell.doubted(this.#session);
    } else if (status >= 500 || status === 429 || status === 408) {
      this.#again(LONGEST);
    } else if (this.#stream?.lastEventId !== undefined) {
      // It may only be that the server cannot go on there.
      this.#stream = undefined;
      this.#again(LONGEST);
    } else {
      this.stop();
      if (status !== 405 && status !== 404) this.#shell.warn(`The server offers no stream of its own: HTTP ${status}`);
    }
  }

  data(chunk: Uint8Array): void {
    this.#stream?.feed(chunk);
  }

  end(): void {
    const isFruitful = this.#isOpen && this.#stream?.hasSpoken === true;
    if (isFruitful) this.#vain = 0;
    this.#again(this.#isOpen ? LONGEST_QUIET : LONGEST);
  }

  fail({ isAbsence, cause }: LegTrouble): void {
    if (this.#isOpen || !isAbsence) {
      this.end();
      return;
    }
    this.stop();
    this.#shell.unreachable(cause);
  }

  refuse({ failure }: RequestFailure): void {
    this.stop();
    this.#shell.warn(`The server's own stream cannot be opened: ${failure.code}`);
  }

  #read(before: EventStream | undefined): EventStream {
    const event = (name: string, data: string) => {
      if (name !== "message" || data === "") return;
      const value = parse(data);
      if (value !== undefined) this.#shell.received(value);
    };
    const tooLarge = () => {
      this.#leg?.abort();
      this.#shell.warn(`A message on the server's own stream has more than ${this.#shell.limit} bytes`);
      this.#again(LONGEST);
    };
    return new EventStream(this.#shell.limit, { event, tooLarge }, before);
  }

  #again(longest: number): void {
    this.#isOpen = false;
    if (this.#isStopped) return;
    const pause = Math.min(PAUSE * 2 ** this.#vain, longest);
    this.#vain = Math.min(this.#vain + 1, 20);
    this.#cancelTimer = this.#shell.after(Math.max(pause, this.#stream?.retry ?? 0), () => this.start());
  }
}
