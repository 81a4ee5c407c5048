import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classify, isProgressToken } from "../../../src/protocol/message.js";

const kindOf = (value: unknown) => classify(value).kind;

describe("classify", () => {
  test.each([
    ["a string id and a method", { jsonrpc: "2.0", id: "a", method: "ping" }],
    ["a number id and a method", { jsonrpc: "2.0", id: 1, method: "ping" }],
    ["the id 0", { jsonrpc: "2.0", id: 0, method: "ping" }],
    ["a fractional id", { jsonrpc: "2.0", id: 0.5, method: "ping" }],
    ["an empty id", { jsonrpc: "2.0", id: "", method: "ping" }],
    ["a result of its own making beside the method", { id: 1, method: "ping", result: {} }],
  ])("%s make a request", (_, value) => {
    expect(kindOf(value)).toBe("request");
  });

  test.each([
    ["a method alone", { jsonrpc: "2.0", method: "notifications/progress" }],
    ["params that are no object", { jsonrpc: "2.0", method: "notifications/progress", params: 5 }],
  ])("%s make a notification", (_, value) => {
    expect(kindOf(value)).toBe("notification");
  });

  test.each([
    ["a result", { jsonrpc: "2.0", id: 1, result: {} }],
    ["a result that is null", { jsonrpc: "2.0", id: 1, result: null }],
    ["an error", { jsonrpc: "2.0", id: "a", error: { code: -32_601, message: "no" } }],
    ["no version", { id: 1, result: {} }],
  ])("an id and %s make a response", (_, value) => {
    expect(kindOf(value)).toBe("response");
  });

  test.each([
    ["a number", 1],
    ["a string", "ping"],
    ["null", null],
    ["an array", [{ id: 1, result: {} }]],
    ["nothing", {}],
    ["an id alone", { id: 1 }],
    ["the id null with a result", { id: null, result: {} }],
    ["the id null with a method", { id: null, method: "ping" }],
    ["an id that is an object", { id: {}, method: "ping" }],
    ["an id that is true", { id: true, result: {} }],
    ["a method that is no string", { id: null, method: 1 }],
  ])("%s is invalid", (_, value) => {
    expect(kindOf(value)).toBe("invalid");
  });

  test("an error of null beside a result is no error, as JSON-RPC 1.0 writes it", () => {
    expect(classify({ id: 1, result: { a: 1 }, error: null })).toEqual({
      kind: "response",
      response: { jsonrpc: "2.0", id: 1, result: { a: 1 } },
    });
  });

  test("an error beats a result that stands beside it", () => {
    expect(classify({ id: 1, result: {}, error: { code: 1, message: "no" } })).toEqual({
      kind: "response",
      response: { jsonrpc: "2.0", id: 1, error: { code: 1, message: "no" } },
    });
  });

  test.each([
    ["a string", "boom", { code: -32_603, message: "boom" }],
    ["an object without a code", { message: "boom" }, { code: -32_603, message: "boom" }],
    ["an object without a message", { code: -32_000 }, { code: -32_000, message: "" }],
    ["an object with a code that is a string", { code: "E", message: "boom" }, { code: -32_603, message: "boom" }],
    ["a number", 5, { code: -32_603, message: "" }],
    ["true", true, { code: -32_603, message: "" }],
  ])("an error that is %s is still an answer: nobody waits for it any longer", (_, error, expected) => {
    expect(classify({ id: 1, error })).toEqual({
      kind: "response",
      response: { jsonrpc: "2.0", id: 1, error: expected },
    });
  });

  test("an error keeps its data", () => {
    expect(classify({ id: 1, error: { code: 1, message: "no", data: [1] } })).toEqual({
      kind: "response",
      response: { jsonrpc: "2.0", id: 1, error: { code: 1, message: "no", data: [1] } },
    });
  });

  test("never throws, and never takes what is no message for one", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { kind } = classify(value);
        if (kind === "invalid") return;
        expect(value).toBeTypeOf("object");
        expect(Array.isArray(value)).toBe(false);
      }),
    );
  });
});

describe("isProgressToken", () => {
  test.each(["", "a", 0, -1, 2 ** 53])("takes %j", (token) => {
    expect(isProgressToken(token)).toBe(true);
  });

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, true, {}, []])("refuses %j", (token) => {
    expect(isProgressToken(token)).toBe(false);
  });
});
