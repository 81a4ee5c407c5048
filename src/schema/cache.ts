import { BOUNDS } from "./bounds.js";
import { type Prepared, prepare, prepareText, toText } from "./prepare.js";

/** How much a cache keeps. */
export interface SchemaCacheOptions {
  /** How many schemas. Default 1,000. */
  readonly maxSchemas?: number | undefined;
  /** Characters of JSON text of all schemas together. Default 4,000,000. */
  readonly maxCharacters?: number | undefined;
}

/**
 * Prepares each distinct schema once, so that a list of tools that is fetched again and again costs and holds no more
 * than the first time. Two schemas are the same if their JSON texts are. What was not asked for the longest goes first
 * when the cache is full; what is still held elsewhere goes on working.
 *
 * A client owns one: nothing is shared between clients.
 */
export class SchemaCache {
  // In the order of their last use, the latest at the end.
  readonly #prepared = new Map<string, Prepared>();
  readonly #maxSchemas: number;
  readonly #maxCharacters: number;
  #characters = 0;

  constructor({ maxSchemas = 1_000, maxCharacters = 4_000_000 }: SchemaCacheOptions = {}) {
    this.#maxSchemas = maxSchemas;
    this.#maxCharacters = maxCharacters;
  }

  /** How many schemas it holds. */
  get size(): number {
    return this.#prepared.size;
  }

  /** As the function `prepare`. */
  prepare(schema: unknown): Prepared {
    const text = toText(schema);
    if (text === undefined || text.length > BOUNDS.characters) return prepare(schema);
    const known = this.#prepared.get(text);
    if (known === undefined) this.#characters += text.length;
    else this.#prepared.delete(text);
    const prepared = known ?? prepareText(text, {});
    this.#prepared.set(text, prepared);
    this.#makeRoom();
    return prepared;
  }

  #makeRoom(): void {
    for (const text of this.#prepared.keys()) {
      if (this.#prepared.size <= this.#maxSchemas && this.#characters <= this.#maxCharacters) return;
      this.#prepared.delete(text);
      this.#characters -= text.length;
    }
  }
}
