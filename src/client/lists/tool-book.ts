import type { ToolHints } from "../../operation/retry.js";
import type { ParamHeader, ToolHeaders } from "../../protocol/param-headers.js";
import type { Tool } from "../../protocol/results.js";

/** What a tool's definition comes to: one that is invalid is not shown to anybody. */
export type ToolReading =
  | { readonly ok: true; readonly headers: readonly ParamHeader[] }
  | { readonly ok: false; readonly problem: string };

export type CheckTool = (tool: Tool) => ToolReading;

interface Entry {
  readonly tool: Tool;
  readonly headers: readonly ParamHeader[];
}

/** What the listed tools say of themselves. Untrusted: a server may lie, so it can be told not to believe anything. */
export class ToolBook {
  readonly #isTrusting: boolean;
  #entries = new Map<string, Entry>();
  #hasList = false;

  constructor(isTrusting: boolean) {
    this.#isTrusting = isTrusting;
  }

  /** Whether the tools have ever been listed. */
  get hasList(): boolean {
    return this.#hasList;
  }

  /**
   * A whole list replaces what earlier ones said; a page adds to it. Returns the tools that are fine; `refused` hears of
   * the others.
   */
  learn(
    tools: readonly Tool[],
    isWhole: boolean,
    check: CheckTool,
    refused: (name: string, problem: string) => void,
  ): Tool[] {
    this.#hasList = true;
    if (isWhole) this.#entries = new Map();
    return tools.filter((tool) => {
      const reading = check(tool);
      if (reading.ok) this.#entries.set(tool.name, { tool, headers: reading.headers });
      else {
        this.#entries.delete(tool.name);
        refused(tool.name, reading.problem);
      }
      return reading.ok;
    });
  }

  /** The tool of that name, if it was listed. */
  tool(name: string): Tool | undefined {
    return this.#entries.get(name)?.tool;
  }

  readonly hints: ToolHints = (name) => {
    const entry = this.#isTrusting ? this.#entries.get(name) : undefined;
    if (entry === undefined) return undefined;
    const { annotations } = entry.tool;
    return { isRepeatable: annotations?.readOnlyHint === true || annotations?.idempotentHint === true };
  };

  readonly headers: ToolHeaders = (name) => this.#entries.get(name)?.headers;

  /** Whether a tool can only be called as a task. MCP 2025-11-25, "Tasks", Tool-Level Negotiation. */
  readonly needsTask = (name: string): boolean => this.#entries.get(name)?.tool.execution?.taskSupport === "required";
}
