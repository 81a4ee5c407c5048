import type { Params } from "../protocol/message.js";
import type { Tool } from "../protocol/results.js";
import type * as Schemas from "../schema/index.js";
import { loadSchemas } from "./load-schemas.js";
import type { Issues, Validators } from "./validators.js";

/**
 * Checks by an interpreter of JSON Schema, which is loaded when the first schema has to be looked at. Each distinct schema
 * is prepared once.
 */
export class SchemaValidators implements Validators {
  readonly #warn: (message: string) => void;
  readonly #load: () => Promise<typeof Schemas>;
  readonly #byTool = new WeakMap<Tool, Schemas.Prepared>();
  #cache: Schemas.SchemaCache | undefined = undefined;

  /** `warn` hears once per listed tool what of its schema is not checked. */
  constructor(warn: (message: string) => void, load: () => Promise<typeof Schemas> = loadSchemas) {
    this.#warn = warn;
    this.#load = load;
  }

  async outputIssues(tool: Tool, structuredContent: unknown): Promise<Issues> {
    const prepared = this.#byTool.get(tool) ?? this.#prepare(tool, await this.#load());
    if (!prepared.ok) {
      return [{ message: `Expected the tool's output schema to be one that can be used: ${prepared.reason}` }];
    }
    return prepared.validate(structuredContent);
  }

  async contentIssues(requestedSchema: unknown, content: Params): Promise<Issues> {
    const checked = (await this.#load()).checkContent(requestedSchema, content);
    return checked.ok ? checked.issues : [{ message: checked.reason }];
  }

  async withDefaults(requestedSchema: unknown, content: Params): Promise<Params> {
    return (await this.#load()).applyDefaults(requestedSchema, content);
  }

  #prepare(tool: Tool, { SchemaCache }: typeof Schemas): Schemas.Prepared {
    this.#cache ??= new SchemaCache();
    const prepared = this.#cache.prepare(tool.outputSchema);
    this.#byTool.set(tool, prepared);
    for (const { message } of prepared.ok ? prepared.warnings : []) {
      this.#warn(`A part of the output schema of a tool is not checked: ${message}`);
    }
    return prepared;
  }
}
