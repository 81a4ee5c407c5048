import { expect, test } from "vitest";
import { isSafe } from "../../../src/operation/retry.js";

test("no hints make a call safe that does not name its tool", () => {
  const trustAll = () => ({ isRepeatable: true });

  expect(isSafe({ method: "tools/call", params: { name: "any" } }, trustAll)).toBe(true);
  expect(isSafe({ method: "tools/call", params: { name: 5 } }, trustAll)).toBe(false);
  expect(isSafe({ method: "tools/call", params: {} }, trustAll)).toBe(false);
  expect(isSafe({ method: "tools/call", params: undefined }, trustAll)).toBe(false);
});
