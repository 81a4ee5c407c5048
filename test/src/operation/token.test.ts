import { expect, test } from "vitest";
import { generateProgressToken, Tokens, tokenFrom } from "../../../src/operation/token.js";

const form = /^[\w-]{21}$/;

test("a token is 21 characters that go anywhere, another one each time", () => {
  const tokens = new Set(Array.from({ length: 100 }, generateProgressToken));

  expect(tokens.size).toBe(100);
  for (const token of tokens) expect(token).toMatch(form);
});

test("of the same numbers the same token is made, of others another one in the same form", () => {
  const numbers = (start: number) => {
    let last = start;
    return () => {
      last = (last * 7 + 1) % 101;
      return last / 101;
    };
  };
  const token = tokenFrom(numbers(1));

  expect(token).toMatch(form);
  expect(tokenFrom(numbers(1))).toBe(token);
  expect(tokenFrom(numbers(2))).not.toBe(token);
  // Every number counts, over its whole range.
  expect(new Set(token).size).toBeGreaterThan(10);
});

test("a client's tokens are its secret and a number, counted up from 1", () => {
  const tokens = new Tokens("secret");

  expect([tokens.make(), tokens.next(), tokens.make(), tokens.of(2)]).toEqual(["secret.1", 2, "secret.3", "secret.2"]);
});

test("a client whose secret is not given makes one that nobody can guess", () => {
  const [one, other] = [new Tokens().make(), new Tokens().make()];

  expect(one).toMatch(/^[\w-]{21}\.1$/);
  expect(other).not.toBe(one);
});

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
