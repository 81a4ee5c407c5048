import { expect, test } from "vitest";
import { Payloads } from "../../../src/telemetry/payload.js";

test.each([
  ["a number", "482913", { n: 482_913 }, '{"n":"[redacted]"}'],
  ["JSON within a text", 'qu"ote\\pw', { text: JSON.stringify({ x: 'qu"ote\\pw' }) }, undefined],
  ["a URL", "pa ss/wo+rd", { text: "see pa%20ss%2Fwo%2Brd there" }, '{"text":"see [redacted] there"}'],
])("M28 a known secret is told in the form of %s", (_form, secret, value, shown) => {
  const text = new Payloads(1_024, [secret]).show(value);

  expect(text).toContain("[redacted]");
  expect(text).not.toContain(JSON.stringify(JSON.stringify(secret)).slice(3, -3));
  if (shown !== undefined) expect(text).toBe(shown);
});

test("M28 other numbers stay numbers, and half a character does no harm", () => {
  expect(new Payloads(1_024, ["482913"]).show({ n: 48 })).toBe('{"n":48}');
  expect(new Payloads(1_024, ["half \ud800"]).show({ t: "x" })).toBe('{"t":"x"}');
});
