import type { Run } from "./run.js";

export type JsonObject = { readonly [key: string]: unknown };

export type Kind = "null" | "boolean" | "number" | "string" | "array" | "object" | "undefined";

/** An own property only: a key like `__proto__` or `constructor` in a schema or in data finds nothing inherited. */
export const { hasOwn } = Object;

export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "array" : "object";
    case "string":
      return "string";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "undefined";
  }
}

export function isObject(value: unknown): value is JsonObject {
  return kindOf(value) === "object";
}

/** A JSON pointer (RFC 6901). */
export function toPointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/**
 * A text that two JSON values share exactly if JSON Schema calls them equal: the order of keys does not count, and 1
 * is 1.0. With it a value is found in a set, where comparing each with each would take quadratic time.
 */
export function toKey(value: unknown, run?: Run): string {
  run?.spend(1);
  if (typeof value === "string") {
    run?.spendOn(value);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    let key = "[";
    for (const item of value) key += `${toKey(item, run)},`;
    return `${key}]`;
  }
  if (!isObject(value)) return String(value === 0 ? 0 : value);
  let key = "{";
  for (const name of Object.keys(value).sort()) {
    run?.spendOn(name);
    key += `${JSON.stringify(name)}:${toKey(value[name], run)},`;
  }
  return `${key}}`;
}
