/**
 * JSON Schemas that servers supply: a tool's `outputSchema`, and the `requestedSchema` of a form. Every such schema is
 * taken for hostile, so this is an interpreter with its work counted: it generates no code, fetches nothing, matches
 * patterns in linear time, and gives a check up when it grows past its bounds.
 *
 * ```ts
 * const { SchemaCache } = await import("../schema/index.js");
 * const cache = new SchemaCache();
 * const prepared = cache.prepare(tool.outputSchema);
 * const issues = prepared.ok ? prepared.validate(result.structuredContent) : [];
 * ```
 *
 * Import it only when there is a schema to check: it loads an engine for patterns.
 */
export { SchemaCache, type SchemaCacheOptions } from "./cache.js";
export type { SchemaWarning } from "./compiler.js";
export { applyDefaults, type CheckedContent, checkContent } from "./elicitation.js";
export { type Prepared, type PrepareOptions, prepare } from "./prepare.js";
export type { Issue } from "./run.js";
