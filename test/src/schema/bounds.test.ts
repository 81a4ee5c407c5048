import { expect, test } from "vitest";
import { type Issue, prepare } from "../../../src/schema/index.js";

function issuesOf(schema: unknown, value: unknown): readonly Issue[] {
  const prepared = prepare(schema);
  if (!prepared.ok) throw new Error(prepared.reason);
  return prepared.validate(value);
}
const doubling = Object.fromEntries(
  Array.from({ length: 40 }, (_, index) => {
    const next = { $ref: `#/$defs/${index + 1}` };
    return [index, { allOf: [next, next] }];
  }),
);
const nested = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);
const both = { properties: { a: { $ref: "#" } } };

// Each of these would take longer than the age of the universe, or more stack than there is.
const endless: readonly [name: string, schema: unknown, value: unknown][] = [
  ["references that double", { $ref: "#/$defs/0", $defs: { ...doubling, 40: {} } }, 1],
  ["properties visited twice on each level", { allOf: [both, both] }, nested(100)],
  ["a value deeper than the stack", { properties: { a: { $ref: "#" } } }, nested(5_000)],
  ["a dynamic reference to itself", { $dynamicAnchor: "x", $dynamicRef: "#x" }, 1],
  [
    "alternatives for each of many items",
    { items: { anyOf: Array.from({ length: 1_000 }, () => ({ const: 1 })) } },
    Array.from({ length: 100_000 }, () => 2),
  ],
  ["a long text for a large pattern", { pattern: "[ab]*a[ab]{900}$" }, "ab".repeat(50_000)],
];

test.each(endless)("a check is given up past its bounds: %s", (_name, schema, value) => {
  expect(issuesOf(schema, value)).toEqual([expect.objectContaining({ path: "", keyword: "bounds" })]);
});

test("the bounds are two million steps, three of them an item here, and 512 schemas, two of them a level", () => {
  const numbers = { items: { type: "number" } };
  expect(
    issuesOf(
      numbers,
      Array.from({ length: 600_000 }, () => 1),
    ),
  ).toEqual([]);
  expect(
    issuesOf(
      numbers,
      Array.from({ length: 700_000 }, () => 1),
    ),
  ).toMatchObject([{ keyword: "bounds" }]);
  expect(issuesOf(both, nested(255))).toEqual([]);
  expect(issuesOf(both, nested(256))).toMatchObject([{ keyword: "bounds" }]);
});

test("items are compared by their keys, so that many of them are no quadratic work", () => {
  const many = Array.from({ length: 100_000 }, (_, index) => ({ index }));
  expect(issuesOf({ uniqueItems: true }, many)).toEqual([]);
  expect(issuesOf({ uniqueItems: true }, [...many, { index: 5 }])).toMatchObject([{ path: "/100000" }]);
});

test("a pattern that backtracking engines take for ever with is matched", () => {
  expect(issuesOf({ pattern: "^(a+)+$" }, `${"a".repeat(50_000)}b`)).toMatchObject([{ keyword: "pattern" }]);
  expect(issuesOf({ pattern: "^(a+)+$" }, "a".repeat(50_000))).toEqual([]);
});

test("a pattern that has no linear form is ignored with a warning, and rejects nothing", () => {
  const prepared = prepare({
    properties: { a: { pattern: "^(?=x)" } },
    patternProperties: { "(.)\\1": { type: "number" } },
    additionalProperties: false,
  });
  if (!prepared.ok) throw new Error(prepared.reason);
  expect(prepared.warnings.map(({ at }) => at)).toEqual(
    expect.arrayContaining(["/properties/a/pattern", "/patternProperties"]),
  );
  expect(prepared.warnings).toHaveLength(2);
  expect(prepared.validate({ a: "y", bb: "z" })).toEqual([]);
});

test("the issues of one check are bounded and hold no values of the data", () => {
  const issues = issuesOf(
    { items: { type: "number", const: "canary" } },
    Array.from({ length: 1_000 }, () => "canary!"),
  );
  expect(issues).toHaveLength(20);
  expect(issues[0]).toEqual({ path: "/0", keyword: "type", message: "Expected a number, got a string" });
  expect(JSON.stringify(issues)).not.toContain("canary");
});

test("keys like `__proto__` are keys, and nothing is polluted", () => {
  const schema: unknown = JSON.parse('{"properties":{"__proto__":{"type":"object","required":["polluted"]}}}');
  expect(issuesOf(schema, JSON.parse('{"__proto__":1}'))).toMatchObject([{ path: "/__proto__" }]);
  expect(issuesOf(schema, JSON.parse('{"__proto__":{"polluted":1}}'))).toEqual([]);
  expect(issuesOf(schema, {})).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect("polluted" in {}).toBe(false);
});
