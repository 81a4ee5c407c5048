import type { Run } from "./run.js";

/**
 * Which properties and items of one value the schemas applied to it have evaluated: the annotations that
 * `unevaluatedProperties` and `unevaluatedItems` look at. Kept only below a schema with one of the two.
 */
export class Marks {
  readonly properties = new Set<string>();
  readonly items = new Set<number>();
  /** All items before this one are evaluated; `Infinity` for all. */
  itemsUpTo = 0;

  hasItem(index: number): boolean {
    return index < this.itemsUpTo || this.items.has(index);
  }

  add(other: Marks, run: Run): void {
    run.spend(other.properties.size + other.items.size);
    for (const name of other.properties) this.properties.add(name);
    for (const index of other.items) this.items.add(index);
    this.itemsUpTo = Math.max(this.itemsUpTo, other.itemsUpTo);
  }
}
