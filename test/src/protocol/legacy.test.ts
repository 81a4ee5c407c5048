import { describe, expect, test } from "vitest";
import { isLegacyVersion, LEGACY_VERSIONS, legacyCodec } from "../../../src/protocol/legacy.js";

describe("the legacy era on the wire", () => {
  test("M2 a request's `_meta` is merged: that of the parameters, that of the options, the token", () => {
    const params = { name: "t", _meta: { a: 1, both: "params", progressToken: "foreign" } };

    expect(
      legacyCodec("2025-11-25").request(7, { method: "tools/call", params, meta: { b: 2, both: "meta" } }, "token"),
    ).toEqual({
      jsonrpc: "2.0",
      id: 7,
      method: "tools/call",
      params: { name: "t", _meta: { a: 1, b: 2, both: "meta", progressToken: "token" } },
    });
    expect(params._meta).toEqual({ a: 1, both: "params", progressToken: "foreign" });
  });

  test("a request without parameters carries a token all the same", () => {
    expect(
      legacyCodec("2025-11-25").request(1, { method: "ping", params: undefined, meta: undefined }, 5),
    ).toMatchObject({
      params: { _meta: { progressToken: 5 } },
    });
  });

  test("a cancellation names the request, and a reason if there is one", () => {
    expect(legacyCodec("2025-11-25").cancelled(7, "why")).toEqual({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 7, reason: "why" },
    });
    expect(legacyCodec("2025-11-25").cancelled(7, undefined).params).toEqual({ requestId: 7 });
  });

  test("M21 the known versions are these, the newest first", () => {
    expect(LEGACY_VERSIONS).toEqual(["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]);
    expect(isLegacyVersion("2024-11-05")).toBe(true);
    expect(isLegacyVersion("2024-10-07")).toBe(false);
  });
});
