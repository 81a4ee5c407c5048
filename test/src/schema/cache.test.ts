import { expect, test } from "vitest";
import { SchemaCache } from "../../../src/schema/index.js";

const tool = (index: number): unknown => ({ type: "object", properties: { [`p${index}`]: { type: "number" } } });

test("M18 a thousand refreshes of twenty tools prepare twenty schemas", () => {
  const cache = new SchemaCache();
  const first = Array.from({ length: 20 }, (_, index) => cache.prepare(tool(index)));
  for (let refresh = 0; refresh < 1_000; refresh++) {
    for (let index = 0; index < 20; index++) expect(cache.prepare(tool(index))).toBe(first[index]);
  }
  expect(cache.size).toBe(20);
});

test("a server whose schemas change with every refresh fills the cache up to its bounds only", () => {
  const cache = new SchemaCache({ maxSchemas: 50 });
  for (let index = 0; index < 1_000; index++) cache.prepare(tool(index));
  expect(cache.size).toBe(50);
  const small = new SchemaCache({ maxCharacters: 1_000 });
  for (let index = 0; index < 100; index++) small.prepare({ title: "x".repeat(200), minimum: index });
  expect(small.size).toBe(4);
});

test("what was asked for last stays", () => {
  const cache = new SchemaCache({ maxSchemas: 2 });
  const kept = cache.prepare(tool(0));
  const gone = cache.prepare(tool(1));
  cache.prepare(tool(0));
  cache.prepare(tool(2));
  expect(cache.prepare(tool(0))).toBe(kept);
  expect(cache.prepare(tool(1))).not.toBe(gone);
});

test("two caches share nothing, and later changes to a schema change nothing", () => {
  const schema = { type: "object", enum: [{ a: 1 }] };
  const prepared = new SchemaCache().prepare(schema);
  expect(new SchemaCache().prepare(schema)).not.toBe(prepared);
  schema.enum.push({ a: 2 });
  expect(prepared.ok && prepared.validate({ a: 2 })).toHaveLength(1);
});

test("one bad schema is refused alone", () => {
  const cache = new SchemaCache();
  expect(cache.prepare({ $ref: "http://x.test/" }).ok).toBe(false);
  expect(cache.prepare(tool(1)).ok).toBe(true);
});
