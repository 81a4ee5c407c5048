import { isObject, type JsonObject } from "./json.js";

/** The drafts of JSON Schema understood, by number or year, so that they can be compared. */
export type Dialect = 4 | 6 | 7 | 2019 | 2020;

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ["http://json-schema.org/draft-04/schema", 4],
  ["http://json-schema.org/draft-06/schema", 6],
  ["http://json-schema.org/draft-07/schema", 7],
  ["https://json-schema.org/draft/2019-09/schema", 2019],
  ["https://json-schema.org/draft/2020-12/schema", 2020],
]);

/** The dialect a `$schema` names, with either scheme and with or without an empty fragment; `undefined` for others. */
export function dialectOf(schema: string): Dialect | undefined {
  const uri = schema.replace(/#$/, "");
  return (
    DIALECTS.get(uri) ?? DIALECTS.get(uri.replace(/^https:/, "http:")) ?? DIALECTS.get(uri.replace(/^http:/, "https:"))
  );
}

/** The keywords whose values hold schemas: one, a list of them, or (where `isMap`) a map of them. */
const SUBSCHEMAS: ReadonlyMap<string, { readonly isMap?: true; readonly from?: Dialect; readonly until?: Dialect }> =
  new Map([
    ["$defs", { isMap: true, from: 2019 }],
    ["definitions", { isMap: true }],
    ["properties", { isMap: true }],
    ["patternProperties", { isMap: true }],
    ["dependentSchemas", { isMap: true, from: 2019 }],
    ["dependencies", { isMap: true }],
    ["allOf", {}],
    ["anyOf", {}],
    ["oneOf", {}],
    ["prefixItems", { from: 2020 }],
    ["items", {}],
    ["additionalItems", { until: 2019 }],
    ["additionalProperties", {}],
    ["propertyNames", { from: 6 }],
    ["contains", { from: 6 }],
    ["not", {}],
    ["if", { from: 7 }],
    ["then", { from: 7 }],
    ["else", { from: 7 }],
    ["unevaluatedItems", { from: 2019 }],
    ["unevaluatedProperties", { from: 2019 }],
    ["contentSchema", { from: 2019 }],
  ]);

/** The values in a schema that are schemas too, each with its place under the schema. */
export function* subschemas(
  schema: JsonObject,
  dialect: Dialect,
): Generator<readonly [path: readonly (string | number)[], schema: unknown]> {
  for (const [keyword, value] of Object.entries(schema)) {
    const entry = SUBSCHEMAS.get(keyword);
    if (entry === undefined || dialect < (entry.from ?? 0) || dialect > (entry.until ?? Infinity)) continue;
    if (Array.isArray(value)) for (const [index, item] of value.entries()) yield [[keyword, index], item];
    else if (!isObject(value) || entry.isMap === undefined) yield [[keyword], value];
    else for (const [name, item] of Object.entries(value)) yield [[keyword, name], item];
  }
}
