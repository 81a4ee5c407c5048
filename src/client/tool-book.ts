import type { ToolHints } from "../operation/retry.js";
import type { Tool } from "../protocol/results.js";

/** What the listed tools say of themselves. Untrusted: a server may lie, so it can be told not to believe anything. */
export class ToolBook {
  readonly #repeatable = new Map<string, boolean>();
  readonly #isTrusting: boolean;

  constructor(isTrusting: boolean) {
    this.#isTrusting = isTrusting;
  }

  /** A whole list replaces what earlier ones said; a page adds to it. */
  learn(tools: readonly Tool[], isWhole: boolean): void {
    if (isWhole) this.#repeatable.clear();
    for (const { name, annotations } of tools) {
      this.#repeatable.set(name, annotations?.readOnlyHint === true || annotations?.idempotentHint === true);
    }
  }

  readonly hints: ToolHints = (name) => {
    const isRepeatable = this.#isTrusting ? this.#repeatable.get(name) : undefined;
    return isRepeatable === undefined ? undefined : { isRepeatable };
  };
}
