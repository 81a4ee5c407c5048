import { expect, test, vi } from "vitest";
import { prepare } from "../../../src/schema/index.js";

const nested = (levels: number): unknown => JSON.parse(`${'{"not":'.repeat(levels)}{}${"}".repeat(levels)}`);
const cycle: Record<string, unknown> = {};
cycle.items = cycle;

const malformed: readonly [schema: unknown, at: string][] = [
  [{ type: "text" }, "/type"],
  [{ minLength: -1 }, "/minLength"],
  [{ minimum: "1" }, "/minimum"],
  [{ required: "a" }, "/required"],
  [{ properties: [] }, "/properties"],
  [{ properties: { a: 1 } }, "/properties/a"],
  [{ allOf: [] }, "/allOf"],
  [{ multipleOf: 0 }, "/multipleOf"],
  [{ uniqueItems: 1 }, "/uniqueItems"],
  [{ $ref: 1 }, "/$ref"],
  [{ $id: 1 }, ""],
  [{ $ref: "#/$defs/none" }, ""],
  [{ $ref: "#none" }, ""],
  [{ $defs: { a: { $anchor: "x" }, b: { $anchor: "x" } } }, "/$defs/b"],
];

test.each(malformed)("a malformed schema is refused with its place: %j", (schema, at) => {
  expect(prepare(schema)).toMatchObject({ ok: false, at });
});

test.each([1, "a", null, [], undefined, () => true, 1n, cycle])("what is no schema is refused: case %#", (schema) => {
  expect(prepare(schema).ok).toBe(false);
});

test("a reference to the network is refused, and nothing is fetched", () => {
  const fetched = vi.spyOn(globalThis, "fetch");
  const schema = { properties: { a: { $ref: "https://user:canary@x.test/schema?key=canary" } } };
  const prepared = prepare(schema);
  expect(prepared).toMatchObject({ ok: false, at: "/properties/a" });
  expect(JSON.stringify(prepared)).not.toContain("canary");
  expect(fetched).not.toHaveBeenCalled();
});

test("a schema that is too deep or too large is refused", () => {
  expect(prepare(nested(120)).ok).toBe(true);
  expect(prepare(nested(200)).ok).toBe(false);
  expect(prepare(nested(100_000)).ok).toBe(false);
  expect(prepare({ enum: Array.from({ length: 60_000 }, (_, index) => index) }).ok).toBe(false);
  expect(prepare({ description: "x".repeat(1_100_000) }).ok).toBe(false);
});

test("a schema that applies itself to the same value is refused", () => {
  expect(prepare({ $ref: "#" }).ok).toBe(false);
  expect(prepare({ anyOf: [{ $ref: "#/$defs/a" }], $defs: { a: { not: { $ref: "#/$defs/a" } } } }).ok).toBe(false);
  expect(prepare({ items: { $ref: "#" } }).ok).toBe(true);
});
