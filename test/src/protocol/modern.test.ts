import { describe, expect, test } from "vitest";
import { type ModernClient, modernCodec } from "../../../src/protocol/modern.js";

const PREFIX = "io.modelcontextprotocol";
const identity = {
  [`${PREFIX}/protocolVersion`]: "2026-07-28",
  [`${PREFIX}/clientInfo`]: { name: "mine", version: "1" },
  [`${PREFIX}/clientCapabilities`]: { roots: {}, extensions: { [`${PREFIX}/tasks`]: {} } },
};

function codecOf(client: Partial<ModernClient> = {}) {
  return modernCodec("2026-07-28", {
    clientInfo: { name: "mine", version: "1" },
    capabilities: { roots: {} },
    logLevel: () => undefined,
    toolHeaders: () => undefined,
    ...client,
  });
}

const ask = (method: string, params?: object, meta?: object) =>
  ({ method, params, meta }) as Parameters<ReturnType<typeof codecOf>["request"]>[1];

describe("M30 a request of 2026-07-28", () => {
  test("says its revision, who asks, and what the client can", () => {
    expect(codecOf().request(7, ask("tools/list"), "t")).toEqual({
      jsonrpc: "2.0",
      id: 7,
      method: "tools/list",
      params: { _meta: { ...identity, progressToken: "t" } },
    });
  });

  test("keeps the caller's `_meta`, but for what is the protocol's", () => {
    const given = { _meta: { mine: 1, both: "params" }, name: "a" };
    const meta = { both: "meta", progressToken: "no", [`${PREFIX}/protocolVersion`]: "1999-01-01" };

    expect(codecOf().request(1, ask("tools/call", given, meta), 5).params).toEqual({
      name: "a",
      _meta: { mine: 1, both: "meta", ...identity, progressToken: 5 },
    });
  });

  test("asks for log messages while a level is set, unless the caller wants another one", () => {
    let level: string | undefined;
    const codec = codecOf({ logLevel: () => level });
    const levelOf = (meta?: object) => {
      const { _meta } = codec.request(1, ask("ping", undefined, meta), "t").params ?? {};
      return (_meta as Record<string, unknown>)[`${PREFIX}/logLevel`];
    };

    expect(levelOf()).toBeUndefined();
    level = "warning";
    expect(levelOf()).toBe("warning");
    expect(levelOf({ [`${PREFIX}/logLevel`]: "debug" })).toBe("debug");
  });

  test("`ping` is `server/discover`", () => {
    expect(codecOf().request(1, ask("ping"), "t").method).toBe("server/discover");
  });

  test("a leg carries the input and the state, and neither where there is none", () => {
    const codec = codecOf();
    const leg = { inputResponses: { a: { action: "accept" } }, requestState: "\ud800 \u0000 ü" };

    expect(codec.request(1, ask("tools/call", { name: "a" }), "t", leg).params).toMatchObject({ name: "a", ...leg });
    const bare = { inputResponses: undefined, requestState: undefined };
    expect(Object.keys(codec.request(1, ask("tools/call", { name: "a" }), "t", bare).params ?? {})).toEqual([
      "name",
      "_meta",
    ]);
  });

  test("is cancelled by a message, or by the end of its stream", () => {
    expect(codecOf().cancelled(4, "enough")).toEqual({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 4, reason: "enough" },
    });
    expect(codecOf().isCancelledByClosing).toBe(true);
  });
});

describe("the headers of 2026-07-28", () => {
  const all = (method: string) => ({ "mcp-protocol-version": "2026-07-28", "mcp-method": method });

  test.each([
    ["tools/call", { name: "get_weather" }, "get_weather"],
    ["prompts/get", { name: "héllo" }, "=?base64?aMOpbGxv?="],
    ["resources/read", { uri: "file:///a b" }, "file:///a b"],
  ])("%s names what is asked for", (method, params, name) => {
    expect(codecOf().headers(method, params)).toEqual({ ...all(method), "mcp-name": name });
  });

  test.each([
    ["tools/list", { name: "x" }],
    ["tools/call", { name: 5 }],
    ["tools/call", undefined],
    ["constructor", { name: "x" }],
  ])("%s with %o names nothing", (method, params) => {
    expect(codecOf().headers(method, params)).toEqual(all(method));
  });

  test("the parameters of a tool that says so are mirrored; they cannot replace the protocol's own", () => {
    const toolHeaders = (name: string) =>
      name === "sql"
        ? [
            { header: "mcp-param-region", path: ["region"] },
            { header: "mcp-method", path: ["region"] },
          ]
        : undefined;
    const codec = codecOf({ toolHeaders });

    expect(codec.headers("tools/call", { name: "sql", arguments: { region: "us" } })).toEqual({
      ...all("tools/call"),
      "mcp-name": "sql",
      "mcp-param-region": "us",
    });
    expect(codec.headers("tools/call", { name: "other", arguments: { region: "us" } })).not.toHaveProperty(
      "mcp-param-region",
    );
  });
});

describe("what comes back in 2026-07-28", () => {
  const inputRequests = { a: { method: "elicitation/create", params: { message: "?" } }, b: { method: "roots/list" } };

  test.each([{ content: [] }, { resultType: "complete", content: [] }, null, "text"])("%o is complete", (result) => {
    expect(codecOf().read("tools/call", result)).toEqual({ kind: "complete" });
  });

  test.each(["tools/call", "prompts/get", "resources/read"])("%s may be answered with questions", (method) => {
    const result = { resultType: "input_required", inputRequests, requestState: "s" };

    expect(codecOf().read(method, result)).toEqual({
      kind: "inputRequired",
      requests: [
        { key: "a", method: "elicitation/create", params: { message: "?" } },
        { key: "b", method: "roots/list", params: undefined },
      ],
      requestState: "s",
    });
  });

  test.each([
    ["a type nobody knows", "tools/call", { resultType: "later" }],
    ["a type that is no string", "tools/call", { resultType: 1 }],
    ["questions on another method", "tools/list", { resultType: "input_required", inputRequests }],
    ["neither questions nor a state", "tools/call", { resultType: "input_required" }],
    ["a state that is no string", "tools/call", { resultType: "input_required", requestState: 5 }],
    ["questions that are no object", "tools/call", { resultType: "input_required", inputRequests: [] }],
    ["a question that is none", "tools/call", { resultType: "input_required", inputRequests: { a: "b" } }],
    ["a question without a method", "tools/call", { resultType: "input_required", inputRequests: { a: {} } }],
    [
      "a question with odd parameters",
      "tools/call",
      { resultType: "input_required", inputRequests: { a: { method: "roots/list", params: [] } } },
    ],
  ])("%s is invalid", (_, method, result) => {
    expect(codecOf().read(method, result).kind).toBe("invalid");
  });

  test.each([
    [{ code: -32_022, message: "", data: { supported: [], requested: "" } }, "version"],
    [{ code: -32_020, message: "" }, "headers"],
    [{ code: -32_022, message: "" }, undefined],
    [{ code: -32_021, message: "", data: { requiredCapabilities: {} } }, undefined],
    [{ code: -32_601, message: "" }, undefined],
  ])("the error %o is a rejection: %s", (error, rejection) => {
    expect(codecOf().rejection(error)).toBe(rejection);
  });
});
