import { describe, expect, test } from "vitest";
import { createOperation, InvalidRequestError, type OperationInit } from "../../../src/index.js";
import { assertOperation } from "../../../src/operation/operation.js";

const make = (init: unknown) => createOperation(init as OperationInit & { result?: undefined });

/** What is said when `work` throws. */
function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidRequestError);
    return (error as Error).message;
  }
  throw new Error("Expected it to throw");
}

describe("what was given is shown where it cannot be a secret", () => {
  test.each([
    ["", "an empty string"],
    ["canary", "a string"],
    [5, "5"],
    [Number.NaN, "NaN"],
    [true, "true"],
    [false, "false"],
    [null, "null"],
    [[], "an array"],
    [["canary"], "an array"],
    [() => "canary", "a value of type function"],
    [5n, "a value of type bigint"],
  ])("%o as %s", (params, shown) => {
    expect(messageOf(() => make({ method: "ping", params }))).toBe(`Expected \`params\` to be an object, got ${shown}`);
  });

  test.each([
    [undefined, "undefined"],
    [{ canary: 1 }, "a value of type object"],
  ])("%o as %s", (method, shown) => {
    expect(messageOf(() => make({ method }))).toBe(`Expected \`method\` to be a non-empty string, got ${shown}`);
  });
});

test("only what createOperation has made is an operation", () => {
  const made = make({ method: "ping" });

  expect(() => assertOperation(made)).not.toThrow();
  expect(messageOf(() => assertOperation({ ...made }))).toBe(
    "Expected an operation made with `createOperation`, got a value of type object",
  );
  expect(messageOf(() => assertOperation(undefined))).toBe(
    "Expected an operation made with `createOperation`, got undefined",
  );
});

test("a signal may be of another library, if listeners can be added to it", () => {
  const signal = { aborted: false, addEventListener: () => undefined } as unknown as AbortSignal;

  expect(make({ method: "ping", signal }).signal).toBe(signal);
  expect(messageOf(() => make({ method: "ping", signal: { addEventListener: "no function" } }))).toBe(
    "Expected `signal` to be an AbortSignal, got a value of type object",
  );
});

test("an operation without progress has both of its parts, unset", () => {
  expect(Object.keys(make({ method: "ping" }))).toEqual(expect.arrayContaining(["token", "callback"]));
});
