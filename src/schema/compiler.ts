import { arrayKeywords, lateArrayKeywords } from "./arrays.js";
import { Refusal } from "./bounds.js";
import type { Place, SchemaDocument } from "./document.js";
import { hasOwn, isObject } from "./json.js";
import { logicKeywords } from "./logic.js";
import { lateObjectKeywords, objectKeywords } from "./objects.js";
import { type Pattern, PatternCompiler } from "./pattern.js";
import type { SchemaNode } from "./run.js";
import { type Keyword, Site } from "./site.js";
import { formatKeyword, valueKeywords } from "./values.js";

const KEYWORDS: readonly Keyword[] = [...valueKeywords, ...logicKeywords, ...objectKeywords, ...arrayKeywords];
const LATE_KEYWORDS: readonly Keyword[] = [...lateObjectKeywords, ...lateArrayKeywords];

/** What of a schema is not checked. */
export interface SchemaWarning {
  /** Where in the schema: a JSON pointer. Its keys are the server's text. */
  readonly at: string;
  /** What is not checked, and why. It holds no text of the schema's. */
  readonly message: string;
}

/** Makes nodes of the schemas of one document: each once, however often it is referred to. */
export class Compiler {
  readonly document: SchemaDocument;
  readonly warnings: SchemaWarning[] = [];
  readonly #keywords: readonly Keyword[];
  readonly #patternCompiler = new PatternCompiler();
  readonly #patterns = new Map<string, Pattern | undefined>();
  readonly #nodes = new Map<unknown, SchemaNode>();
  readonly #unfinished: { readonly place: Place; readonly node: SchemaNode }[] = [];

  constructor(document: SchemaDocument, assertsFormats: boolean) {
    this.document = document;
    this.#keywords = assertsFormats ? [...KEYWORDS, formatKeyword] : KEYWORDS;
  }

  compile(): SchemaNode {
    const root = this.node(this.document.root);
    // A list and no recursion: chains of references may be as long as the document.
    for (let next = this.#unfinished.pop(); next !== undefined; next = this.#unfinished.pop()) this.#finish(next);
    this.#refuseCycles();
    return root;
  }

  /** The node of a schema. Its rules may come later. */
  node(place: Place): SchemaNode {
    const { schema, resource } = place;
    const known = this.#nodes.get(schema);
    if (known !== undefined && isObject(schema)) return known;
    const node: SchemaNode = { resource, rules: [], lateRules: [], inPlace: [] };
    if (isObject(schema)) {
      this.#nodes.set(schema, node);
      this.#unfinished.push({ place, node });
    } else if (schema === false) {
      node.rules.push((_value, run) => run.report("false", "Expected no value here"));
    } else if (schema !== true) {
      throw new Refusal("Expected a schema to be an object or a boolean", place.at);
    }
    return node;
  }

  /** `undefined` for one that is ignored; there is a warning then, for the first place it stands at. */
  pattern(source: string, at: string): Pattern | undefined {
    if (this.#patterns.has(source)) return this.#patterns.get(source);
    const pattern = this.#patternCompiler.compile(source);
    const isIgnored = typeof pattern === "string";
    if (isIgnored) this.warnings.push({ at, message: `A pattern is ignored: ${pattern}` });
    this.#patterns.set(source, isIgnored ? undefined : pattern);
    return this.#patterns.get(source);
  }

  #finish({ place, node }: { readonly place: Place; readonly node: SchemaNode }): void {
    const schema = place.schema as { readonly [key: string]: unknown };
    const { dialect } = place.resource;
    const rulesOf = (keywords: readonly Keyword[], rules: SchemaNode["rules"]): void => {
      for (const { name, from = 0, until = Infinity, build } of keywords) {
        if (!hasOwn(schema, name) || dialect < from || dialect > until) continue;
        // Up to draft 07 everything beside a `$ref` is ignored.
        if (dialect <= 7 && name !== "$ref" && hasOwn(schema, "$ref")) continue;
        const rule = build(schema[name], new Site(this, place, schema, node, name));
        if (rule !== undefined) rules.push(rule);
      }
    };
    rulesOf(this.#keywords, node.rules);
    rulesOf(LATE_KEYWORDS, node.lateRules);
  }

  /** A schema that applies itself to the same value would never end. */
  #refuseCycles(): void {
    const done = new Set<SchemaNode>();
    const open = new Set<SchemaNode>();
    for (const start of this.#nodes.values()) {
      const way = [{ node: start, next: 0 }];
      for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
        const { node } = top;
        if (top.next === 0 && done.has(node)) {
          way.pop();
          continue;
        }
        open.add(node);
        const inner = node.inPlace[top.next++];
        if (inner === undefined) {
          open.delete(node);
          done.add(node);
          way.pop();
        } else if (open.has(inner)) {
          throw new Refusal("Expected schemas to end, got one that refers to itself for the same value", "");
        } else if (!done.has(inner)) way.push({ node: inner, next: 0 });
      }
    }
  }
}
