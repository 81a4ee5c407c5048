import { expect, test } from "vitest";
import { Tokens } from "../../../src/operation/token.js";

test("a client knows the tokens it has made by their number, and no other ones", () => {
  const tokens = new Tokens("secret");
  const first = tokens.make();
  const second = tokens.of(tokens.next());

  expect([first, second].map((token) => tokens.serialOf(token))).toEqual([1, 2]);
  const foreign = [
    "secret.3",
    "secret.0",
    "secret.01",
    "secret.1 ",
    "secret.",
    "secret.1e0",
    "secret",
    "other.1",
    1,
    "",
  ];
  for (const token of foreign) expect(tokens.serialOf(token)).toBeUndefined();
});
