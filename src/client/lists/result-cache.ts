import { isRecord, type Params } from "../../protocol/message.js";

/** Whom a request was made as: answers for one are not shown to another, unless they are public. */
export type Context = string;

interface Entry {
  readonly method: string;
  readonly uri: unknown;
  readonly result: unknown;
  readonly freshUntil: number;
  readonly weight: number;
}

/** A server may say that a result stays fresh for ever; it is asked again after a day at the latest. */
const LONGEST = 86_400_000;
const MOST_ENTRIES = 256;
/** Characters of content. A result that has more is not kept. */
const MOST_WEIGHT = 16_777_216;

/** Results carry this much of themselves at least. */
const LEAST_WEIGHT = 1_024;

/**
 * Results that may be shown again while they are fresh. `private` ones are kept apart by context, `public` ones are
 * everybody's. Bounded in entries and in size; what was put in first goes first.
 *
 * Source: MCP specification, revision 2026-07-28, "Caching".
 */
export class ResultCache {
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #generations = new Map<string, number>();
  /** How often everything became stale. */
  #cleared = 0;
  #weight = 0;

  /** `now` is in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A copy of the result that is fresh, if one is. */
  find(method: string, params: Params | undefined, context: Context): unknown {
    for (const key of [keyOf(method, params, undefined), keyOf(method, params, context)]) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      if (this.#now() < entry.freshUntil) return structuredClone(entry.result);
      this.#remove(key, entry);
    }
    return undefined;
  }

  /** Changes whenever results of the method become stale: one that was asked for before that must not be kept. */
  generation(method: string): number {
    return this.#cleared + (this.#generations.get(method) ?? 0);
  }

  /** Keeps a copy of a result for as long as it says; `generation` is that of when it was asked for. */
  keep(method: string, params: Params | undefined, context: Context, result: unknown, generation: number): void {
    const ttl = lifeOf(result);
    if (ttl === 0 || generation !== this.generation(method)) return;
    const weight = weightOf(result);
    if (weight > MOST_WEIGHT) return;
    const isPublic = isRecord(result) && result.cacheScope === "public";
    const key = keyOf(method, params, isPublic ? undefined : context);
    const before = this.#entries.get(key);
    if (before !== undefined) this.#remove(key, before);
    const entry = { method, uri: params?.uri, result: structuredClone(result), freshUntil: this.#now() + ttl, weight };
    this.#entries.set(key, entry);
    this.#weight += weight;
    for (const [oldest, each] of this.#entries) {
      if (this.#entries.size <= MOST_ENTRIES && this.#weight <= MOST_WEIGHT) break;
      this.#remove(oldest, each);
    }
  }

  /** What is kept of a method is stale; with a `uri` only what is about that resource. */
  forget(method: string, uri?: string): void {
    this.#generations.set(method, (this.#generations.get(method) ?? 0) + 1);
    for (const [key, entry] of [...this.#entries]) {
      if (entry.method === method && (uri === undefined || entry.uri === uri)) this.#remove(key, entry);
    }
  }

  /** Everything is stale: the server may be another one. */
  clear(): void {
    this.#cleared++;
    this.#entries.clear();
    this.#weight = 0;
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}

function keyOf(method: string, params: Params | undefined, context: Context | undefined): string {
  return JSON.stringify([method, params ?? {}, context ?? null]);
}

function lifeOf(result: unknown): number {
  const ttl = isRecord(result) ? result.ttlMs : undefined;
  return typeof ttl === "number" && ttl > 0 ? Math.min(ttl, LONGEST) : 0;
}

/** About how many characters a result has: exact for the contents of resources, which alone may be large. */
function weightOf(result: unknown): number {
  const contents = isRecord(result) && Array.isArray(result.contents) ? result.contents : [];
  let weight = LEAST_WEIGHT;
  for (const each of contents) {
    if (!isRecord(each)) continue;
    if (typeof each.text === "string") weight += each.text.length;
    if (typeof each.blob === "string") weight += each.blob.length;
  }
  return weight;
}
