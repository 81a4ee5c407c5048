import { type Clock, RealClock } from "../../../actors/index.js";
import type { Client } from "../../client/client.js";
import { cleanServerText } from "../../protocol/server-text.js";
import type { FaultEvent } from "../faults/faults.js";
import { watchClient } from "./client-events.js";
import { describeMessage } from "./describe.js";
import { printed } from "./print.js";
import { recordedClient } from "./recorded-client.js";

/** One line of a {@link Recorder}. */
export interface RecordedEvent {
  /** Milliseconds since the recorder was made, on its clock. */
  readonly at: number;
  /** Whom it happened to: the name that the client, the server or the faults were given. */
  readonly who: string;
  /** What happened, in one word: `state`, `call`, `progress`, `settled`, `lost`, `received`, … */
  readonly event: string;
  /** More about it, on one line; may be empty. */
  readonly details: string;
}

/** How a {@link Recorder} records. */
export interface RecorderOptions {
  /** Where its times come from: the `clock` of `testRuntime` for virtual ones; default: Node's clock. */
  readonly clock?: Clock | undefined;
  /** How many events are kept; past that the oldest goes. Default 10,000. */
  readonly limit?: number | undefined;
}

/** How a {@link Recorder} is printed. */
export interface PrintOptions {
  /** Only so many of the latest events; default: all that are kept. */
  readonly last?: number | undefined;
}

/** What tells which messages it receives: a scripted server of this kit. */
export interface MessageSource {
  /** Calls `hear` with every message when it is read, until the returned function is called. */
  onReceived(hear: (message: Readonly<Record<string, unknown>>) => void): () => void;
}

/** What tells which faults happen: `Faults`. */
export interface FaultSource {
  /** Calls `hear` with every fault when it happens, until the returned function is called. */
  onFault(hear: (event: FaultEvent) => void): () => void;
}

/**
 * Writes down what happens to clients and their servers, in order, and prints it as a table to be read: for the log of a
 * test that failed, or to compare two runs of one seed.
 *
 * ```ts
 * const { runtime, clock } = testRuntime();
 * const server = scriptedMemory(new Script().once("tools/call", die()).tool("index", progress(1, 2), say("done")));
 * const recorder = new Recorder({ clock });
 * recorder.server("server", server);
 * const client = recorder.client("client", await connect(server.transport, { runtime }));
 * …
 * console.log(recorder.text());
 * ```
 *
 * ```text
 *   0 ms  client  watched   ready
 *   0 ms  client  call      #1 tools/call index
 *   0 ms  server  received  tools/call index · id 2
 *   0 ms  client  lost      CONNECTION_LOST · SIGKILL
 * 100 ms  client  ready     incarnation 2 · scripted 1.0.0 · legacy 2025-11-25
 * ```
 *
 * A line has names, counts and codes, never the values of arguments, results, headers, URIs or messages of progress, nor
 * what a server wrote to stderr or to its log; and no ids that are random. Under virtual time the same seed gives the same text,
 * byte for byte.
 */
export class Recorder implements Disposable {
  readonly #clock: Clock;
  readonly #began: number;
  readonly #limit: number;
  readonly #events: RecordedEvent[] = [];
  readonly #stops: (() => void)[] = [];
  #leftOut = 0;

  constructor({ clock = new RealClock(), limit = 10_000 }: RecorderOptions = {}) {
    this.#clock = clock;
    this.#began = clock.now();
    this.#limit = limit;
  }

  /** What has happened, oldest first. */
  get events(): readonly RecordedEvent[] {
    return this.#events;
  }

  /** How many events were too many, and are not kept. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /**
   * Records a client's events from now on; and, of what is called on the client that is returned, the start and the end of
   * each operation, with its progress. To see the connecting as well, `connect` with `lazy: true`.
   *
   * A recorded operation that rejects unheard is a line here, and no unhandled rejection. The recorder listens to no event
   * by which a client asks more of its server: `toolsChanged` and its like are recorded if the returned client listens.
   */
  client(name: string, client: Client): Client {
    const write = this.#writer(name);
    const operations = watchClient(client, write, (stop) => this.#stops.push(stop));
    return recordedClient(client, operations, { write, now: () => this.#clock.now() });
  }

  /** Records which messages a server receives, from now on. */
  server(name: string, server: MessageSource): void {
    const write = this.#writer(name);
    this.#stops.push(server.onReceived((message) => write("received", describeMessage(message))));
  }

  /** Records which faults happen, from now on. */
  faults(name: string, faults: FaultSource): void {
    const write = this.#writer(name);
    const hear = ({ fault, direction, message, incarnation }: FaultEvent) =>
      write("fault", `${fault} · ${direction} ${message} · incarnation ${incarnation}`);
    this.#stops.push(faults.onFault(hear));
  }

  /** Writes a line of your own: what your agent, or your test, does at this moment. Text is cut at 200 characters. */
  note(who: string, event: string, details = ""): void {
    const entry = {
      at: this.#clock.now() - this.#began,
      who: cleanServerText(who),
      event: cleanServerText(event),
      details: cleanServerText(details),
    };
    this.#events.push(entry);
    if (this.#events.length <= this.#limit) return;
    this.#events.shift();
    this.#leftOut++;
  }

  /** One line an event, in columns: time, whom it happened to, what, and more about it. */
  text({ last = Number.POSITIVE_INFINITY }: PrintOptions = {}): string {
    const shown = last < this.#events.length ? this.#events.slice(this.#events.length - last) : this.#events;
    return printed(shown, this.#leftOut + this.#events.length - shown.length);
  }

  /** Records nothing more; what was recorded stays. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #writer(who: string): (event: string, details?: string) => void {
    return (event, details) => this.note(who, event, details);
  }
}
