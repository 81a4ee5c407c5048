import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceParser } from "eventsource-parser";
import { clampRetry } from "./retry-after.js";

/** Who hears of an event stream. */
export interface EventStreamReader {
  /** `name` is `message` where the event has none. */
  event(name: string, data: string): void;
  /** One event is larger than it may be: nothing more is read. */
  tooLarge(): void;
}

const BYTE_ORDER_MARK = 0xfeff;

/**
 * Reads one connection's worth of `text/event-stream`, and remembers what is needed to go on over another connection.
 *
 * Source: HTML standard, "Server-sent events".
 */
export class EventStream {
  readonly #limit: number;
  readonly #reader: EventStreamReader;
  readonly #parser: EventSourceParser;
  readonly #decoder = new StringDecoder("utf8");
  #isDead = false;
  #isFirst = true;
  /** The id of the latest event that had one; an empty one means none. */
  lastEventId: string | undefined;
  /** Milliseconds the server asked to wait before the next connection, clamped. */
  retry: number | undefined;
  /** Whether any event came. */
  hasSpoken = false;

  /** `limit`: characters an event may have. `before`: what an earlier connection of the same stream left behind. */
  constructor(limit: number, reader: EventStreamReader, before?: Pick<EventStream, "lastEventId" | "retry">) {
    this.#limit = limit;
    this.#reader = reader;
    this.lastEventId = before?.lastEventId;
    this.retry = before?.retry;
    this.#parser = createParser({
      maxBufferSize: limit,
      onEvent: ({ id, event, data }) => {
        if (this.#isDead) return;
        this.hasSpoken = true;
        if (id !== undefined) this.lastEventId = id === "" ? undefined : id;
        if (data.length > this.#limit) this.#die();
        else reader.event(event ?? "message", data);
      },
      onRetry: (retry) => {
        this.hasSpoken = true;
        this.retry = clampRetry(retry);
      },
      onError: ({ type }) => {
        if (type === "max-buffer-size-exceeded") this.#die();
      },
    });
  }

  feed(chunk: Uint8Array): void {
    if (this.#isDead) return;
    const text = this.#decoder.write(chunk as Buffer);
    if (text === "") return;
    // The parser looks for a byte order mark's three bytes, which are one character by now.
    this.#parser.feed(this.#isFirst && text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
    this.#isFirst = false;
  }

  #die(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#reader.tooLarge();
  }
}
