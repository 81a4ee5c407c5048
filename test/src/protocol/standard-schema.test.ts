import { describe, expect, test } from "vitest";
import { z } from "zod";
import { isStandardSchema } from "../../../src/protocol/standard-schema.js";

describe("isStandardSchema", () => {
  test("takes a schema of zod, and one that is a function", () => {
    expect(isStandardSchema(z.object({}))).toBe(true);
    const callable = Object.assign(() => undefined, { "~standard": { validate: () => ({ value: 1 }) } });
    expect(isStandardSchema(callable)).toBe(true);
  });

  test.each([null, undefined, 1, "schema", {}, { "~standard": {} }, { "~standard": { validate: 1 } }])(
    "refuses %j",
    (value) => {
      expect(isStandardSchema(value)).toBe(false);
    },
  );
});
