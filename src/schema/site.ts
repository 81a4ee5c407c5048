import { Refusal } from "./bounds.js";
import type { Compiler } from "./compiler.js";
import type { Dialect } from "./dialect.js";
import type { Place } from "./document.js";
import { isObject, type JsonObject, toPointer } from "./json.js";
import type { Pattern } from "./pattern.js";
import type { Rule, SchemaNode } from "./run.js";

/** How a keyword becomes a rule; `undefined` if there is nothing to check. */
export type Build = (value: unknown, site: Site) => Rule | undefined;

/** A keyword of JSON Schema, and the dialects that have it. */
export interface Keyword {
  readonly name: string;
  readonly from?: Dialect;
  readonly until?: Dialect;
  readonly build: Build;
}

/** A keyword's place while it is prepared: the schema around it, and the way to the schemas it holds. */
export class Site {
  readonly schema: JsonObject;
  readonly dialect: Dialect;
  readonly compiler: Compiler;
  readonly place: Place;
  readonly keyword: string;
  readonly #node: SchemaNode;

  constructor(compiler: Compiler, place: Place, schema: JsonObject, node: SchemaNode, keyword: string) {
    this.compiler = compiler;
    this.place = place;
    this.schema = schema;
    this.dialect = place.resource.dialect;
    this.keyword = keyword;
    this.#node = node;
  }

  refuse(expected: string): never {
    throw new Refusal(`Expected \`${this.keyword}\` to be ${expected}`, this.place.at + toPointer([this.keyword]));
  }

  /** A schema that is applied to parts of the value. */
  child(schema: unknown, ...path: (string | number)[]): SchemaNode {
    return this.compiler.node(this.compiler.document.placeOf(schema, this.place, [this.keyword, ...path]));
  }

  /** A schema that is applied to the same value. */
  inPlace(schema: unknown, ...path: (string | number)[]): SchemaNode {
    return this.#applied(this.child(schema, ...path));
  }

  /** As `inPlace`, for the schema that another keyword beside this one holds. */
  beside(keyword: string, schema: unknown): SchemaNode {
    return this.#applied(this.compiler.node(this.compiler.document.placeOf(schema, this.place, [keyword])));
  }

  /** The schema referred to, which is applied to the same value. */
  referred(reference: string): SchemaNode {
    return this.#applied(this.compiler.node(this.compiler.document.resolve(reference, this.place).place));
  }

  pattern(source: string): Pattern | undefined {
    return this.compiler.pattern(source, this.place.at + toPointer([this.keyword]));
  }

  count(value: unknown): number {
    return typeof value === "number" && Number.isInteger(value) && value >= 0
      ? value
      : this.refuse("a whole number, 0 or more");
  }

  number(value: unknown): number {
    return typeof value === "number" ? value : this.refuse("a number");
  }

  string(value: unknown): string {
    return typeof value === "string" ? value : this.refuse("a string");
  }

  strings(value: unknown): readonly string[] {
    return this.list(value).every((item) => typeof item === "string")
      ? (value as readonly string[])
      : this.refuse("a list of strings");
  }

  list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : this.refuse("a list");
  }

  schemas(value: unknown): readonly unknown[] {
    const list = this.list(value);
    return list.length > 0 ? list : this.refuse("a list of at least one schema");
  }

  entries(value: unknown): [string, unknown][] {
    return isObject(value) ? Object.entries(value) : this.refuse("an object");
  }

  #applied(node: SchemaNode): SchemaNode {
    this.#node.inPlace.push(node);
    return node;
  }
}
