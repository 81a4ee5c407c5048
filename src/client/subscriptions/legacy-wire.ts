import type { SubscriptionWire } from "./wire.js";

/** What the legacy wire needs of the client. */
export interface LegacyWireShell {
  request(method: "resources/subscribe" | "resources/unsubscribe", uri: string): Promise<unknown>;
  warn(message: string, cause: unknown): void;
}

/**
 * One request for each resource. The requests about one resource go one after the other, so that the last of them counts.
 *
 * Source: MCP specification, revision 2025-11-25, "Resources", Subscriptions.
 */
export class LegacyWire implements SubscriptionWire {
  readonly #shell: LegacyWireShell;
  readonly #last = new Map<string, Promise<void>>();

  constructor(shell: LegacyWireShell) {
    this.#shell = shell;
  }

  add(uri: string): Promise<void> {
    return this.#inTurn(uri, () => this.#shell.request("resources/subscribe", uri));
  }

  async remove(uri: string): Promise<void> {
    // A server that cannot be told has forgotten it, or tells of what nobody hears.
    await this.#inTurn(uri, () => this.#shell.request("resources/unsubscribe", uri)).catch(() => undefined);
  }

  restore(uris: readonly string[]): void {
    for (const uri of uris) {
      this.add(uri).catch((cause: unknown) =>
        this.#shell.warn("A resource could not be subscribed to again after a reconnect", cause),
      );
    }
  }

  async #inTurn(uri: string, request: () => Promise<unknown>): Promise<void> {
    const before = this.#last.get(uri);
    const turn = (async () => {
      await before?.catch(() => undefined);
      await request();
    })();
    this.#last.set(uri, turn);
    try {
      await turn;
    } finally {
      if (this.#last.get(uri) === turn) this.#last.delete(uri);
    }
  }
}
