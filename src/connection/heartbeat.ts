import type { Self, Timer } from "../../actors/index.js";
import type { Codec } from "../protocol/codec.js";
import type { RequestId } from "../protocol/message.js";
import type { ConnectionSettings } from "./settings.js";
import type { Wire } from "./wire.js";

/** When a silent server is asked whether it lives. Milliseconds. */
export interface HeartbeatSettings {
  /** Silence while ready after which it is asked; `Infinity`: never of one's own accord. */
  readonly interval: number;
  /** How long its answer, or any other sign of life, may take. */
  readonly timeout: number;
}

/** A heartbeat's timer has fired; as mail. */
export interface Beat {
  readonly type: "beat";
  readonly round: number;
  /** Whether everything that lay in the pipe when it fired has been read by now. */
  readonly isRead: boolean;
}

/** What a heartbeat needs of the connection. */
export interface HeartbeatShell {
  nextId(): number;
  /** Whether an operation that was sent before this request still has time to wait for its answer. */
  isAwaited(before: number): boolean;
  /** The server gave no sign of life for so long after it was asked. */
  dead(after: number): void;
}

/**
 * How long a server that let an operation's limit pass in silence has to give a sign of life. Not shorter for shorter
 * limits: a server that is busy with what somebody has given up is not yet a dead one.
 */
const PATIENCE = 5_000;

interface Ping {
  readonly id: number;
  readonly sentAt: number;
  readonly limit: number;
  /** Asked because of an operation that timed out, rather than in its turn. */
  readonly isDoubt: boolean;
}

/**
 * Finds out whether a server that says nothing is alive. It is asked with a `ping`, past the outbox, after `interval`
 * milliseconds of silence, and whenever an operation's limit has passed without a single message from the server. Any
 * message is a sign of life; without one in time the incarnation is over.
 *
 *     silent ──interval, or doubt──▶ asked ──sign of life──▶ silent
 *                                      └──limit──▶ dead
 *
 * After a doubt nothing is over while an operation that was sent before is still within its own limits: its caller has
 * said how long this server may be silent.
 *
 * Source: MCP specification, revision 2025-11-25, "Ping".
 */
export class Heartbeat {
  readonly #self: Self<Beat>;
  readonly #settings: HeartbeatSettings;
  readonly #tokens: ConnectionSettings["tokens"];
  readonly #wire: Wire;
  readonly #shell: HeartbeatShell;
  /** Set while the connection is ready. */
  #codec: Codec | undefined = undefined;
  #lastHeard = 0;
  /** The latest one in this time of being ready, answered or not. */
  #ping: Ping | undefined = undefined;
  #timer: Timer | undefined = undefined;
  /** Which timer is meant: mail of an earlier one is late. */
  #round = 0;

  constructor(
    self: Self<Beat>,
    settings: Pick<ConnectionSettings, "heartbeat" | "tokens">,
    wire: Wire,
    shell: HeartbeatShell,
  ) {
    this.#self = self;
    this.#settings = settings.heartbeat;
    this.#tokens = settings.tokens;
    this.#wire = wire;
    this.#shell = shell;
  }

  /** The connection is ready. */
  begin(codec: Codec): void {
    this.#codec = codec;
    this.#lastHeard = this.#now();
    this.#wait(this.#settings.interval);
  }

  /** The connection is not ready any more. */
  end(): void {
    this.#codec = undefined;
    this.#ping = undefined;
    this.#round++;
    this.#timer?.cancel();
  }

  /** Something came from the server. */
  heard(): void {
    // An answered doubt is over; nobody asks again before there is another one.
    if (this.#isAsked && this.#settings.interval === Number.POSITIVE_INFINITY) this.#timer?.cancel();
    this.#lastHeard = this.#now();
  }

  /** Whether a response, or the news that there is none, is about the latest ping. */
  owns(id: RequestId): boolean {
    return this.#ping !== undefined && id === this.#ping.id;
  }

  /**
   * An operation's limit has passed; `silence` is how long that was. One that was not out says nothing of the server. A
   * pipe may lead to a server that lives no more; over HTTP each request is alone.
   */
  expired(wasOut: boolean, silence: number): void {
    if (!wasOut || this.#wire.isHttp || this.#isAsked || this.#now() - this.#lastHeard < silence) return;
    this.#ask(PATIENCE, true);
  }

  beat({ round, isRead }: Beat): void {
    if (round !== this.#round) return;
    // As with an operation's limit: what lies in the pipe counts, though the host was too busy to read it.
    if (isRead) this.#judge();
    else this.#self.runtime.clock.later(() => this.#self.process.send({ type: "beat", round, isRead: true }));
  }

  get #isAsked(): boolean {
    return this.#ping !== undefined && this.#lastHeard < this.#ping.sentAt;
  }

  #judge(): void {
    const ping = this.#ping;
    const left = this.#lastHeard + this.#settings.interval - this.#now();
    if (ping === undefined || !this.#isAsked) {
      if (left > 0) this.#wait(left);
      else this.#ask(this.#settings.timeout, false);
    } else if (ping.isDoubt && this.#shell.isAwaited(ping.id)) {
      this.#wait(ping.limit);
    } else {
      this.#shell.dead(this.#now() - ping.sentAt);
    }
  }

  #ask(limit: number, isDoubt: boolean): void {
    const codec = this.#codec;
    if (codec === undefined) return;
    const id = this.#shell.nextId();
    this.#ping = { id, sentAt: this.#now(), limit, isDoubt };
    const request = codec.request(id, { method: "ping", params: undefined, meta: undefined }, this.#tokens.make());
    const { method } = request;
    const headers = codec.headers(method, request.params);
    this.#wire.write(JSON.stringify(request), { kind: "request", id, method, headers });
    this.#wait(limit);
  }

  #wait(delay: number): void {
    this.#timer?.cancel();
    const round = ++this.#round;
    this.#timer = this.#self.sendAfter(delay, { type: "beat", round, isRead: false });
  }

  #now(): number {
    return this.#self.runtime.clock.now();
  }
}
