import { BOUNDS } from "./bounds.js";
import { hasOwn, isObject, type JsonObject, toPointer } from "./json.js";
import { prepare } from "./prepare.js";
import type { Issue } from "./run.js";

/** What a check of a form's content found: issues, none if the content fits, or that the form itself is unusable. */
export type CheckedContent =
  | { readonly ok: true; readonly issues: readonly Issue[] }
  | { readonly ok: false; readonly reason: string; readonly at: string };

/**
 * Checks what a user filled in against the `requestedSchema` of a form elicitation, formats included. Beside what the
 * schema says, each value must be one that the protocol can carry: a string, a number, a boolean or a list of strings.
 *
 * Source: MCP 2025-11-25 and 2026-07-28, Elicitation, Requested Schema.
 */
export function checkContent(requestedSchema: unknown, content: unknown): CheckedContent {
  const form = propertiesOf(requestedSchema);
  if (form === undefined) {
    const reason = `Expected \`requestedSchema\` to be an object's schema with at most ${BOUNDS.formProperties} properties`;
    return { ok: false, reason, at: "" };
  }
  const prepared = prepare(requestedSchema, { formats: true });
  if (!prepared.ok) return prepared;
  const issues = prepared.validate(content);
  return { ok: true, issues: issues.length > 0 ? issues : issuesOfCarriage(content) };
}

/**
 * The content with the defaults of `requestedSchema` for the properties it lacks. What it has stays as it is, and so
 * does the object itself: the result is a new one. A default that its own schema does not accept is left out.
 */
export function applyDefaults(requestedSchema: unknown, content: JsonObject | undefined): Record<string, unknown> {
  const filled = new Map(Object.entries(content ?? {}));
  for (const [name, schema] of propertiesOf(requestedSchema) ?? []) {
    if (filled.get(name) !== undefined || !isObject(schema) || !hasOwn(schema, "default")) continue;
    const prepared = prepare(schema, { formats: true });
    const isFit = prepared.ok && isCarried(schema.default) && prepared.validate(schema.default).length === 0;
    if (isFit) filled.set(name, structuredClone(schema.default));
  }
  // Defines properties where an assignment to `__proto__` would change the prototype.
  return Object.fromEntries(filled);
}

function propertiesOf(requestedSchema: unknown): [string, unknown][] | undefined {
  if (!isObject(requestedSchema) || requestedSchema.type !== "object") return undefined;
  const properties = hasOwn(requestedSchema, "properties") ? requestedSchema.properties : {};
  if (!isObject(properties)) return undefined;
  const entries = Object.entries(properties);
  return entries.length <= BOUNDS.formProperties ? entries : undefined;
}

function isCarried(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function issuesOfCarriage(content: unknown): Issue[] {
  if (!isObject(content)) return [];
  const message = "Expected a string, a number, a boolean or a list of strings";
  const names = Object.keys(content).filter((name) => content[name] !== undefined && !isCarried(content[name]));
  return names.slice(0, BOUNDS.issues).map((name) => ({ path: toPointer([name]), keyword: "type", message }));
}
