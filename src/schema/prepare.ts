import { BOUNDS, OutOfBounds, Refusal } from "./bounds.js";
import { Compiler, type SchemaWarning } from "./compiler.js";
import { SchemaDocument } from "./document.js";
import { type Issue, Run } from "./run.js";

/** A schema that can be used, or why it cannot. */
export type Prepared =
  | {
      readonly ok: true;
      /**
       * What is wrong with a value: nothing if the list is empty. Never throws for a JSON value, and never works past
       * the bounds: a check that would is one issue whose keyword is `bounds`.
       */
      validate(value: unknown): readonly Issue[];
      /** What of the schema is not checked, in the order of the schema: patterns that cannot be. */
      readonly warnings: readonly SchemaWarning[];
    }
  | {
      readonly ok: false;
      /** What is wrong with the schema. It holds no text of the schema's. */
      readonly reason: string;
      /** Where in the schema: a JSON pointer. Its keys are the server's text. */
      readonly at: string;
    };

/** How schemas are prepared. */
export interface PrepareOptions {
  /** Whether `format` is checked. Default false: since 2019-09 it is an annotation. */
  readonly formats?: boolean | undefined;
}

/**
 * Prepares a schema for any number of checks.
 *
 * The schema is a server's, so it is taken for hostile: it is copied, its size is bounded, no code is generated from
 * it, its patterns run in linear time, and nothing it refers to is fetched. Later changes to `schema` have no effect.
 *
 * Source: MCP 2026-07-28, Basic, JSON Schema Usage; dialects: 2020-12 (the default), 2019-09 and drafts 07, 06, 04.
 */
export function prepare(schema: unknown, options: PrepareOptions = {}): Prepared {
  const text = toText(schema);
  return text === undefined ? NO_JSON : prepareText(text, options);
}

const NO_JSON: Prepared = {
  ok: false,
  reason: "Expected a schema to be an object or a boolean that can be written as JSON",
  at: "",
};

/** The schema's JSON text, which is what it is recognised by; `undefined` if it has none. */
export function toText(schema: unknown): string | undefined {
  try {
    return JSON.stringify(schema);
  } catch {
    return undefined;
  }
}

/** As `prepare`, for a schema's JSON text. */
export function prepareText(text: string, { formats = false }: PrepareOptions): Prepared {
  if (text.length > BOUNDS.characters) {
    return { ok: false, reason: `Expected a schema of at most ${BOUNDS.characters} characters`, at: "" };
  }
  try {
    const compiler = new Compiler(new SchemaDocument(text), formats);
    const root = compiler.compile();
    return { ok: true, warnings: compiler.warnings, validate: (value) => check(root, value) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message, at: error.at };
    throw error;
  }
}

function check(root: ReturnType<Compiler["compile"]>, value: unknown): readonly Issue[] {
  const run = new Run();
  try {
    run.visit(root, value, undefined);
    return run.issues;
  } catch (error) {
    // Values may be deeper than the stack.
    if (!(error instanceof OutOfBounds || error instanceof RangeError)) throw error;
    return [
      {
        path: "",
        keyword: "bounds",
        message: `Expected a value that can be checked in ${BOUNDS.steps} steps and ${BOUNDS.visits} levels`,
      },
    ];
  }
}
