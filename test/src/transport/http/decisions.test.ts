import { describe, expect, test } from "vitest";
import { redirection } from "../../../../src/transport/http/redirect.js";
import { judgeReply } from "../../../../src/transport/http/reply.js";
import { clampRetry, retryAfterOf } from "../../../../src/transport/http/retry-after.js";
import { endpointOf } from "../../../../src/transport/http/server.js";

describe("Retry-After", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");

  test.each([
    ["3", 3_000],
    ["0", 100],
    ["-5", 100],
    ["1e9", 3_600_000],
    ["Thu, 01 Jan 2026 00:00:10 GMT", 10_000],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 100],
    ["soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("of %j is %j ms", (value, wait) => {
    expect(retryAfterOf(value, now)).toBe(wait);
  });
});

test.each([
  [0, 100],
  [5_000, 5_000],
  [Number.MAX_SAFE_INTEGER, 60_000],
])("an event stream's retry of %d ms is taken as %d ms", (retry, pause) => {
  expect(clampRetry(retry)).toBe(pause);
});

describe("a redirect", () => {
  const from = new URL("https://a.example/mcp");

  test.each([
    ["/other", "https://a.example/other"],
    ["https://a.example:443/x?y", "https://a.example/x?y"],
    ["https://user:password@a.example/x", "https://a.example/x"],
  ])("to %s goes to %s", (location, to) => {
    expect(redirection(from, location, 0)).toEqual({ to: new URL(to) });
  });

  test.each(["http://a.example/mcp", "https://b.example/mcp", "//b.example/", "https://a.example:444/", undefined])(
    "to %s is refused",
    (location) => {
      expect(redirection(from, location, 0)).toHaveProperty("refused");
    },
  );
});

describe("an endpoint", () => {
  test("has no user, password or fragment, and its own authorization header comes first", () => {
    const { url, headers } = endpointOf({ url: "http://u:p%40@localhost/mcp?q=1#f", headers: { "X-A": "1" } });

    expect(url.href).toBe("http://localhost/mcp?q=1");
    expect(headers).toEqual({ "x-a": "1", authorization: `Basic ${Buffer.from("u:p@").toString("base64")}` });
    expect(endpointOf({ url: "http://u:p@localhost/", headers: { Authorization: "own" } }).headers).toEqual({
      authorization: "own",
    });
  });

  test.each([
    ["http://localhost/", false],
    ["http://127.1.2.3/", false],
    ["http://[::1]/", false],
    ["http://sub.localhost/", false],
    ["https://example.com/", false],
    ["http://example.com/", true],
    ["http://localhost.example.com/", true],
    ["http://127.0.0.1.example.com/", true],
  ])("at %s is exposed: %j", (url, isExposed) => {
    expect(endpointOf({ url }).isExposed).toBe(isExposed);
  });
});

describe("an error status", () => {
  const facts = { id: 7, method: "tools/call", retryAfter: undefined, hadSession: false };

  test.each([
    [429, "rejected", 1_000],
    [502, "unknown", undefined],
    [503, "unknown", undefined],
    [504, "unknown", undefined],
    [500, "completed", undefined],
    [400, "completed", undefined],
  ])("%d leaves the outcome %s", (status, outcome, retryAfter) => {
    expect(judgeReply("", { ...facts, status })).toMatchObject({
      kind: "failed",
      failure: { outcome, failure: { code: "HTTP", http: { status } }, ...(retryAfter && { retryAfter }) },
    });
  });
});
