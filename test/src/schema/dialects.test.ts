import { expect, test } from "vitest";
import { prepare } from "../../../src/schema/index.js";

const draft = (name: string): string => `http://json-schema.org/draft-${name}/schema#`;
const fits = (schema: unknown, value: unknown): boolean => {
  const prepared = prepare(schema);
  if (!prepared.ok) throw new Error(prepared.reason);
  return prepared.validate(value).length === 0;
};

test("M18 a schema without `$schema` is 2020-12's: `items` comes after `prefixItems`", () => {
  expect(fits({ prefixItems: [{ const: 1 }] }, [2])).toBe(false);
  expect(fits({ $schema: "https://json-schema.org/draft/2020-12/schema", prefixItems: [{ const: 1 }] }, [2])).toBe(
    false,
  );
  expect(fits({ $schema: draft("07"), prefixItems: [{ const: 1 }] }, [2])).toBe(true);
});

test("draft 07 has tuples in `items`, and ignores what stands beside a `$ref`", () => {
  const tuple = { $schema: draft("07"), items: [{ type: "number" }], additionalItems: false };
  expect(fits(tuple, [1])).toBe(true);
  expect(fits(tuple, ["a"])).toBe(false);
  expect(fits(tuple, [1, 2])).toBe(false);
  const reference = {
    $schema: draft("07"),
    properties: { a: { $ref: "#/definitions/a", maximum: 1 } },
    definitions: { a: {} },
  };
  expect(fits(reference, { a: 5 })).toBe(true);
});

test("draft 06 has no `if`, and draft 04 has boolean exclusive limits and `id`", () => {
  const conditional: object = JSON.parse('{"if":true,"then":false}');
  expect(fits({ $schema: draft("06"), ...conditional }, 1)).toBe(true);
  expect(fits({ $schema: draft("07"), ...conditional }, 1)).toBe(false);
  expect(fits({ $schema: draft("04"), minimum: 1, exclusiveMinimum: true }, 1)).toBe(false);
  expect(
    fits(
      {
        $schema: draft("04"),
        id: "http://x.test/",
        allOf: [{ $ref: "#a" }],
        definitions: { a: { id: "#a", type: "null" } },
      },
      1,
    ),
  ).toBe(false);
});

test("2019-09 has `$recursiveRef`", () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2019-09/schema",
    $id: "http://x.test/strict",
    $recursiveAnchor: true,
    $ref: "tree",
    unevaluatedProperties: false,
    $defs: { tree: { $id: "tree", $recursiveAnchor: true, properties: { inner: { $recursiveRef: "#" } } } },
  };
  expect(fits(schema, { inner: { inner: {} } })).toBe(true);
  expect(fits(schema, { inner: { other: {} } })).toBe(false);
});

test("another dialect is refused and not taken for 2020-12", () => {
  expect(prepare({ $schema: "https://x.test/dialect" })).toMatchObject({ ok: false, at: "" });
});
