import {
  type Definition,
  type ExitReason,
  isOrderly,
  noreply,
  type Self,
  server,
  shutdownWith,
  startWith,
} from "../../../actors/index.js";
import type { HttpTransportProtocol, TransportDefinition, TransportRef, TransportSetup } from "../transport.js";
import type { Authority } from "./authority.js";
import { Conversation, type Manner } from "./conversation.js";
import { Courier } from "./courier.js";
import type { Carrier } from "./leg.js";
import { endpointOf, type HttpServer } from "./server.js";
import { Session } from "./session.js";
import type { HttpShell } from "./shell.js";

/** Milliseconds in which the last messages, and then the end of the session, may still go out. */
const LAST_WORDS = 1_000;

/** What an HTTP transport is made with. */
export interface HttpSetup {
  readonly server: HttpServer;
  /** Lives longer than one transport. */
  readonly authority: Authority | undefined;
  readonly maxMessageSize: number;
  /** Makes what carries the exchanges with one origin. */
  readonly carrier: (origin: string) => Carrier;
}

interface Http extends HttpTransportProtocol {
  info: never;
}

/**
 * A server over HTTP as a transport: every message by itself, as a POST. The process owns its sockets and streams, and
 * ends only when it is told to, or with the stream of the transport of 2024-11-05; all other trouble is one request's.
 *
 * Source: MCP specification, revisions 2025-03-26 to 2026-07-28, "Transports", Streamable HTTP.
 */
export function http(options: HttpSetup): TransportDefinition {
  const definition = server<Http>("transport")<HttpTransport, TransportSetup>({
    init(setup, self) {
      self.trapExit = true;
      return startWith(new HttpTransport(options, setup, self), { continue: "open" });
    },
    continue(_argument, it) {
      it.conversation.open();
      return noreply(it);
    },
    calls: {},
    casts: {
      write(frame, it) {
        it.tell({ type: "accepted", upTo: frame.sequence });
        it.conversation.write(frame);
        return noreply(it);
      },
      abandon(id, it) {
        it.conversation.abandon(id);
        return noreply(it);
      },
      reopen(_argument, it) {
        it.reopen();
        return noreply(it);
      },
    },
    terminate: (reason, it) => it.terminate(reason),
    describe: (it) => it.describe(),
  });
  return definition as unknown as Definition<TransportSetup, TransportRef>;
}

type News = Parameters<TransportSetup["connection"]["send"]>[0];
type Untagged<T> = T extends unknown ? Omit<T, "incarnation"> : never;

class HttpTransport implements HttpShell {
  readonly conversation: Conversation;
  readonly courier: Courier;
  readonly session = new Session();
  readonly incarnation: number;
  readonly limit: number;
  readonly #setup: TransportSetup;
  readonly #self: Self<never>;
  readonly #timers = new Set<unknown>();
  #isUnreachable = false;
  #isClosed = false;

  constructor(
    { server: entry, authority, maxMessageSize, carrier }: HttpSetup,
    setup: TransportSetup,
    self: Self<never>,
  ) {
    const endpoint = endpointOf(entry);
    this.#setup = setup;
    this.#self = self;
    this.incarnation = setup.incarnation;
    this.limit = maxMessageSize;
    this.courier = new Courier(carrier(endpoint.url.origin), endpoint, authority, (error) => self.crash(error));
    const keeper = {
      opened: () => this.tell({ type: "opened", wire: "http" }),
      ended: (end: object) => self.exit(shutdownWith(end)),
    };
    this.conversation = new Conversation(this, keeper, mannerOf(entry.type));
    self.own(() => this.#close());
  }

  tell(news: Untagged<News>): void {
    this.#setup.connection.send({ ...news, incarnation: this.incarnation } as News);
  }

  received: HttpShell["received"] = (value, via) => this.tell({ type: "received", value, via });

  failed: HttpShell["failed"] = (id, failure) => this.tell({ type: "failed", id, ...failure });

  warn: HttpShell["warn"] = (message, cause) => this.tell({ type: "warning", message, cause });

  forgotten(session: string | undefined): void {
    // Others may have met it before, or it was an earlier session's.
    if (session === undefined || session !== this.session.id) return;
    this.session.forget();
    this.conversation.interrupt();
    this.tell({ type: "forgotten" });
  }

  doubted(session: string | undefined): void {
    if (this.session.isProven) this.forgotten(session);
    else if (session === this.session.id) this.warn("The server does not know the session that it has just begun");
  }

  unreachable(cause: unknown): void {
    // The transport of 2024-11-05 ends with its stream, and not before.
    if (this.#isUnreachable || this.conversation.isOlder) return;
    this.#isUnreachable = true;
    this.conversation.interrupt();
    this.tell({ type: "unreachable", end: { message: "The server could not be reached: see `cause`", cause } });
  }

  /** The server may be there again. */
  reopen(): void {
    if (!this.#isUnreachable) return;
    this.#isUnreachable = false;
    this.conversation.open();
  }

  after(ms: number, run: () => void): () => void {
    const { clock } = this.#self.runtime;
    const stop = () => {
      clock.clearTimer(timer);
      this.#timers.delete(timer);
    };
    const timer = clock.setTimer(ms, () => {
      this.#timers.delete(timer);
      try {
        run();
      } catch (error) {
        this.#self.crash(error);
      }
    });
    this.#timers.add(timer);
    return stop;
  }

  describe(): Readonly<Record<string, unknown>> {
    return { origin: this.courier.endpoint.url.origin, ...this.conversation.counts };
  }

  /** Lets the last messages out, ends the session, and lets go of everything. */
  async terminate(reason: ExitReason): Promise<void> {
    if (!isOrderly(reason)) return;
    await this.#within(this.conversation.quiet());
    this.conversation.close();
    if (this.session.id !== undefined && !this.#isUnreachable) await this.#within(this.#endSession());
    await this.#close();
  }

  #endSession(): Promise<void> {
    const { allHeaders: headers } = this.session;
    return new Promise((resolve) => {
      const done = () => resolve();
      const handler = { head: done, data: done, end: done, fail: done, refuse: done };
      this.courier.send({ method: "DELETE", about: "the end of the session", headers, isStream: true }, handler);
    });
  }

  #within(promise: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.after(LAST_WORDS, resolve);
      void promise.then(() => {
        stop();
        resolve();
      });
    });
  }

  async #close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.conversation.close();
      for (const timer of this.#timers) this.#self.runtime.clock.clearTimer(timer);
      this.#timers.clear();
    }
    await this.courier.carrier.close();
  }
}

function mannerOf(type: HttpServer["type"]): Manner {
  if (type === undefined) return undefined;
  return type === "sse" ? "sse" : "streamable";
}
