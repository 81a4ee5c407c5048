import { expect, test } from "vitest";
import { connect } from "../../../../src/index.js";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp, httpServer } from "../../../support/http.js";
import { errorOf } from "../../../support/memory.js";

test("M2 a header of call A is never on call B, nor on any other leg", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")));

  await Promise.all([
    client.callTool("hello", { call: "A" }, { headers: { "X-Tenant": "a" } }),
    client.callTool("hello", { call: "B" }),
    client.callTool("hello", { call: "C" }, { headers: { "x-tenant": "c" } }),
  ]);
  await client.close();

  const tenants = server.messages("tools/call").map(({ message, headers }) => {
    const params = message?.params as { readonly arguments: { readonly call: string } };
    return [params.arguments.call, headers["x-tenant"]];
  });
  expect(Object.fromEntries(tenants)).toEqual({ A: "a", B: undefined, C: "c" });
  expect(server.received.filter(({ headers }) => headers["x-tenant"] !== undefined)).toHaveLength(2);
});

test("the entry's headers and its user and password are on every leg: POST, GET and DELETE", async () => {
  const { client, server } = await connectOverHttp(new Script(), {
    entry: { headers: { "X-Team": "blue" } },
  });
  await server.until(() => server.streams.open === 1);
  await client.close();

  expect(new Set(server.received.map(({ method }) => method))).toEqual(new Set(["POST", "GET", "DELETE"]));
  expect(server.received.every(({ headers }) => headers["x-team"] === "blue")).toBe(true);
});

test.each([
  ["x-a", "canary\r\nx-b: 1"],
  ["x-a", "canary\n"],
  ["x-a\r\nx-b", "canary"],
])("FAULTS per-call headers with CR/LF: %j with %j is refused, and nothing is sent", async (name, value) => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")));

  const error = await errorOf(client.callTool("hello", {}, { headers: { [name]: value } }));

  expect(error).toMatchObject({ code: "INVALID_REQUEST", outcome: "not_sent" });
  expect(String(error)).not.toContain("canary");
  expect(server.messages("tools/call")).toHaveLength(0);
});

test.each(["Host", "content-type", "Content-Length", "MCP-Protocol-Version", "mcp-session-id", "Mcp-Method", "accept"])(
  "FAULTS per-call headers `Host`, `Content-*`, `Mcp-*`: %s is refused, and nothing is sent",
  async (name) => {
    const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")));

    const error = await errorOf(client.callTool("hello", {}, { headers: { [name]: "canary" } }));

    expect(error).toMatchObject({ code: "INVALID_REQUEST", outcome: "not_sent" });
    expect((error as Error).message).toContain(`\`${name.toLowerCase()}\``);
    expect((error as Error).message).not.toContain("canary");
    expect(server.messages("tools/call")).toHaveLength(0);
  },
);

test("FAULTS credentials over plain http beyond loopback: refused before anything is sent, unless `allowInsecure` says otherwise", async () => {
  const server = await httpServer(new Script().tool("hello", say("hello")));
  // A name that is not this machine's, which a proxy of ours leads to the server.
  const url = "http://mcp.example/mcp";
  const headers = { authorization: "Bearer canary" };
  const fetch = (_url: string, init: RequestInit) => globalThis.fetch(server.entry.url, init);

  const error = await errorOf(connect({ url, headers }, { fetch }));
  expect(error).toMatchObject({ code: "CONFIG" });
  expect(String(error)).not.toContain("canary");
  expect(server.received).toHaveLength(0);

  const client = await connect({ url, headers, allowInsecure: true }, { fetch });
  await client.callTool("hello");
  await client.close();
  expect(server.messages("tools/call")[0]?.headers.authorization).toBe("Bearer canary");
});
