import type { Client } from "../client/client.js";
import type { ClientEvents } from "../client/events.js";
import type { Terminal } from "./terminal.js";

/** What a client tells of a loss and of its recovery. */
export type RecoveryEvent = { readonly [E in "state" | "lost" | "ready"]: { readonly type: E; readonly event: ClientEvents[E] } }[
  | "state"
  | "lost"
  | "ready"];

/** Keeps what a client tells from now on, each with its time, until it may be printed; from then on prints it at once. */
export class RecoveryLog implements Disposable {
  readonly #terminal: Terminal;
  readonly #unlisten: readonly (() => void)[];
  readonly #begun = performance.now();
  #kept: string[] | undefined = [];

  constructor(client: Client, terminal: Terminal) {
    this.#terminal = terminal;
    this.#unlisten = [
      client.on("state", (event) => this.#hear({ type: "state", event })),
      client.on("lost", (event) => this.#hear({ type: "lost", event })),
      client.on("ready", (event) => this.#hear({ type: "ready", event })),
    ];
  }

  /** Prints what has been kept, and does not keep anything any more. */
  release(): void {
    this.#terminal.print(...(this.#kept ?? []));
    this.#kept = undefined;
  }

  [Symbol.dispose](): void {
    for (const unlisten of this.#unlisten) unlisten();
  }

  #hear(news: RecoveryEvent): void {
    const after = `${Math.round(performance.now() - this.#begun)} ms`.padStart(8);
    const line = `   ${this.#terminal.style("dim", after)}  ${describe(news, Date.now())}`;
    if (this.#kept === undefined) this.#terminal.print(line);
    else this.#kept.push(line);
  }
}

/** An event for a person; `now` is on `Date.now()`'s clock. */
export function describe(news: RecoveryEvent, now: number): string {
  switch (news.type) {
    case "state":
      return `state: ${news.event}`;
    case "lost": {
      const { retryAt } = news.event;
      return `lost: ${retryAt === undefined ? "no new server is planned" : `a new server in ${Math.max(0, retryAt - now)} ms`}`;
    }
    case "ready":
      return `ready: incarnation ${news.event.incarnation} of ${news.event.server.name}`;
  }
}
