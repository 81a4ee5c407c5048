import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

type Revision = "2025-11-25" | "2026-07-28";

interface Schema {
  readonly $defs: Readonly<Record<string, { readonly properties?: { readonly method?: { readonly const?: string } } }>>;
}

/** A message on the wire. */
interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly _meta?: Readonly<Record<string, unknown>> };
  readonly error?: unknown;
}

const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";

/** The specification's schema of one revision, compiled when it is first asked for a definition. */
class WireSchema {
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  readonly #revision: Revision;
  readonly #compiled = new Map<string, ValidateFunction>();
  /** Definitions by the method they are for. */
  readonly #byMethod = new Map<string, string>();

  constructor(revision: Revision) {
    this.#revision = revision;
    const file = new URL(`./schemas/${revision}.json`, import.meta.url);
    const schema = JSON.parse(readFileSync(file, "utf8")) as Schema;
    this.#ajv.addSchema(schema, revision);
    for (const [name, { properties }] of Object.entries(schema.$defs)) {
      const method = properties?.method?.const;
      if (method !== undefined) this.#byMethod.set(method, name);
    }
  }

  /** The definition that a message has to fit: its method's, or only JSON-RPC's for one that is not the specification's. */
  definitionOf({ id, method, error }: Message): string {
    if (method === undefined) return error === undefined ? "JSONRPCResultResponse" : "JSONRPCErrorResponse";
    return this.#byMethod.get(method) ?? (id === undefined ? "JSONRPCNotification" : "JSONRPCRequest");
  }

  violation(message: Message): string | undefined {
    const name = this.definitionOf(message);
    let validate = this.#compiled.get(name);
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: `${this.#revision}#/$defs/${name}` });
      this.#compiled.set(name, validate);
    }
    if (validate(message)) return undefined;
    return `${name} of ${this.#revision}: ${this.#ajv.errorsText(validate.errors)}`;
  }
}

const schemas = new Map<Revision, WireSchema>();

function schemaOf(revision: Revision): WireSchema {
  const known = schemas.get(revision);
  if (known !== undefined) return known;
  const schema = new WireSchema(revision);
  schemas.set(revision, schema);
  return schema;
}

/** Which schema a message is judged by: its own `_meta` names a modern revision, or its HTTP header does. */
function revisionOf({ params }: Message, version: string | undefined): Revision {
  const named = params?._meta?.[VERSION_KEY] ?? version;
  return named === "2026-07-28" ? "2026-07-28" : "2025-11-25";
}

/** What is wrong with a message of the client's by the specification's schema; `undefined` when nothing is. */
export function violationOf(text: string, version?: string): string | undefined {
  const message = JSON.parse(text) as Message;
  const violation = schemaOf(revisionOf(message, version)).violation(message);
  return violation === undefined ? undefined : `${violation}\n${text.slice(0, 300)}`;
}
