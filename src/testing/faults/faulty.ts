import {
  type Definition,
  type ExitReason,
  isOrderly,
  noreply,
  type Process,
  type Self,
  server,
  shutdownWith,
} from "../../../actors/index.js";
import type { RequestId } from "../../protocol/message.js";
import { LineSplitter } from "../../transport/lines.js";
import type {
  Frame,
  HttpTransportProtocol,
  HttpTransportRef,
  TransportDefinition,
  TransportNews,
  TransportRef,
  TransportSetup,
} from "../../transport/transport.js";
import { garbled, truncated } from "./fault.js";
import type { Hit, Look } from "./faults.js";
import { Lane } from "./lane.js";
import { Receipts } from "./receipts.js";

interface Faulty extends HttpTransportProtocol {
  info: TransportNews | { readonly type: "resume" };
}

type Received = Extract<TransportNews, { readonly type: "received" }>;

/** What waits in the lane towards the client: a message, or the transport's end behind it. */
type Inbound =
  | { readonly type: "text"; readonly text: string; readonly via: RequestId | undefined }
  | { readonly type: "end"; readonly reason: ExitReason };

/** A frame on its way to the server: what is sent for it, none or several. */
interface Outbound {
  readonly frame: Frame;
  readonly texts: readonly string[];
}

/** A transport around another one, whose messages meet with faults on their way. */
export function faulty(inner: TransportDefinition, look: (passing: Look) => Hit | undefined): TransportDefinition {
  const definition = server<Faulty>("faulty transport")<FaultyTransport, TransportSetup>({
    init(setup, self) {
      self.trapExit = true;
      return new FaultyTransport(inner, look, setup, self);
    },
    calls: {},
    casts: {
      write(frame, it) {
        it.write(frame);
        return noreply(it);
      },
      abandon(id, it) {
        it.inner.cast("abandon", id);
        return noreply(it);
      },
      reopen(_nothing, it) {
        it.inner.cast("reopen");
        return noreply(it);
      },
    },
    info(message, it) {
      if (message.type === "EXIT") it.exited(message.process, message.reason);
      else if (message.type === "resume") it.resume();
      else if (message.type !== "DOWN") it.hear(message);
      return noreply(it);
    },
    async terminate(reason, it) {
      if (isOrderly(reason)) await it.inner[Symbol.asyncDispose]();
    },
  });
  return definition as Definition<TransportSetup, TransportRef>;
}

class FaultyTransport {
  readonly inner: HttpTransportRef;
  readonly #look: (passing: Look) => Hit | undefined;
  readonly #setup: TransportSetup;
  readonly #self: Self<Faulty["info"]>;
  readonly #out = new Lane<Outbound>();
  readonly #in = new Lane<Inbound>();
  readonly #receipts: Receipts;
  readonly #lines = new LineSplitter();
  /** What a `merge` holds back for the next one. */
  #held = "";
  #isEnding = false;

  constructor(
    inner: TransportDefinition,
    look: (passing: Look) => Hit | undefined,
    setup: TransportSetup,
    self: Self<Faulty["info"]>,
  ) {
    this.#look = look;
    this.#setup = setup;
    this.#self = self;
    const { connection, incarnation } = setup;
    this.#receipts = new Receipts((upTo) => connection.send({ type: "accepted", incarnation, upTo }));
    const connected = { connection: self.process as Process<TransportNews>, incarnation };
    this.inner = self.spawnLink(inner, connected) as HttpTransportRef;
    self.own(() => {
      this.inner.exit("kill");
      return this.inner.exited;
    });
  }

