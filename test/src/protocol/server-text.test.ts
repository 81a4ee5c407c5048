import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanServerText } from "../../../src/protocol/server-text.js";

describe("cleanServerText", () => {
  test("leaves plain text as it is", () => {
    expect(cleanServerText("Tool not found: größe 😀")).toBe("Tool not found: größe 😀");
  });

  test.each([
    ["a terminal's escape", "\u001b[31mred\u001b[0m", "[31mred [0m"],
    ["line breaks", "one\r\ntwo\nthree", "one two three"],
    ["a line separator", "one\u2028two\u2029three", "one two three"],
    ["what turns the direction of writing", "abc\u202Etxt.exe", "abc txt.exe"],
    ["characters without width", "a\u200Bb\uFEFFc", "a b c"],
    ["C1 controls", "a\u009B31mb", "a 31mb"],
    ["a null", "a\u0000b", "a b"],
  ])("replaces %s by a space", (_, text, expected) => {
    expect(cleanServerText(text)).toBe(expected);
  });

  test("cuts at 200 characters", () => {
    expect(cleanServerText("x".repeat(200))).toBe("x".repeat(200));
    expect(cleanServerText("x".repeat(201))).toBe(`${"x".repeat(199)}…`);
  });

  test("does not cut a character in two", () => {
    expect(cleanServerText("x".repeat(198) + "😀".repeat(10))).toBe(`${"x".repeat(198)}…`);
  });

  test("gives one short printable line for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
        const clean = cleanServerText(text);
        expect(clean.length).toBeLessThanOrEqual(200);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      }),
    );
  });
});
