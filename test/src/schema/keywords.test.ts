import { describe, expect, test } from "vitest";
import { prepare } from "../../../src/schema/index.js";
import { cases } from "./keyword-cases.js";

describe("M18 a keyword of JSON Schema 2020-12", () => {
  test.each(cases)("%s: accepts what fits and nothing else", (_name, schema, valid, invalid) => {
    const prepared = prepare(schema);
    if (!prepared.ok) throw new Error(prepared.reason);
    expect(prepared.warnings).toEqual([]);
    for (const value of valid) expect({ value, issues: prepared.validate(value) }).toEqual({ value, issues: [] });
    for (const value of invalid)
      expect({ value, fits: prepared.validate(value).length === 0 }).toEqual({ value, fits: false });
  });
});
