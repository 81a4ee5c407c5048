import type { Frame, RequestFailure } from "../transport.js";
import type { ErrandHandler } from "./courier.js";
import type { Leg, LegHead, LegTrouble } from "./leg.js";
import { isOfSession } from "./session.js";
import { type HttpShell, isEventStream, JSON_AND_EVENTS } from "./shell.js";

/** One message that is no request, as one POST: a notification, or the answer to a request of the server's. */
export class Notice implements ErrandHandler {
  readonly #about: string;
  readonly #shell: HttpShell;
  readonly #session: string | undefined;
  readonly #done: (isAccepted: boolean) => void;
  #leg: Leg | undefined = undefined;
  #status = 0;
  #isDone = false;

  /** `done` is called once, unless it is aborted. */
  constructor(frame: Frame, shell: HttpShell, done: (isAccepted: boolean) => void) {
    this.#about = frame.head.kind === "notification" ? frame.head.method : "an answer";
    this.#shell = shell;
    this.#session = isOfSession(frame) ? shell.session.id : undefined;
    this.#done = done;
  }

  begin({ text, head }: Frame, url?: URL): void {
    const session = this.#session === undefined ? undefined : this.#shell.session.headers;
    const headers = { ...head.headers, ...session, "content-type": "application/json", accept: JSON_AND_EVENTS };
    this.#leg = this.#shell.courier.send({ method: "POST", about: this.#about, url, headers, body: text }, this);
  }

  abort(): void {
    this.#leg?.abort();
  }

  head({ status, header }: LegHead): void {
    this.#status = status;
    if (!this.#isAccepted) return;
    this.#finish(true);
    // A stream, for something that is not answered, would hold its socket for ever.
    if (isEventStream(header("content-type"))) this.#leg?.abort();
  }

  data(): void {
    // There is nothing to say to it.
  }

  end(): void {
    if (this.#isAccepted) return;
    this.#finish(false);
    if (this.#status === 404 && this.#session !== undefined) this.#shell.doubted(this.#session);
    else this.#shell.warn(`The server did not take ${this.#about}: HTTP ${this.#status}`);
  }

  fail({ isAbsence, cause }: LegTrouble): void {
    if (this.#isDone) return;
    this.#finish(false);
    // Without it the handshake is not done, and the server's own stream not due: that is to be begun anew.
    if (isAbsence || this.#about === "notifications/initialized") this.#shell.unreachable(cause);
    else this.#shell.warn(`The connection broke while ${this.#about} was sent`, cause);
  }

  refuse({ failure }: RequestFailure): void {
    this.#finish(false);
    this.#shell.warn(`The server did not take ${this.#about}: ${failure.code}`);
  }

  get #isAccepted(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  #finish(isAccepted: boolean): void {
    this.#isDone = true;
    this.#done(isAccepted);
  }
}
