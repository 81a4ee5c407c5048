import { expect, test } from "vitest";
import { generateProgressToken, progressTokens, tokenFrom } from "../../../src/operation/token.js";

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
  const next = progressTokens("secret");

  expect([next(), next(), next()]).toEqual(["secret.1", "secret.2", "secret.3"]);
});

test("a client whose secret is not given makes one that nobody can guess", () => {
  const [one, other] = [progressTokens()(), progressTokens()()];

  expect(one).toMatch(/^[\w-]{21}\.1$/);
  expect(other).not.toBe(one);
});
