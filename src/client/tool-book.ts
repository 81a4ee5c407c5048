import type { ToolHints } from "../operation/retry.js";
import type { Tool } from "../protocol/results.js";

/** What the listed tools say of themselves. Untrusted: a server may lie, so it can be told not to believe anything. */
export class ToolBook {
  readonly #repeatable = new Map<string, boolean>();
  /** No annotations, and no matter of trust: such a tool cannot be called otherwise. */
  readonly #tasksOnly = new Set<string>();
  readonly #isTrusting: boolean;

  constructor(isTrusting: boolean) {
    this.#isTrusting = isTrusting;
  }

  /** A whole list replaces what earlier ones said; a page adds to it. */
  learn(tools: readonly Tool[], isWhole: boolean): void {
    if (isWhole) {
      this.#repeatable.clear();
      this.#tasksOnly.clear();
    }
    for (const { name, annotations, execution } of tools) {
      if (execution?.taskSupport === "required") this.#tasksOnly.add(name);
      else this.#tasksOnly.delete(name);
      this.#repeatable.set(name, annotations?.readOnlyHint === true || annotations?.idempotentHint === true);
    }
  }

  /** Whether the tool runs only as a task. */
  readonly needsTask = (name: string): boolean => this.#tasksOnly.has(name);

  readonly hints: ToolHints = (name) => {
    const isRepeatable = this.#isTrusting ? this.#repeatable.get(name) : undefined;
    return isRepeatable === undefined ? undefined : { isRepeatable };
  };
}
