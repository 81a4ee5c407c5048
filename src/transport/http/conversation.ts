import type { RequestId } from "../../protocol/message.js";
import type { Frame, RequestFailure, TransportEnd } from "../transport.js";
import { Exchange, type RequestHead } from "./exchange.js";
import { exposed, sessionGone } from "./failures.js";
import { LegacyPost, LegacySse } from "./legacy-sse.js";
import { Listening } from "./listening.js";
import { Notice } from "./notice.js";
import { credentialIn } from "./server.js";
import { isOfSession } from "./session.js";
import type { HttpShell } from "./shell.js";

/** What of a conversation concerns the process as a whole. */
export interface ConversationKeeper {
  opened(): void;
  /** The transport is at its end: that of 2024-11-05 ends with its stream. */
  ended(end: TransportEnd): void;
}

/** How the server is spoken to; `undefined`: as it turns out. */
export type Manner = "streamable" | "sse" | undefined;

/** Everything that is under way with one server, in one incarnation. */
export class Conversation {
  readonly #shell: HttpShell;
  readonly #keeper: ConversationKeeper;
  readonly #manner: Manner;
  readonly #requests = new Map<RequestId, Exchange | LegacyPost>();
  readonly #notices = new Set<Notice>();
  #listening: Listening | undefined = undefined;
  #older: LegacySse | undefined = undefined;
  /** Called when the last notice is out. */
  #whenQuiet: (() => void) | undefined = undefined;

  constructor(shell: HttpShell, keeper: ConversationKeeper, manner: Manner) {
    this.#shell = shell;
    this.#keeper = keeper;
    this.#manner = manner;
  }

  open(): void {
    if (this.#manner === "sse") this.#openOlder((end) => this.#keeper.ended(end)).open();
    else this.#keeper.opened();
  }

  /** Whether it goes over the transport of 2024-11-05. */
  get isOlder(): boolean {
    return this.#older !== undefined;
  }

  get counts(): { readonly requests: number; readonly streams: number } {
    const streams = this.#listening === undefined && this.#older === undefined ? 0 : 1;
    return { requests: this.#requests.size, streams };
  }

  write(frame: Frame): void {
    const { head } = frame;
    const secret = this.#shell.courier.endpoint.isExposed ? credentialIn(head.headers) : undefined;
    if (secret !== undefined && head.kind === "request") this.#shell.failed(head.id, exposed(secret));
    else if (head.kind === "request") this.#request(frame, head);
    else this.#notice(frame);
  }

  #request(frame: Frame, head: RequestHead): void {
    const { session } = this.#shell;
    const address = this.#older?.address;
    if (address !== undefined) {
      this.#older2024(frame, head, address);
      return;
    }
    if (head.method === "initialize") {
      session.restart();
      this.#stopListening();
    } else if (session.isForgotten && isOfSession(frame)) {
      this.#shell.failed(head.id, sessionGone());
      return;
    }
    const exchange = new Exchange(frame, head, this.#shell, {
      settled: (id) => this.#requests.delete(id),
      fellBack: (failure) => this.#fallBack(frame, head, failure),
    });
    this.#requests.set(head.id, exchange);
    exchange.begin(frame.text);
  }

  #notice(frame: Frame): void {
    const { head } = frame;
    const { session } = this.#shell;
    const isInitialized = head.kind === "notification" && head.method === "notifications/initialized";
    if (isInitialized) session.name(head.headers["mcp-protocol-version"]);
    const notice = new Notice(frame, this.#shell, (isAccepted) => {
      this.#notices.delete(notice);
      if (isInitialized && isAccepted && this.#older === undefined) this.#listen();
      if (this.#notices.size === 0) this.#whenQuiet?.();
    });
    this.#notices.add(notice);
    notice.begin(frame, this.#older?.address);
  }

  /** Nobody waits for the answer any more. */
  abandon(id: RequestId): void {
    const exchange = this.#requests.get(id);
    this.#requests.delete(id);
    exchange?.abort();
  }

  #listen(): void {
    this.#stopListening();
    this.#listening = new Listening(this.#shell);
    this.#listening.start();
  }

  #stopListening(): void {
    this.#listening?.stop();
    this.#listening = undefined;
  }

  /** The session, or the server, is gone: what hangs on it ends. */
  interrupt(): void {
    this.#stopListening();
  }

  // The transport of 2024-11-05

  #openOlder(ended: (end: TransportEnd) => void, opened = () => this.#keeper.opened()): LegacySse {
    const older = new LegacySse(this.#shell, { opened, ended });
    this.#older = older;
    return older;
  }

  /** Tries the older transport in the place of a refused `initialize`, and says it there again. */
  #fallBack(frame: Frame, head: RequestHead, failure: RequestFailure): boolean {
    if (this.#manner === "streamable") return false;
    let hasOpened = false;
    const ended = (end: TransportEnd) => {
      if (hasOpened) {
        this.#keeper.ended(end);
        return;
      }
      this.#older = undefined;
      // What was said at first says more.
      if (this.#requests.delete(head.id)) this.#shell.failed(head.id, failure);
    };
    const older = this.#openOlder(ended, () => {
      hasOpened = true;
      const address = older.address;
      if (address !== undefined && this.#requests.has(head.id)) this.#older2024(frame, head, address);
    });
    older.open();
    return true;
  }

  #older2024(frame: Frame, { id, method }: RequestHead, address: URL): void {
    const post = new LegacyPost(id, method, this.#shell, () => this.#requests.delete(id));
    this.#requests.set(id, post);
    post.begin(frame, address);
  }

  // The end

  /** Resolves when nothing is on its way out any more. */
  async quiet(): Promise<void> {
    if (this.#notices.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenQuiet = resolve;
    });
  }

  close(): void {
    this.#stopListening();
    this.#older?.close();
    for (const exchange of this.#requests.values()) exchange.abort();
    this.#requests.clear();
    for (const notice of this.#notices) notice.abort();
    this.#notices.clear();
  }
}
