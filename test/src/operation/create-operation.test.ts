import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ConfigError, createOperation, InvalidRequestError, type OperationInit } from "../../../src/index.js";

const make = (init: unknown) => createOperation(init as OperationInit & { result?: undefined });

describe("createOperation", () => {
  test("keeps what it is given, with the defaults of what is left out", () => {
    const callback = () => undefined;
    const { signal } = new AbortController();
    const result = z.object({});
    const params = { uri: "file:///a" };
    const meta = { trace: 1 };
    const init = {
      method: "x/y",
      params,
      progress: { token: "t", callback },
      timeout: 5,
      maxTimeout: 50,
      signal,
      priority: 2,
      retry: 3,
      meta,
      result,
    };

    expect(createOperation(init)).toEqual({
      method: "x/y",
      params,
      token: "t",
      callback,
      timeout: 5,
      maxTimeout: 50,
      signal,
      priority: 2,
      retry: 3,
      meta,
      result,
    });
    expect(createOperation({ method: "ping" })).toEqual({
      method: "ping",
      params: undefined,
      token: undefined,
      callback: undefined,
      timeout: undefined,
      maxTimeout: undefined,
      signal: undefined,
      priority: 0,
      retry: undefined,
      meta: undefined,
      result: undefined,
    });
  });

  test("is frozen", () => {
    const operation = createOperation({ method: "ping" });

    expect(Object.isFrozen(operation)).toBe(true);
    expect(() => Object.assign(operation, { method: "tools/call" })).toThrow(TypeError);
  });

  const good: [string, object][] = [
    ["a function as progress", { progress: () => undefined }],
    ["an empty progress", { progress: {} }],
    ["a token of 0", { progress: { token: 0 } }],
    ["an empty token", { progress: { token: "" } }],
    ["no parameters", { params: undefined }],
    ["timeouts of Infinity", { timeout: Number.POSITIVE_INFINITY, maxTimeout: Number.POSITIVE_INFINITY }],
    ["2 ** 31", { timeout: 2 ** 31 }],
    ["a negative priority", { priority: -1.5 }],
    ["retry of 0", { retry: 0 }],
    ["retry true", { retry: true }],
    ["retry of Infinity", { retry: Number.POSITIVE_INFINITY }],
    ["retry false", { retry: false }],
  ];

  test.each(good)("takes %s", (_, options) => {
    expect(() => make({ method: "ping", ...options })).not.toThrow();
  });

  const badRequests: [string, unknown, string][] = [
    ["nothing", undefined, "an operation"],
    ["null", null, "an operation"],
    ["a string", "ping", "an operation"],
    ["an array", [], "an operation"],
    ["no method", {}, "`method`"],
    ["an empty method", { method: "" }, "`method`"],
    ["a method that is a number", { method: 5 }, "`method`"],
    ["parameters that are an array", { method: "ping", params: [] }, "`params`"],
    ["parameters of null", { method: "ping", params: null }, "`params`"],
    ["parameters that are a string", { method: "ping", params: "{}" }, "`params`"],
    ["meta that is a string", { method: "ping", meta: "{}" }, "`meta`"],
    ["meta that is an array", { method: "ping", meta: [] }, "`meta`"],
    ["a schema that is none", { method: "ping", result: {} }, "`result`"],
    ["a schema of null", { method: "ping", result: null }, "`result`"],
    ["a signal that is none", { method: "ping", signal: {} }, "`signal`"],
    ["progress that is a string", { method: "ping", progress: "t" }, "`progress`"],
    ["progress of null", { method: "ping", progress: null }, "`progress`"],
    ["a token that is a fraction", { method: "ping", progress: { token: 1.5 } }, "progress token"],
    ["a token that is NaN", { method: "ping", progress: { token: Number.NaN } }, "progress token"],
    ["a token of null", { method: "ping", progress: { token: null } }, "progress token"],
    ["a callback that is none", { method: "ping", progress: { callback: 1 } }, "`progress.callback`"],
  ];

  test.each(badRequests)("refuses %s", (_, init, expected) => {
    expect(() => make(init)).toThrow(InvalidRequestError);
    expect(() => make(init)).toThrow(expected);
  });

  const badConfigs: [string, object, string][] = [
    ["a timeout of 0", { timeout: 0 }, "`timeout`"],
    ["a negative timeout", { timeout: -1 }, "`timeout`"],
    ["a timeout of NaN", { timeout: Number.NaN }, "`timeout`"],
    ["a timeout that is a string", { timeout: "5" }, "`timeout`"],
    ["a timeout that is a bigint", { timeout: 5n }, "`timeout`"],
    ["a maxTimeout of 0", { maxTimeout: 0 }, "`maxTimeout`"],
    ["a maxTimeout of NaN", { maxTimeout: Number.NaN }, "`maxTimeout`"],
    ["a priority of NaN", { priority: Number.NaN }, "`priority`"],
    ["a priority of Infinity", { priority: Number.POSITIVE_INFINITY }, "`priority`"],
    ["a priority that is a string", { priority: "1" }, "`priority`"],
    ["a negative retry", { retry: -1 }, "`retry`"],
    ["a fractional retry", { retry: 1.5 }, "`retry`"],
    ["a retry of -Infinity", { retry: Number.NEGATIVE_INFINITY }, "`retry`"],
    ["a retry that is a string", { retry: "yes" }, "`retry`"],
    ["a retry of null", { retry: null }, "`retry`"],
  ];

  test.each(badConfigs)("refuses %s", (_, options, expected) => {
    const init = { method: "ping", ...options };
    expect(() => make(init)).toThrow(ConfigError);
    expect(() => make(init)).toThrow(expected);
  });

  test("shows what was wrong, and nothing that may be a secret", () => {
    for (const params of ["canary", ["canary"], Symbol("canary")]) {
      const error = (() => {
        try {
          make({ method: "ping", params });
        } catch (caught) {
          return caught as Error;
        }
        throw new Error("Expected it to throw");
      })();
      expect(error.message).toMatch(
        /^Expected `params` to be an object, got (a string|an array|a value of type symbol)$/,
      );
    }
  });
});
