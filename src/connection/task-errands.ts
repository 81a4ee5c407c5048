import type { Ask, Codec } from "../protocol/codec.js";
import type { Pending } from "./pending.js";
import type { Wire } from "./wire.js";

/** A request of the connection's own about a task. */
export interface Errand {
  /** `call`: was given up before its answer, and may have become a task. */
  readonly kind: "update" | "result" | "call";
  readonly pending: Pending;
  readonly codec: Codec;
}

/** Ids that are remembered because of answers that may still come. */
const REMEMBERED = 1_024;

/**
 * The requests about tasks that go out beside the polls, and never queue: what the host answered, what the result is
 * fetched with, and what ends a task. Found by their ids.
 */
export class TaskErrands {
  readonly #wire: Wire;
  readonly #nextId: () => number;
  readonly #errands = new Map<number, Errand>();
  readonly #calls = new Map<number, Errand>();
  /** Whatever is answered to these is no news. */
  readonly #ignored = new Set<number>();

  constructor(wire: Wire, nextId: () => number) {
    this.#wire = wire;
    this.#nextId = nextId;
  }

  /** @throws what JSON cannot carry. */
  send(kind: "update" | "result", pending: Pending, codec: Codec, ask: Ask): number {
    const id = this.#nextId();
    const text = JSON.stringify(codec.request(id, ask, undefined));
    const headers = { ...pending.ticket.headers, ...codec.headers(ask.method, ask.params) };
    this.#errands.set(id, { kind, pending, codec });
    this.#wire.write(text, { kind: "request", id, method: ask.method, headers });
    return id;
  }

  /** Sends a request whose answer nobody waits for. Where messages travel by themselves it goes as a notification would. */
  tell({ ticket }: Pending, codec: Codec, ask: Ask): void {
    const id = this.#nextId();
    const text = JSON.stringify(codec.request(id, ask, undefined));
    const headers = { ...ticket.headers, ...codec.headers(ask.method, ask.params) };
    remember(this.#ignored, id);
    this.#wire.write(text, { kind: "notification", method: ask.method, headers });
  }

  /** Remembers a call that was given up, should its answer be a task that nobody waits for. */
  watch(pending: Pending, id: number, codec: Codec): void {
    this.#calls.set(id, { kind: "call", pending, codec });
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > REMEMBERED && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** The operation a request on the wire belongs to. */
  of(id: unknown): Pending | undefined {
    return this.#errands.get(id as number)?.pending;
  }

  /** Takes an errand that has come to its end. */
  take(id: unknown): Errand | "ignored" | undefined {
    const key = id as number;
    if (this.#ignored.delete(key)) return "ignored";
    const errand = this.#errands.get(key) ?? this.#calls.get(key);
    this.#errands.delete(key);
    this.#calls.delete(key);
    return errand;
  }

  /** Nobody waits for the answer to this request any more. */
  ignore(id: number | undefined): void {
    if (id === undefined) return;
    this.#errands.delete(id);
    remember(this.#ignored, id);
    this.#wire.abandon(id);
  }

  /** The transport has ended: nothing is answered any more. */
  clear(): void {
    this.#errands.clear();
    this.#calls.clear();
    this.#ignored.clear();
  }
}

function remember(ids: Set<number>, id: number): void {
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > REMEMBERED && oldest !== undefined) ids.delete(oldest);
}
