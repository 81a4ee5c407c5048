import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { prepare } from "../../../src/schema/index.js";

const key = fc.constantFrom("a", "b", "c");
const small = fc.integer({ min: 0, max: 3 });
const leaf = fc.oneof(
  fc.constantFrom("", "a", "ab", "abc"),
  fc.integer({ min: -3, max: 6 }),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value")),
  ),
}));

// Without what the other validator is known to get wrong: `$dynamicRef` and the `unevaluated` keywords.
const { schema } = fc.letrec((tie) => {
  const inner = tie("schema");
  const list = fc.array(inner, { minLength: 1, maxLength: 3 });
  const keywords = {
    type: fc.constantFrom("string", "number", "integer", "array", "object", ["null", "boolean"]),
    enum: fc.array(value, { minLength: 1, maxLength: 4 }),
    const: leaf,
    minimum: small,
    exclusiveMaximum: small,
    multipleOf: fc.constantFrom(1, 2, 0.5),
    minLength: small,
    maxLength: small,
    pattern: fc.constantFrom("a", "^b", "^a?b*$"),
    required: fc.array(key, { maxLength: 2 }),
    properties: fc.dictionary(key, inner),
    patternProperties: fc.dictionary(fc.constantFrom("[ab]", "^c"), inner),
    additionalProperties: inner,
    propertyNames: inner,
    maxProperties: small,
    dependentRequired: fc.dictionary(key, fc.array(key)),
    dependentSchemas: fc.dictionary(key, inner),
    prefixItems: list,
    items: inner,
    contains: inner,
    minContains: small,
    maxItems: small,
    uniqueItems: fc.boolean(),
    allOf: list,
    anyOf: list,
    oneOf: list,
    not: inner,
    if: inner,
    else: inner,
  };
  // A few keywords each: with all of them at once, hardly a value would ever pass.
  const single = Object.entries(keywords).map(([name, arbitrary]) => fc.record({ [name]: arbitrary }));
  const some = fc.array(fc.oneof(...single), { maxLength: 3 }).map((parts) => Object.assign({}, ...parts) as object);
  return { schema: fc.oneof({ maxDepth: 3 }, fc.boolean(), some) };
});

test("M18 a schema means what an independent validator takes it to mean", () => {
  fc.assert(
    fc.property(schema, fc.array(value, { minLength: 1, maxLength: 5 }), (candidate, values) => {
      const prepared = prepare(candidate);
      if (!prepared.ok) throw new Error(prepared.reason);
      const other = new Validator(structuredClone(candidate) as ConstructorParameters<typeof Validator>[0], "2020-12");
      for (const item of values) expect(prepared.validate(item).length === 0).toBe(other.validate(item).valid);
    }),
    { numRuns: 1_000 },
  );
});

test("neither a malformed schema nor any value makes anything throw", () => {
  const keywords = [
    "$ref",
    "$id",
    "$anchor",
    "$dynamicRef",
    "$schema",
    "type",
    "properties",
    "items",
    "allOf",
    "not",
    "if",
    "pattern",
    "required",
    "minLength",
    "unevaluatedProperties",
    "unevaluatedItems",
    "__proto__",
  ];
  const part = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom("#", "#/properties/a", "#x", "%", "(", "string"),
    schema,
  );
  const malformed = fc.oneof(fc.dictionary(fc.constantFrom(...keywords), part), fc.jsonValue());
  fc.assert(
    fc.property(malformed, fc.jsonValue(), (candidate, item) => {
      const prepared = prepare(candidate);
      if (prepared.ok) expect(Array.isArray(prepared.validate(item))).toBe(true);
      else expect(prepared.reason).toMatch(/^Expected /);
    }),
    { numRuns: 1_000 },
  );
});
