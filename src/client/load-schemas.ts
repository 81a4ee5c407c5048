import type * as Schemas from "../schema/index.js";

let loaded: Promise<typeof Schemas> | undefined;

/**
 * The interpreter of schemas, loaded on first use and kept: importing takes turns of the event loop even if the module is
 * there, and how many of them is nothing that a seed could repeat.
 */
export function loadSchemas(): Promise<typeof Schemas> {
  loaded ??= import("../schema/index.js");
  return loaded;
}
