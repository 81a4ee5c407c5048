import { InvalidRequestError } from "../../protocol/errors.js";
import { SerialHandler, type SerialReport } from "../serial-handler.js";
import type { SubscriptionWire } from "./wire.js";

/** Hears that a resource has changed; `uri` may be of a part of it. One at a time, like event handlers. */
export type ResourceHandler = (update: { readonly uri: string }) => unknown;

/** A subscription to one resource. Lives over reconnects, until it is closed or its client is. */
export interface Subscription extends AsyncDisposable {
  readonly uri: string;
  /** Ends it: the handler is not called any more. The server is told when it was the last one of the resource. Idempotent. */
  close(): Promise<void>;
}

interface Member {
  push(update: { readonly uri: string }): void;
}

interface Topic {
  readonly members: Set<Member>;
  /** The way it was asked for; settles when the server has answered. */
  readonly accepted: Promise<void>;
  isAccepted: boolean;
}

/** What subscriptions need of the client. */
export interface SubscriptionsShell extends SerialReport {
  /** The way of the era that is spoken, once there is a connection. @throws what keeps it from being there. */
  wire(): Promise<SubscriptionWire>;
  /** The same, unless there is no connection now. */
  wireNow(): SubscriptionWire | undefined;
}

/** Updates that may wait for a handler that is busy. */
const MOST_WAITING = 4_096;

/**
 * Who wants to hear of which resources. Any number of subscriptions to one resource are one on the wire.
 *
 * Source: MCP specification, revision 2025-11-25, "Resources", Subscriptions; 2026-07-28, "Subscriptions".
 */
export class Subscriptions {
  readonly #shell: SubscriptionsShell;
  readonly #topics = new Map<string, Topic>();

  constructor(shell: SubscriptionsShell) {
    this.#shell = shell;
  }

  /** What is wanted, whether the server has agreed yet or not. */
  get uris(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** What the server has agreed to, be it an earlier life of it. */
  get accepted(): readonly string[] {
    return [...this.#topics].flatMap(([uri, { isAccepted }]) => (isAccepted ? [uri] : []));
  }

  async subscribe(uri: string, handler: ResourceHandler | undefined): Promise<Subscription> {
    if (typeof uri !== "string" || uri === "") throw new InvalidRequestError("Expected `uri` to be a non-empty string");
    if (handler !== undefined && typeof handler !== "function") {
      throw new InvalidRequestError("Expected the handler of a subscription to be a function");
    }
    const wire = await this.#shell.wire();
    const topic = this.#topics.get(uri) ?? this.#begin(uri, wire);
    const queue = handler && new SerialHandler(handler, MOST_WAITING, this.#shell);
    const member: Member = { push: (update) => queue?.push(update) };
    topic.members.add(member);
    await topic.accepted;
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      queue?.stop();
      closing ??= this.#leave(uri, topic, member);
      return closing;
    };
    return { uri, close, [Symbol.asyncDispose]: close };
  }

  /** A resource, or a part of one, has changed. Handlers hear of it on a stack of their own: they may call the client. */
  updated(uri: string): void {
    queueMicrotask(() => this.#tell(uri));
  }

  #tell(uri: string): void {
    for (const [topic, { members }] of this.#topics) {
      if (!isPartOf(uri, topic)) continue;
      for (const member of members) member.push({ uri });
    }
  }

  #begin(uri: string, wire: SubscriptionWire): Topic {
    const members = new Set<Member>();
    const { promise, start } = deferred(() => wire.add(uri));
    const topic: Topic = { members, accepted: promise, isAccepted: false };
    // Known before it is asked for: the wire asks what is wanted.
    this.#topics.set(uri, topic);
    promise.then(
      () => {
        topic.isAccepted = true;
      },
      () => this.#forget(uri, topic),
    );
    start();
    return topic;
  }

  async #leave(uri: string, topic: Topic, member: Member): Promise<void> {
    topic.members.delete(member);
    if (topic.members.size > 0 || this.#topics.get(uri) !== topic) return;
    this.#forget(uri, topic);
    // Without a connection there is nothing to end.
    await this.#shell.wireNow()?.remove(uri);
  }

  #forget(uri: string, topic: Topic): void {
    if (this.#topics.get(uri) === topic) this.#topics.delete(uri);
  }
}

function deferred(make: () => Promise<void>) {
  let resolve: (value: Promise<void>) => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, start: () => resolve(make()) };
}

/** A server may tell of a part of what was subscribed to: a file of a directory. */
function isPartOf(uri: string, whole: string): boolean {
  return uri === whole || uri.startsWith(whole.endsWith("/") ? whole : `${whole}/`);
}
