import { ConfigError } from "../../protocol/errors.js";
import type { Root } from "./types.js";

/**
 * The directories and files that the server may look at. `changed` is called when they are others than before.
 *
 * Source: MCP specification, revision 2025-11-25, "Roots".
 */
export class Roots {
  readonly #changed: () => void;
  #byUri: ReadonlyMap<string, Root>;

  /** @throws {ConfigError} */
  constructor(roots: readonly Root[], changed: () => void) {
    this.#byUri = checked(roots);
    this.#changed = changed;
  }

  get all(): readonly Root[] {
    return [...this.#byUri.values()];
  }

  /** @throws {ConfigError} */
  set(roots: readonly Root[]): void {
    this.#replace(checked(roots));
  }

  /** A root that is there already gets the new name. @throws {ConfigError} */
  add(root: Root): void {
    this.#replace(checked([...this.#byUri.values(), root]));
  }

  remove(uri: string): void {
    this.#replace(checked([...this.#byUri.values()].filter((root) => root.uri !== uri)));
  }

  #replace(roots: ReadonlyMap<string, Root>): void {
    const isSame = isSameAs([...this.#byUri.values()], [...roots.values()]);
    this.#byUri = roots;
    if (!isSame) this.#changed();
  }
}

function isSameAs(some: readonly Root[], others: readonly Root[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

function checked(roots: readonly Root[]): ReadonlyMap<string, Root> {
  if (!Array.isArray(roots)) throw new ConfigError("Expected roots to be a list");
  const byUri = new Map<string, Root>();
  for (const root of roots as readonly Partial<Root>[]) {
    const { uri, name } = root ?? {};
    if (typeof uri !== "string" || !uri.startsWith("file://")) {
      throw new ConfigError("Expected the `uri` of a root to begin with file://");
    }
    if (name !== undefined && typeof name !== "string") {
      throw new ConfigError("Expected the `name` of a root to be a string");
    }
    byUri.set(uri, Object.freeze(name === undefined ? { uri } : { uri, name }));
  }
  return byUri;
}
