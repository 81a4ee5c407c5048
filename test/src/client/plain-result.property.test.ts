import fc from "fast-check";
import { expect, test } from "vitest";
import { plainToolResult } from "../../../src/client/plain-result.js";
import { resultSchemas } from "../../../src/protocol/schemas.js";

const schema = resultSchemas["tools/call"];

/** What is a text, or nearly one. */
const block = fc.record(
  {
    type: fc.oneof({ weight: 6, arbitrary: fc.constant("text") }, fc.constantFrom("image", 1, null)),
    text: fc.oneof({ weight: 6, arbitrary: fc.string() }, fc.constantFrom(null, 1, ["a"])),
    annotations: fc.constantFrom({}, null, { audience: ["user"] }),
    _meta: fc.constantFrom({}, null),
    ["__proto__"]: fc.constant({}),
  },
  { requiredKeys: ["type", "text"] },
);
const nearly = fc.record(
  {
    content: fc.oneof(
      { weight: 6, arbitrary: fc.array(block, { maxLength: 3 }) },
      fc.constantFrom(null, {}, [null], [[]]),
    ),
    isError: fc.constantFrom(true, false, 1),
    structuredContent: fc.constantFrom({}, null),
    resultType: fc.constantFrom("complete", 1),
    _meta: fc.constantFrom({}, null),
  },
  { requiredKeys: [] },
);
const texts = fc.array(fc.record({ type: fc.constant("text"), text: fc.string() }));

test("what is taken as plain is what the schema makes of it", () => {
  fc.assert(
    fc.property(fc.oneof(nearly, fc.record({ content: texts }), fc.jsonValue()), (made) => {
      const value: unknown = JSON.parse(JSON.stringify(made));
      const plain = plainToolResult(value);
      if (plain === undefined) return;
      expect(schema.safeParse(value)).toEqual({ success: true, data: plain });
    }),
    { numRuns: 2_000 },
  );
});

test("texts alone are plain", () => {
  fc.assert(
    fc.property(texts, (content) => {
      const value: unknown = JSON.parse(JSON.stringify({ content }));
      expect(plainToolResult(value)).toEqual(value);
    }),
  );
});

test.each([
  [{ content: [{ type: "text", text: 1 }] }],
  [{ content: [{ type: "text" }] }],
  [{ content: [{ type: "text", text: "a", annotations: {} }] }],
  [{ content: [{ type: "image", text: "a" }] }],
  [{ content: [], isError: true }],
  [{ content: "a" }],
  [{}],
  [[]],
  [null],
])("%j is left to the schema", (value) => {
  expect(plainToolResult(value)).toBeUndefined();
});
