import { isRecord } from "../../src/protocol/message.js";
import type { Arrival } from "./incarnation.js";
import type { Watched } from "./player.js";

/** What the client wrote, to be held against what the server got. Every request bears its operation's number. */
export class Traffic {
  /** The requests of each operation, each known by its incarnation and text. */
  readonly #written = new Map<string, number>();

  written(incarnation: number, text: string): void {
    const n = numberOf(JSON.parse(text));
    if (n !== undefined) this.#written.set(keyOf(incarnation, text), n);
  }

  /** Tells each operation how many of its requests were written, and on how many of them the server acted. */
  count(all: readonly Watched[], arrivals: readonly Arrival[]): void {
    for (const n of this.#written.values()) {
      const seen = all[n];
      if (seen !== undefined) seen.written++;
    }
    const acted = new Set<string>();
    for (const { incarnation, text, isActedOn } of arrivals) {
      const key = keyOf(incarnation, text);
      const n = this.#written.get(key);
      // What was changed on its way is nobody's, and what arrives twice was written once.
      if (!isActedOn || n === undefined || acted.has(key)) continue;
      acted.add(key);
      const seen = all[n];
      if (seen !== undefined) seen.actedOn++;
    }
  }
}

function keyOf(incarnation: number, text: string): string {
  return `${incarnation} ${text}`;
}

/** The number of the operation that a request is of. */
export function numberOf(message: unknown): number | undefined {
  const params = isRecord(message) && message.id !== undefined && isRecord(message.params) ? message.params : {};
  const meta = isRecord(params._meta) ? params._meta : {};
  return typeof meta.n === "number" ? meta.n : undefined;
}
