import type { Headers } from "./codec.js";
import { InvalidRequestError } from "./errors.js";
import { encodeHeaderValue } from "./header-value.js";
import { isRecord, type Params } from "./message.js";

/** An argument of a tool that is mirrored into an HTTP header, because its schema says `x-mcp-header`. */
export interface ParamHeader {
  /** The header's name, in lower case. */
  readonly header: string;
  /** The keys that lead to the value in the call's arguments. */
  readonly path: readonly string[];
}

/** What the annotations of a tool's `inputSchema` come to; an invalid one makes the whole tool invalid. */
export type ParamHeadersReading =
  | { readonly ok: true; readonly headers: readonly ParamHeader[] }
  | { readonly ok: false; readonly problem: string };

const ANNOTATION = "x-mcp-header";

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const PRIMITIVES: readonly unknown[] = ["string", "integer", "boolean"];

/** Keywords whose value is data, in which a key of that name is no annotation. */
const DATA: readonly string[] = ["const", "enum", "default", "examples", "required", "type"];

/** Keywords whose value is schemas by a name of the author's. */
const NAMED: readonly string[] = ["patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];

/** Deeper than this nobody nests arguments that a header shall carry. */
const DEEPEST = 100;

interface Place {
  readonly schema: Readonly<Record<string, unknown>>;
  /** The `properties` that lead here from the root; `undefined` where anything else is on the way. */
  readonly path: readonly string[] | undefined;
}

/**
 * Reads the `x-mcp-header` annotations of a tool's `inputSchema`.
 *
 * Source: MCP specification, revision 2026-07-28, "Streamable HTTP", Custom Headers from Tool Parameters.
 */
export function readParamHeaders(inputSchema: unknown): ParamHeadersReading {
  const headers: ParamHeader[] = [];
  const seen = new Set<string>();
  const places: Place[] = isRecord(inputSchema) ? [{ schema: inputSchema, path: [] }] : [];
  // A stack of our own: a schema may be deeper than JavaScript's.
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    if (Object.hasOwn(place.schema, ANNOTATION)) {
      const problem = problemOf(place, seen);
      if (problem !== undefined) return { ok: false, problem };
      const header = `mcp-param-${String(place.schema[ANNOTATION]).toLowerCase()}`;
      headers.push({ header, path: place.path ?? [] });
    }
    places.push(...placesIn(place));
  }
  return { ok: true, headers };
}

/** The headers of one call. @throws {InvalidRequestError} for a number that is no safe integer. */
export function paramHeaders(tool: readonly ParamHeader[], args: unknown): Headers {
  const headers: Record<string, string> = {};
  for (const { header, path } of tool) {
    const text = textOf(valueAt(args, path), path);
    if (text !== undefined) headers[header] = encodeHeaderValue(text);
  }
  return headers;
}

function problemOf({ schema, path }: Place, seen: Set<string>): string | undefined {
  const name = schema[ANNOTATION];
  if (path === undefined || path.length === 0) {
    return `Expected \`${ANNOTATION}\` to be only on properties that \`properties\` alone lead to`;
  }
  const where = `\`${ANNOTATION}\` of \`${path.join(".")}\``;
  if (path.length > DEEPEST) return `Expected ${ANNOTATION} to be at most ${DEEPEST} levels deep`;
  if (typeof name !== "string" || name === "") return `Expected ${where} to be a non-empty string`;
  if (!TOKEN.test(name)) return `Expected ${where} to be a name of an HTTP header`;
  if (!PRIMITIVES.includes(schema.type)) return `Expected ${where} to be on a string, an integer or a boolean`;
  const key = name.toLowerCase();
  if (seen.has(key)) return `Expected ${where} to be unique, whatever the case`;
  seen.add(key);
  return undefined;
}

function placesIn({ schema, path }: Place): Place[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (DATA.includes(keyword)) return [];
    if (Array.isArray(value)) return value.filter(isRecord).map((each) => ({ schema: each, path: undefined }));
    if (!isRecord(value)) return [];
    if (keyword !== "properties" && !NAMED.includes(keyword)) return [{ schema: value, path: undefined }];
    return Object.entries(value).flatMap(([key, each]) =>
      isRecord(each) ? [{ schema: each, path: keyword === "properties" ? stepInto(path, key) : undefined }] : [],
    );
  });
}

/** A path is copied at every step: one that is too deep to be of use does not grow any more. */
function stepInto(path: Place["path"], key: string): Place["path"] {
  return path === undefined || path.length > DEEPEST ? path : [...path, key];
}

function valueAt(args: unknown, path: readonly string[]): unknown {
  let value = args;
  for (const key of path) {
    if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** What is no primitive the server refuses by its schema; there is nothing of it to mirror. */
function textOf(value: unknown, path: readonly string[]): string | undefined {
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (typeof value !== "number") return undefined;
  if (Number.isSafeInteger(value)) return String(value);
  throw new InvalidRequestError(`Expected the argument \`${path.join(".")}\` to be a safe integer`);
}

/** What is known of the tools that were listed: the headers of one, by its name. */
export type ToolHeaders = (toolName: string) => readonly ParamHeader[] | undefined;

/** The parameters of a `tools/call`, as headers. */
export function toolCallHeaders(lookUp: ToolHeaders, params: Params | undefined): Headers {
  const name = params?.name;
  const tool = typeof name === "string" ? lookUp(name) : undefined;
  return tool === undefined ? {} : paramHeaders(tool, params?.arguments);
}
