import type { RequestId } from "../../protocol/message.js";
import type { Frame, MessageHead, RequestFailure } from "../transport.js";
import { Body } from "./body.js";
import type { ErrandHandler } from "./courier.js";
import { EventStream } from "./event-stream.js";
import { cut, noAnswer, sessionGone, tooLarge } from "./failures.js";
import type { Leg, LegHead, LegTrouble } from "./leg.js";
import { carriesResponseTo, isModernError, isResponse, judgeReply, parse } from "./reply.js";
import { Resumption } from "./resumption.js";
import { retryAfterOf } from "./retry-after.js";
import { isOfSession } from "./session.js";
import { type HttpShell, isEventStream, JSON_AND_EVENTS } from "./shell.js";

/** Milliseconds a server may keep a stream open on which the answer has come. */
const LINGER = 1_000;

export type RequestHead = MessageHead & { readonly kind: "request" };

/** What an exchange tells whoever keeps it. */
export interface ExchangeKeeper {
  /** The request is answered, or has failed. */
  settled(id: RequestId): void;
  /**
   * `initialize` was refused as a server refuses it that only knows the transport of 2024-11-05. Says whether that one is
   * tried; then nothing more is told of the request.
   */
  fellBack(failure: RequestFailure): boolean;
}

/**
 * One request of ours as one POST: its answer comes as JSON, or on an event stream of its own, which may be taken up
 * again when it was cut.
 *
 *     posted ─▶ body ─────────────▶ settled
 *          └──▶ stream ─▶ response ─▶ settled
 *                 └─ cut ─▶ resumption ─▶ stream
 */
export class Exchange implements ErrandHandler {
  readonly id: RequestId;
  readonly #head: RequestHead;
  readonly #shell: HttpShell;
  readonly #keeper: ExchangeKeeper;
  readonly #session: string | undefined;
  readonly #mayResume: boolean;
  #leg: Leg | undefined = undefined;
  #response: LegHead | undefined = undefined;
  #body: Body | undefined = undefined;
  #stream: EventStream | undefined = undefined;
  #resumption: Resumption | undefined = undefined;
  #stopLingering: (() => void) | undefined = undefined;
  #isSettled = false;

  constructor(frame: Frame, head: RequestHead, shell: HttpShell, keeper: ExchangeKeeper) {
    this.id = head.id;
    this.#head = head;
    this.#shell = shell;
    this.#keeper = keeper;
    const isBound = isOfSession(frame) && head.method !== "initialize";
    this.#session = isBound ? shell.session.id : undefined;
    this.#mayResume = isBound;
  }

