import fc from "fast-check";
import { expect, test } from "vitest";
import { applyDefaults, checkContent } from "../../../src/schema/index.js";

const form = {
  type: "object",
  properties: {
    name: { type: "string", title: "Name", minLength: 2, maxLength: 5 },
    mail: { type: "string", format: "email", default: "a@b.test" },
    site: { type: "string", format: "uri" },
    day: { type: "string", format: "date" },
    at: { type: "string", format: "date-time" },
    age: { type: "integer", minimum: 0, maximum: 150, default: 18 },
    agrees: { type: "boolean", default: false },
    color: { type: "string", enum: ["red", "green"], enumNames: ["Red", "Green"], default: "red" },
    size: {
      type: "string",
      oneOf: [
        { const: "s", title: "Small" },
        { const: "l", title: "Large" },
      ],
      default: "l",
    },
    tags: { type: "array", minItems: 1, maxItems: 2, items: { type: "string", enum: ["a", "b", "c"] }, default: ["a"] },
    kinds: { type: "array", items: { anyOf: [{ const: "x", title: "X" }] } },
  },
  required: ["name"],
};

const good = {
  name: "Anna",
  mail: "x@y.test",
  site: "https://x.test/",
  day: "2024-02-29",
  at: "2024-02-29T10:00:00Z",
  age: 30,
  agrees: true,
  color: "green",
  size: "s",
  tags: ["b", "c"],
  kinds: ["x"],
};

test("M15 content that fits the form passes", () => {
  expect(checkContent(form, good)).toEqual({ ok: true, issues: [] });
  expect(checkContent(form, { name: "Anna" })).toEqual({ ok: true, issues: [] });
});

test.each([
  ["name", "A", "minLength"],
  ["name", "Annabella", "maxLength"],
  ["name", undefined, "required"],
  ["mail", "nobody", "format"],
  ["site", "no uri", "format"],
  ["day", "2023-02-29", "format"],
  ["at", "yesterday", "format"],
  ["age", 1.5, "type"],
  ["age", -1, "minimum"],
  ["agrees", "yes", "type"],
  ["color", "blue", "enum"],
  ["size", "m", "oneOf"],
  ["tags", [], "minItems"],
])("M15 content that does not fit is told where and why: %s = %j", (name, value, keyword) => {
  expect(checkContent(form, { ...good, [name]: value })).toMatchObject({
    ok: true,
    issues: [{ path: `/${name}`, keyword }],
  });
});

test("M15 values that the protocol cannot carry are issues even if the schema allows them", () => {
  expect(checkContent({ type: "object" }, { a: { b: 1 } })).toMatchObject({
    ok: true,
    issues: [{ path: "/a", keyword: "type" }],
  });
  expect(checkContent({ type: "object" }, { a: null, b: [1], c: ["x"], d: undefined })).toMatchObject({
    issues: [{ path: "/a" }, { path: "/b" }],
  });
  expect(checkContent({ type: "object" }, "text")).toMatchObject({ ok: true, issues: [{ path: "" }] });
});

test("M15 a form that is no object's schema, or a hostile one, is refused", () => {
  for (const schema of [undefined, null, true, { type: "string" }, { type: "object", properties: [] }]) {
    expect(checkContent(schema, {})).toMatchObject({ ok: false });
  }
  expect(checkContent({ type: "object", properties: { a: { $ref: "http://x.test/" } } }, {}).ok).toBe(false);
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [index, { type: "string", default: "x" }]));
  expect(checkContent({ type: "object", properties: many }, {}).ok).toBe(false);
  expect(applyDefaults({ type: "object", properties: many }, {})).toEqual({});
});

test("M15 defaults fill in what is missing", () => {
  const filled = applyDefaults(form, { name: "Anna", color: undefined, agrees: true });
  expect(filled).toEqual({
    name: "Anna",
    mail: "a@b.test",
    age: 18,
    agrees: true,
    color: "red",
    size: "l",
    tags: ["a"],
  });
  expect(filled.tags).not.toBe(form.properties.tags.default);
  expect(checkContent(form, filled)).toEqual({ ok: true, issues: [] });
  expect(applyDefaults(form, undefined)).not.toHaveProperty("name");
});

test("M15 a default that its own schema rejects is left out", () => {
  const properties = {
    a: { type: "integer", default: "x" },
    b: { default: { c: 1 } },
    d: { type: "string", default: "" },
  };
  expect(applyDefaults({ type: "object", properties }, {})).toEqual({ d: "" });
});

test("M15 a default named `__proto__` is a property and no prototype", () => {
  const schema: unknown = JSON.parse('{"type":"object","properties":{"__proto__":{"default":"x"}}}');
  const filled = applyDefaults(schema, {});
  expect(Object.keys(filled)).toEqual(["__proto__"]);
  expect(Object.getPrototypeOf(filled)).toBe(Object.prototype);
});

test("M15 defaults never override what is given, and give nothing that is not asked for", () => {
  const name = fc.constantFrom("a", "b", "c", "__proto__", "toString");
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()));
  fc.assert(
    fc.property(
      fc.dictionary(name, fc.record({ default: value })),
      fc.dictionary(name, value),
      (properties, content) => {
        const before = structuredClone(content);
        const filled = new Map(Object.entries(applyDefaults({ type: "object", properties }, content)));
        expect(content).toEqual(before);
        for (const [key, given] of Object.entries(content)) expect(filled.get(key)).toEqual(given);
        expect(new Set(filled.keys())).toEqual(new Set([...Object.keys(content), ...Object.keys(properties)]));
      },
    ),
  );
});