  get #now(): number {
    return this.#self.runtime.clock.now();
  }

  // Towards the server

  write(frame: Frame): void {
    const hit = this.#hit("sent", JSON.parse(frame.text));
    const texts = this.#texts(frame.text, hit, this.#out);
    if (texts === undefined) return;
    if (!this.#out.isBlocked(this.#now)) {
      this.#send({ frame, texts });
      return;
    }
    this.#out.add({ frame, texts });
    const { connection, incarnation } = this.#setup;
    if (hit?.fault.type === "stall") connection.send({ type: "stalled", incarnation, begun: frame.sequence });
    this.#schedule();
  }

  #send({ frame, texts }: Outbound): void {
    if (texts.length === 0) this.#receipts.swallowed(frame.sequence);
    for (const text of texts) {
      this.inner.cast("write", { text, sequence: this.#receipts.handedOver(frame.sequence), head: frame.head });
    }
  }

  // Towards the client

  hear(news: TransportNews): void {
    const { connection, incarnation } = this.#setup;
    if (news.type === "received") this.#receive(news);
    else if (news.type === "accepted") this.#receipts.accepted(news.upTo);
    else if (news.type === "stalled")
      connection.send({ type: "stalled", incarnation, begun: this.#receipts.outerOf(news.begun) });
    else connection.send(news);
  }

  #receive({ value, via }: Received): void {
    const hit = this.#hit("received", value);
    const texts = this.#texts(JSON.stringify(value), hit, this.#in);
    if (texts === undefined) return;
    for (const text of texts) this.#pass({ type: "text", text: `${text}\n`, via }, hit);
  }

  #pass(item: Inbound, hit: Hit | undefined): void {
    if (this.#in.isBlocked(this.#now)) {
      this.#in.add(item);
      this.#schedule();
    } else {
      this.#deliver(item, hit);
    }
  }

  #deliver(item: Inbound, hit: Hit | undefined): void {
    if (item.type === "end") {
      this.#self.exit(item.reason);
      return;
    }
    if (hit?.fault.type === "merge") {
      this.#held += item.text;
      return;
    }
    const bytes = Buffer.from(this.#held + item.text);
    this.#held = "";
    const at = hit?.fault.type === "split" ? Math.floor(hit.random() * bytes.length) : bytes.length;
    for (const chunk of [bytes.subarray(0, at), bytes.subarray(at)]) {
      this.#lines.push(chunk, (line) => this.#emit(line, item.via));
    }
  }

  #emit(line: string, via: RequestId | undefined): void {
    const { connection, incarnation } = this.#setup;
    try {
      connection.send({ type: "received", incarnation, value: JSON.parse(line), via });
    } catch {
      connection.send({ type: "noise", incarnation, line });
    }
  }

  /** The inner transport has ended: behind what is still on its way. */
  exited(process: Process | undefined, reason: ExitReason): void {
    if (process !== this.inner || this.#isEnding) return;
    this.#pass({ type: "end", reason }, undefined);
  }

  // Faults

  #hit(direction: Look["direction"], message: unknown): Hit | undefined {
    return this.#look({ direction, message, now: this.#now, incarnation: this.#setup.incarnation });
  }

  /** What becomes of a message's text; `undefined` when the transport ends with it. */
  #texts(text: string, hit: Hit | undefined, lane: Lane<Outbound> | Lane<Inbound>): readonly string[] | undefined {
    if (hit === undefined) return [text];
    const { fault, random } = hit;
    switch (fault.type) {
      case "drop":
        return [];
      case "duplicate":
        return Array.from({ length: fault.copies + 1 }, () => text);
      case "truncate":
        return [truncated(text, random)];
      case "garble":
        return [garbled(text, random)];
      case "delay":
        lane.block(this.#now, fault.from + random() * (fault.to - fault.from));
        return [text];
      case "stall":
        lane.block(this.#now, fault.ms);
        return [text];
      case "cut":
        this.#isEnding = true;
        this.#self.exit(shutdownWith({ message: fault.message }));
        return undefined;
      case "split":
      case "merge":
        return [text];
    }
  }

  /** Lets pass what may by now. */
  resume(): void {
    for (let item = this.#out.take(this.#now); item !== undefined; item = this.#out.take(this.#now)) this.#send(item);
    for (let item = this.#in.take(this.#now); item !== undefined; item = this.#in.take(this.#now)) {
      this.#deliver(item, undefined);
    }
    this.#schedule();
  }

  #schedule(): void {
    for (const lane of [this.#out, this.#in]) {
      const wait = lane.wait(this.#now);
      if (wait !== undefined && wait !== Number.POSITIVE_INFINITY) this.#self.sendAfter(wait, { type: "resume" });
    }
  }
}
