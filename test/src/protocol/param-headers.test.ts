import { describe, expect, test } from "vitest";
import { InvalidRequestError } from "../../../src/protocol/errors.js";
import { type ParamHeader, paramHeaders, readParamHeaders } from "../../../src/protocol/param-headers.js";

const annotated = (name: unknown, type: unknown = "string") => ({ type, "x-mcp-header": name });
const schemaOf = (properties: unknown, more: object = {}) => ({ type: "object", properties, ...more });

function read(inputSchema: unknown): readonly ParamHeader[] {
  const reading = readParamHeaders(inputSchema);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.headers;
}

describe("reading x-mcp-header annotations", () => {
  test("a schema without any has none", () => {
    expect(read(schemaOf({ query: { type: "string" } }))).toEqual([]);
    expect(read(undefined)).toEqual([]);
    expect(read(true)).toEqual([]);
  });

  test.each(["string", "integer", "boolean"])("a property of type %s may have one", (type) => {
    expect(read(schemaOf({ region: annotated("Region", type) }))).toEqual([
      { header: "mcp-param-region", path: ["region"] },
    ]);
  });

  test("a nested property may have one, however deep `properties` lead to it", () => {
    const schema = schemaOf({
      a: schemaOf({ b: schemaOf({ c: annotated("Deep") }), d: annotated("Flat", "boolean") }),
    });

    expect(new Set(read(schema))).toEqual(
      new Set([
        { header: "mcp-param-deep", path: ["a", "b", "c"] },
        { header: "mcp-param-flat", path: ["a", "d"] },
      ]),
    );
  });

  test("a property that is called like the annotation is none", () => {
    expect(read(schemaOf({ "x-mcp-header": { type: "string" } }))).toEqual([]);
    expect(read(schemaOf({ properties: schemaOf({ a: annotated("A") }) }))).toMatchObject([
      { path: ["properties", "a"] },
    ]);
  });

  test.each(["const", "default", "examples", "enum"])("what looks like one inside of `%s` is data", (keyword) => {
    expect(read(schemaOf({ a: { [keyword]: { "x-mcp-header": "A" } } }))).toEqual([]);
    expect(read(schemaOf({ a: { [keyword]: [{ "x-mcp-header": "A" }] } }))).toEqual([]);
  });

  test.each([
    ["empty", ""],
    ["no string", 5],
    ["null", null],
    ["with a blank", "My Region"],
    ["with a colon", "Region:"],
    ["with a line break", "Region\r\nX: 1"],
    ["with a control character", "Reg\u0001ion"],
    ["not ASCII", "Größe"],
  ])("a name that is %s makes the tool invalid", (_, name) => {
    expect(readParamHeaders(schemaOf({ region: annotated(name) }))).toMatchObject({ ok: false });
  });

  test.each([["number"], ["object"], ["array"], ["null"], [undefined], [["string", "null"]]])(
    "a property of type %s makes the tool invalid",
    (type) => {
      const property = { type, "x-mcp-header": "Region" };

      expect(readParamHeaders(schemaOf({ region: property }))).toMatchObject({ ok: false });
    },
  );

  test("two names that differ only in case make the tool invalid", () => {
    const schema = schemaOf({ a: annotated("Region"), b: schemaOf({ c: annotated("REGION") }) });

    expect(readParamHeaders(schema)).toMatchObject({ ok: false, problem: expect.stringContaining("unique") });
  });

  test.each([
    ["the root", { ...annotated("A"), type: "object" }],
    ["items", schemaOf({ list: { type: "array", items: annotated("A") } })],
    ["prefixItems", schemaOf({ list: { type: "array", prefixItems: [annotated("A")] } })],
    ["an object of items", schemaOf({ list: { type: "array", items: schemaOf({ a: annotated("A") }) } })],
    ["additionalProperties", schemaOf({}, { additionalProperties: annotated("A") })],
    ["patternProperties", schemaOf({}, { patternProperties: { "^x": annotated("A") } })],
    ["oneOf", schemaOf({}, { oneOf: [schemaOf({ a: annotated("A") })] })],
    ["anyOf", schemaOf({ a: { anyOf: [annotated("A")] } })],
    ["allOf", schemaOf({}, { allOf: [schemaOf({ a: annotated("A") })] })],
    ["not", schemaOf({ a: { not: annotated("A") } })],
    ["if", schemaOf({}, { if: schemaOf({ a: annotated("A") }) })],
    ["then", schemaOf({}, JSON.parse(`{ "then": ${JSON.stringify(schemaOf({ a: annotated("A") }))} }`))],
    ["else", schemaOf({}, { else: schemaOf({ a: annotated("A") }) })],
    ["$defs, and so a $ref", { ...schemaOf({ a: { $ref: "#/$defs/a" } }), $defs: { a: annotated("A") } }],
    ["dependentSchemas", schemaOf({}, { dependentSchemas: { x: schemaOf({ a: annotated("A") }) } })],
  ])("one that is reached by way of %s makes the tool invalid", (_, schema) => {
    expect(readParamHeaders(schema)).toMatchObject({ ok: false });
  });

  test("a schema of any depth and size is read without harm", () => {
    let deep: object = annotated("Deep");
    for (let level = 0; level < 50_000; level++) deep = schemaOf({ a: deep });
    const wide = schemaOf(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`p${i}`, { type: "string" }])));

    expect(readParamHeaders(deep)).toMatchObject({ ok: false });
    expect(read(wide)).toEqual([]);
  });
});

describe("the headers of a call", () => {
  const tool = [
    { header: "mcp-param-region", path: ["region"] },
    { header: "mcp-param-deep", path: ["a", "b"] },
  ];

  test.each([
    ["a string", "us-west1", "us-west1"],
    ["an empty string", "", ""],
    ["an integer", 42, "42"],
    ["a negative integer", -7, "-7"],
    ["true", true, "true"],
    ["false", false, "false"],
    ["text that is not ASCII", "Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="],
    ["blanks around", " padded ", "=?base64?IHBhZGRlZCA=?="],
    ["a line break", "line1\nline2", "=?base64?bGluZTEKbGluZTI=?="],
    ["what looks encoded", "=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
  ])("%s", (_, value, header) => {
    expect(paramHeaders(tool, { region: value })).toEqual({ "mcp-param-region": header });
    expect(paramHeaders(tool, { a: { b: value } })).toEqual({ "mcp-param-deep": header });
  });

  test.each([
    ["null", { region: null }],
    ["absent", {}],
    ["no arguments at all", undefined],
    ["no object on the way", { a: "b" }],
    ["null on the way", { a: null }],
    ["inherited", Object.create({ region: "x" })],
    ["an object", { region: {} }],
  ])("is omitted when the value is %s", (_, args) => {
    expect(paramHeaders(tool, args)).toEqual({});
  });

  test.each([2 ** 53, -(2 ** 53), 1.5, Number.NaN])("%s is no integer that can be mirrored", (value) => {
    expect(() => paramHeaders(tool, { region: value })).toThrow(InvalidRequestError);
  });
});
