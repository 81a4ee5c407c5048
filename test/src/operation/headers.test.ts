import { describe, expect, test } from "vitest";
import { createOperation, InvalidRequestError } from "../../../src/index.js";

const make = (headers: unknown) =>
  createOperation({ method: "ping", headers: headers as Readonly<Record<string, string>> | undefined });

/** What it throws. */
function refusal(headers: unknown): Error {
  try {
    make(headers);
  } catch (error) {
    return error as Error;
  }
  throw new Error("Expected the headers to be refused");
}

describe("the headers of one request", () => {
  test("are kept, their names in lower case", () => {
    expect(make({ "X-Trace": "a\tb", content: "1", "x-host": "2", "xmcp-name": "é" }).headers).toEqual({
      "x-trace": "a\tb",
      content: "1",
      "x-host": "2",
      "xmcp-name": "é",
    });
  });

  test("need not be given", () => {
    expect(make(undefined).headers).toBeUndefined();
    expect(make({}).headers).toEqual({});
  });

  test.each([["a string"], ["an array"], ["null"]])("are an object, not %s", (what) => {
    const given = { "a string": "canary", "an array": ["canary"], null: null }[what];

    expect(refusal(given)).toBeInstanceOf(InvalidRequestError);
    expect(refusal(given).message).toBe("Expected `headers` to be an object of strings");
  });

  test.each([
    "host",
    "Connection",
    "accept",
    "Last-Event-ID",
    "transfer-encoding",
    "Content-Type",
    "content-length",
    "Mcp-Session-Id",
    "mcp-protocol-version",
  ])("do not set %s, which is the protocol's", (name) => {
    const error = refusal({ [name]: "canary" });

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error.message).toBe(`Expected \`headers\` not to set \`${name.toLowerCase()}\`, which is the protocol's`);
  });

  test.each(["accept-language", "x-connection", "my-host", "not-mcp-name", "the-content-type"])(
    "may set %s",
    (name) => {
      expect(make({ [name]: "1" }).headers).toEqual({ [name]: "1" });
    },
  );

  test.each(["", "a b", "ä", "a:", " a", "a\n", "(a)", "a b c"])("do not have %j as a name", (name) => {
    expect(refusal({ [name]: "canary" }).message).toBe("Expected the names of `headers` to be names of HTTP headers");
  });

  test.each([["a\r\nb"], ["a\nb"], ["\n"], ["\u0000"], ["Ā"], ["a\u007f"], [5], [undefined], [["a"]]])(
    "do not have %j as a value, and an error does not show it",
    (value) => {
      expect(refusal({ "x-key": value }).message).toBe(
        "Expected the header `x-key` to be a string without line breaks",
      );
    },
  );

  test("may be empty, and have every visible character of Latin-1", () => {
    expect(make({ a: "", b: " ~\u0080ÿ" }).headers).toEqual({ a: "", b: " ~\u0080ÿ" });
  });
});
