import type { RequestId } from "../../protocol/message.js";
import type { Frame, RequestFailure, TransportEnd } from "../transport.js";
import { Body } from "./body.js";
import type { ErrandHandler } from "./courier.js";
import { EventStream } from "./event-stream.js";
import { cut, noAnswer } from "./failures.js";
import type { Leg, LegHead, LegTrouble } from "./leg.js";
import { judgeReply, parse } from "./reply.js";
import { retryAfterOf } from "./retry-after.js";
import { EVENTS, type HttpShell, isEventStream } from "./shell.js";

/** What the older transport tells whoever keeps it. */
export interface LegacySseKeeper {
  /** The server has named the address that messages go to. */
  opened(): void;
  /** The stream is over, or never was; told once. Nothing more can come. */
  ended(end: TransportEnd): void;
}

/**
 * The HTTP+SSE transport: one stream on which everything comes, whose first event names the address that everything goes
 * to. There is no resumption: its end is the transport's.
 *
 * Source: MCP specification, revision 2024-11-05, "Transports", HTTP with SSE.
 */
export class LegacySse implements ErrandHandler {
  readonly #shell: HttpShell;
  readonly #keeper: LegacySseKeeper;
  #leg: Leg | undefined = undefined;
  #stream: EventStream | undefined = undefined;
  #address: URL | undefined = undefined;
  #hasEnded = false;

  constructor(shell: HttpShell, keeper: LegacySseKeeper) {
    this.#shell = shell;
    this.#keeper = keeper;
  }

  open(): void {
    const headers = { accept: EVENTS };
    this.#leg = this.#shell.courier.send({ method: "GET", about: "its stream", headers, isStream: true }, this);
  }

  close(): void {
    this.#hasEnded = true;
    this.#leg?.abort();
  }

  /** Where messages go; `undefined` until the server has said it. */
  get address(): URL | undefined {
    return this.#address;
  }

  head({ status, header }: LegHead): void {
    if (status === 200 && isEventStream(header("content-type"))) {
      const event = (name: string, data: string) => this.#event(name, data);
      const tooLarge = () => this.#end(`The server sent a message of more than ${this.#shell.limit} bytes`);
      this.#stream = new EventStream(this.#shell.limit, { event, tooLarge });
    } else {
      this.#end(`Expected the server to open an event stream, got HTTP ${status}`);
    }
  }

  data(chunk: Uint8Array): void {
    this.#stream?.feed(chunk);
  }

  end(): void {
    this.#end("The server closed its event stream");
  }

  fail({ cause }: LegTrouble): void {
    this.#end(
      this.#stream === undefined ? "The server could not be reached" : "The server's event stream broke",
      cause,
    );
  }

  refuse({ failure }: RequestFailure): void {
    this.#end(failure.code === "HTTP" ? failure.message : `The server refused its event stream: ${failure.code}`);
  }

  #event(name: string, data: string): void {
    if (name === "endpoint") this.#name(data);
    else if (name === "message" && data !== "") {
      const value = parse(data);
      if (value !== undefined) this.#shell.received(value);
    }
  }

  #name(data: string): void {
    if (this.#address !== undefined) return;
    const { url } = this.#shell.courier.endpoint;
    const address = URL.canParse(data, url.href) ? new URL(data, url) : undefined;
    if (address?.origin !== url.origin) {
      this.#end(`Expected the server's \`endpoint\` to be of its own origin, ${url.origin}`);
      return;
    }
    address.username = "";
    address.password = "";
    this.#address = address;
    this.#keeper.opened();
  }

  #end(message: string, cause?: unknown): void {
    if (this.#hasEnded) return;
    this.close();
    this.#keeper.ended({ message, cause });
  }
}

/** One request as one POST of the older transport: its answer comes elsewhere, so that only a refusal counts here. */
export class LegacyPost implements ErrandHandler {
  readonly #id: RequestId;
  readonly #method: string;
  readonly #shell: HttpShell;
  readonly #done: () => void;
  readonly #body: Body;
  #leg: Leg | undefined = undefined;
  #response: LegHead | undefined = undefined;

  constructor(id: RequestId, method: string, shell: HttpShell, done: () => void) {
    this.#id = id;
    this.#method = method;
    this.#shell = shell;
    this.#done = done;
    this.#body = new Body(shell.limit);
  }

  begin({ text, head }: Frame, url: URL): void {
    const headers = { ...head.headers, "content-type": "application/json" };
    this.#leg = this.#shell.courier.send({ method: "POST", about: this.#method, url, headers, body: text }, this);
  }

  abort(): void {
    this.#leg?.abort();
  }

  head(head: LegHead): void {
    this.#response = head;
  }

  data(chunk: Uint8Array): void {
    this.#body.push(chunk);
  }

  end(): void {
    this.#done();
    const { status = 0, header } = this.#response ?? {};
    if (status >= 200 && status < 300) return;
    const retryAfter = retryAfterOf(header?.("retry-after"), Date.now());
    const facts = { id: this.#id, method: this.#method, status, retryAfter, hadSession: false };
    const reply = judgeReply(this.#body.text, facts);
    if (reply.kind === "received") this.#shell.received(reply.value, this.#id);
    else this.#fail(reply.kind === "failed" ? reply.failure : noAnswer(status, "The server has forgotten the session"));
  }

  fail({ wasSent, cause }: LegTrouble): void {
    this.#done();
    // The stream may still bring the answer; it is over at the latest when the stream is.
    if (this.#response !== undefined) return;
    this.#fail(
      cut(
        this.#shell.incarnation,
        wasSent ? "unknown" : "not_sent",
        "The connection to the server broke while the request was sent",
        cause,
      ),
    );
  }

  refuse(failure: RequestFailure): void {
    this.#done();
    this.#fail(failure);
  }

  #fail(failure: RequestFailure): void {
    this.#shell.failed(this.#id, failure);
  }
}
