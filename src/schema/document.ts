import { BOUNDS, Refusal } from "./bounds.js";
import { type Dialect, dialectOf, subschemas } from "./dialect.js";
import { hasOwn, isObject, type JsonObject, toPointer } from "./json.js";

/** A schema with a base URI of its own: the document itself, and each schema in it that has an `$id`. */
export interface Resource {
  readonly base: string;
  readonly dialect: Dialect;
  readonly root: Place;
  readonly anchors: Map<string, Place>;
  /** What a `$dynamicRef` may mean here; under `""` the schema whose `$recursiveAnchor` is true. */
  readonly dynamicAnchors: Map<string, Place>;
}

/** A schema, and where it stands. */
export interface Place {
  readonly schema: unknown;
  readonly resource: Resource;
  /** A JSON pointer from the document's root. */
  readonly at: string;
}

// Never looked up anywhere: only what relative references are relative to.
const NO_BASE = "schema:///";

/** One JSON text with all the schemas in it. It knows nothing else: a reference that leads out of it is refused. */
export class SchemaDocument {
  readonly root: Place;
  readonly #resources = new Map<string, Resource>();
  readonly #places = new Map<unknown, Place>();

  /** `text` is a JSON text. */
  constructor(text: string) {
    const schema: unknown = JSON.parse(text);
    measure(schema);
    this.root = this.#openResource(schema, NO_BASE, 2020, "");
    if (isObject(schema)) this.#index(schema, this.root.resource, "");
  }

  get resources(): Iterable<Resource> {
    return this.#resources.values();
  }

  /** Where `schema`, which was found at `path` under `parent`, stands. */
  placeOf(schema: unknown, parent: Place, path: readonly (string | number)[]): Place {
    return this.#places.get(schema) ?? { schema, resource: parent.resource, at: parent.at + toPointer(path) };
  }

  /** What a reference in the schema at `from` refers to, and the reference's fragment. */
  resolve(reference: string, from: Place): { readonly place: Place; readonly fragment: string } {
    const { uri, fragment } = split(reference, from.resource.base, from.at);
    const resource = this.#resources.get(uri);
    if (resource === undefined) {
      throw new Refusal(
        "Expected references to schemas of the same document, got one to another. Nothing is fetched",
        from.at,
      );
    }
    const place = fragment.startsWith("/")
      ? this.#walk(resource, fragment)
      : fragment === ""
        ? resource.root
        : (resource.anchors.get(fragment) ?? resource.dynamicAnchors.get(fragment));
    if (place === undefined)
      throw new Refusal("Expected references to schemas that exist, got one that leads nowhere", from.at);
    return { place, fragment };
  }

  #walk(resource: Resource, pointer: string): Place | undefined {
    let place = resource.root;
    for (const token of pointer.slice(1).split("/")) {
      const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
      const { schema } = place;
      if (typeof schema !== "object" || schema === null || !hasOwn(schema, key)) return undefined;
      place = this.placeOf((schema as JsonObject)[key], place, [key]);
    }
    return place;
  }

  #openResource(schema: unknown, base: string, outer: Dialect, at: string): Place {
    const dialect = isObject(schema) && hasOwn(schema, "$schema") ? namedDialect(schema, at) : outer;
    const id = isObject(schema) ? idOf(schema, dialect, at) : undefined;
    const { uri } = split(id ?? "", base, at);
    if (this.#resources.has(uri)) throw new Refusal("Expected each `$id` once in a document", at);
    const place = {} as { -readonly [key in keyof Place]: Place[key] };
    const resource = { base: uri, dialect, root: place, anchors: new Map(), dynamicAnchors: new Map() };
    Object.assign(place, { schema, resource, at });
    this.#resources.set(uri, resource);
    return place;
  }

  /** Notes where each schema in `schema` stands, and what names it has. As deep as the text is, and that is bounded. */
  #index(schema: JsonObject, outer: Resource, at: string): void {
    let place: Place = { schema, resource: outer, at };
    const id = idOf(schema, outer.dialect, at);
    if (schema === outer.root.schema) place = outer.root;
    else if (id !== undefined && !isFragment(id, outer.dialect)) {
      place = this.#openResource(schema, outer.base, outer.dialect, at);
    }
    this.#places.set(schema, place);
    this.#name(place, id);
    for (const [path, inner] of subschemas(schema, place.resource.dialect)) {
      if (isObject(inner)) this.#index(inner, place.resource, at + toPointer(path));
    }
  }

  #name(place: Place, id: string | undefined): void {
    const { resource, at } = place;
    const schema = place.schema as JsonObject;
    const { dialect, anchors, dynamicAnchors, base } = resource;
    const note = (names: Map<string, Place>, keyword: string): void => {
      if (!hasOwn(schema, keyword)) return;
      const name = schema[keyword];
      if (typeof name !== "string") throw new Refusal(`Expected \`${keyword}\` to be a string`, at);
      if (names.has(name)) throw new Refusal(`Expected each \`${keyword}\` once in a schema`, at);
      names.set(name, place);
    };
    if (dialect <= 7 && id !== undefined) {
      const { fragment } = split(id, base, at);
      if (fragment !== "") anchors.set(fragment, place);
    }
    if (dialect >= 2019) note(anchors, "$anchor");
    if (dialect >= 2020) note(dynamicAnchors, "$dynamicAnchor");
    if (dialect === 2019 && schema.$recursiveAnchor === true) dynamicAnchors.set("", place);
  }
}

function namedDialect(schema: JsonObject, at: string): Dialect {
  const name = schema.$schema;
  const dialect = typeof name === "string" ? dialectOf(name) : undefined;
  if (dialect === undefined) {
    throw new Refusal("Expected `$schema` to name draft 04, 06, 07, 2019-09 or 2020-12, got another dialect", at);
  }
  return dialect;
}

function idOf(schema: JsonObject, dialect: Dialect, at: string): string | undefined {
  const keyword = dialect === 4 ? "id" : "$id";
  // Up to draft 07 everything beside a `$ref` is ignored.
  if (!hasOwn(schema, keyword) || (dialect <= 7 && hasOwn(schema, "$ref"))) return undefined;
  const id = schema[keyword];
  if (typeof id !== "string") throw new Refusal(`Expected \`${keyword}\` to be a string`, at);
  return id;
}

/** Up to draft 07 an `$id` that is only a fragment is what `$anchor` became later. */
function isFragment(id: string, dialect: Dialect): boolean {
  return dialect <= 7 && id.startsWith("#");
}

function split(reference: string, base: string, at: string): { readonly uri: string; readonly fragment: string } {
  try {
    const url = new URL(reference, base);
    const fragment = decodeURIComponent(url.hash.slice(1));
    url.hash = "";
    return { uri: url.href, fragment };
  } catch {
    throw new Refusal("Expected identifiers and references to be URIs", at);
  }
}

function measure(document: unknown): void {
  let nodes = 0;
  let level: unknown[] = [document];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > BOUNDS.depth) throw new Refusal(`Expected a schema of at most ${BOUNDS.depth} levels`, "");
    nodes += level.length;
    if (nodes > BOUNDS.nodes) throw new Refusal(`Expected a schema of at most ${BOUNDS.nodes} values`, "");
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
}