  begin(text: string): void {
    const { method, headers } = this.#head;
    const session = this.#session === undefined ? undefined : this.#shell.session.headers;
    this.#leg = this.#shell.courier.send(
      {
        method: "POST",
        about: method,
        headers: { ...headers, ...session, "content-type": "application/json", accept: JSON_AND_EVENTS },
        body: text,
        isStream: method === "subscriptions/listen",
      },
      this,
    );
  }

  /** Nobody waits for the answer any more. */
  abort(): void {
    this.#isSettled = true;
    this.#stopLingering?.();
    this.#resumption?.stop();
    this.#leg?.abort();
  }

  head(head: LegHead): void {
    this.#response = head;
    const isGood = head.status >= 200 && head.status < 300;
    if (isGood && this.#head.method === "initialize") this.#shell.session.begin(head.header("mcp-session-id"));
    if (isGood && isEventStream(head.header("content-type"))) this.#stream = this.#read(undefined);
    else this.#body = new Body(this.#shell.limit);
  }

  data(chunk: Uint8Array): void {
    if (this.#stream !== undefined) {
      this.#stream.feed(chunk);
    } else if (this.#body?.push(chunk) === false) {
      this.#leg?.abort();
      this.#fail(tooLarge(this.#shell.limit));
    }
  }

  end(): void {
    this.#stopLingering?.();
    if (this.#stream !== undefined) this.#cut(undefined);
    else this.#judge(this.#body?.text ?? "");
  }

  fail({ wasSent, isAbsence, cause }: LegTrouble): void {
    this.#stopLingering?.();
    if (this.#isSettled) return;
    if (this.#stream !== undefined) {
      this.#cut(cause);
      return;
    }
    if (isAbsence) this.#shell.unreachable(cause);
    const message = wasSent
      ? "The connection to the server broke before the answer came"
      : "The server could not be reached";
    this.#fail(cut(this.#shell.incarnation, wasSent ? "unknown" : "not_sent", message, cause));
  }

  refuse(failure: RequestFailure): void {
    this.#fail(failure);
  }

  #judge(text: string): void {
    if (this.#isSettled || this.#response === undefined) return;
    const { status, header } = this.#response;
    const { method } = this.#head;
    const retryAfter = retryAfterOf(header("retry-after"), Date.now());
    const reply = judgeReply(text, {
      id: this.id,
      method,
      status,
      retryAfter,
      hadSession: this.#session !== undefined,
    });
    if (method === "initialize" && (status === 400 || status === 404 || status === 405) && !isModernError(text)) {
      const failure = reply.kind === "failed" ? reply.failure : noAnswer(status, `The server refused ${method}`);
      if (this.#keeper.fellBack(failure)) {
        this.#isSettled = true;
        return;
      }
    }
    if (reply.kind === "failed") this.#fail(reply.failure);
    else if (reply.kind === "forgotten") this.#forgotten();
    else this.#answer(reply.value);
  }

  #forgotten(): void {
    this.#shell.forgotten(this.#session);
    this.#fail(sessionGone());
  }

  #read(before: EventStream | undefined): EventStream {
    const event = (name: string, data: string) => {
      if (name === "message" && data !== "") this.#message(parse(data));
    };
    const overflow = () => {
      this.#leg?.abort();
      this.#resumption?.stop();
      this.#fail(tooLarge(this.#shell.limit));
    };
    return new EventStream(this.#shell.limit, { event, tooLarge: overflow }, before);
  }

  #message(value: unknown): void {
    if (!this.#isSettled && carriesResponseTo(value, this.id)) {
      this.#answer(value);
      // Most servers end the stream with it; the others do not get to keep the socket.
      this.#stopLingering = this.#shell.after(LINGER, () => this.abort());
    } else if (!this.#isSettled && isResponse(value)) {
      const { method } = this.#head;
      this.#fail(noAnswer(200, `Expected an answer to ${method}, got the answer to another request`));
      this.abort();
    } else if (value !== undefined) {
      this.#shell.received(value, this.id);
    }
  }

  /** The stream has ended, and the answer has not come on it. */
  #cut(cause: unknown): void {
    if (this.#isSettled) return;
    const stream = this.#stream;
    if (stream?.lastEventId === undefined || !this.#mayResume) {
      this.#fail(this.#lost(cause));
      return;
    }
    this.#resumption ??= new Resumption(this.#shell, {
      opened: (before) => {
        this.#stream = this.#read(before);
        return this.#stream;
      },
      failed: (trouble) => this.#fail(this.#lost(trouble)),
      forgotten: () => {
        this.#shell.forgotten(this.#session);
        this.#fail(this.#lost(undefined));
      },
    });
    this.#resumption.goOn(stream);
  }

  #lost(cause: unknown): RequestFailure {
    const message = "The server's response stream ended before the answer came";
    return cut(this.#shell.incarnation, "unknown", message, cause);
  }

  #answer(value: unknown): void {
    this.#isSettled = true;
    if (this.#session !== undefined && this.#session === this.#shell.session.id) this.#shell.session.isProven = true;
    this.#keeper.settled(this.id);
    this.#shell.received(value, this.id);
  }

  #fail(failure: RequestFailure): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#keeper.settled(this.id);
    this.#shell.failed(this.id, failure);
  }
}
