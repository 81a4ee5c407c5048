import { describe, expect, test } from "vitest";
import { ConfigError, connect, type Server } from "../../../../src/index.js";
import { errorOf } from "../../../support/memory.js";

const url = "http://example.com/mcp";
const lazy = { lazy: true };

describe("credentials over plain http beyond this machine are refused:", () => {
  test.each<[string, Server, object, string]>([
    ["authorization", { url, headers: { Authorization: "canary" } }, {}, "`authorization`"],
    ["a cookie", { url, headers: { cookie: "canary" } }, {}, "`cookie`"],
    ["an API key", { url, headers: { "X-API-Key": "canary" } }, {}, "`x-api-key`"],
    ["user and password", { url: "http://canary:canary@example.com/mcp" }, {}, "`authorization`"],
    ["a token", { url }, { auth: { token: () => "canary" } }, "the token of `auth`"],
  ])("%s", async (_what, server, options, named) => {
    const error = await errorOf(connect(server, { ...lazy, ...options }));

    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(named);
    expect(`${(error as Error).stack}`).not.toContain("canary");
  });
});

test.each<[string, Server]>([
  ["allowInsecure", { url, headers: { authorization: "x" }, allowInsecure: true }],
  ["https", { url: "https://example.com/mcp", headers: { authorization: "x" } }],
  ["this machine", { url: "http://localhost:1/mcp", headers: { authorization: "x" } }],
  ["headers that are no credentials", { url, headers: { "x-team": "blue" } }],
])("credentials are accepted with %s", async (_what, server) => {
  const fetch = () => new Promise<Response>(() => undefined);
  const client = await connect(server, { ...lazy, fetch });

  expect(client.state).toBe("starting");
  await client.close();
});

test.each<[string, object, string]>([
  ["a url that is none", { url: "canary" }, "`url`"],
  ["another protocol", { url: "ftp://canary" }, "`url`"],
  ["a header of the protocol's", { url, headers: { "Mcp-Session-Id": "canary" } }, "`mcp-session-id`"],
  ["a header of HTTP's", { url, headers: { Host: "canary" } }, "`host`"],
  ["a header with a line break", { url, headers: { "x-a": "canary\r\nx-b: 1" } }, "`x-a`"],
  ["an unknown type", { url, type: "websocket" }, "`type`"],
])("%s is a ConfigError that does not show it", async (_what, server, named) => {
  const error = await errorOf(connect(server as Server, lazy));

  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toContain(named);
  expect((error as Error).message).not.toContain("canary");
});

test("a call's own credentials are not sent there either, and the call says so", async () => {
  const sent: (string | undefined)[] = [];
  const fetch = async (_url: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>;
    const message = JSON.parse(`${init.body ?? "{}"}`);
    sent.push(headers.authorization);
    if (message.method === undefined) return new Response(null, { status: 405 });
    if (message.id === undefined) return new Response(null, { status: 202 });
    const serverInfo = { name: "s", version: "1" };
    const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
    return Response.json({ jsonrpc: "2.0", id: message.id, result });
  };
  const client = await connect({ url }, { fetch });

  await expect(client.callTool("any", {}, { headers: { authorization: "canary" } })).rejects.toMatchObject({
    code: "INVALID_REQUEST",
  });

  expect(sent.every((each) => each === undefined)).toBe(true);
  await client.close();
});
