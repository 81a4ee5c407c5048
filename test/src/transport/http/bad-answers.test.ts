import { describe, expect, test } from "vitest";
import { raw, Script } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";

const json = { "content-type": "application/json" };
const html = { status: 200, headers: { "content-type": "text/html" }, body: "<html>sign in</html>" };
const foreign = { status: 200, headers: json, body: JSON.stringify({ jsonrpc: "2.0", id: 4711, result: {} }) };

describe("what is no answer is an HttpError at once:", () => {
  test.each([
    ["202 to a request", { status: 202 }, "an empty body"],
    ["an answer with another id", foreign, "the answer to another request"],
    ["HTML", html, "a body that is no JSON"],
    ["an empty body", { status: 200, headers: json }, "an empty body"],
    ["500", { status: 500 }, "HTTP 500"],
  ])("FAULTS 202 to a request · answer with another id · HTML · empty body: %s", async (_what, refusal, message) => {
    const { client, server } = await connectOverHttp(new Script());
    server.refuse("tools/call", refusal);

    const error = await client.callTool("any").catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: "HTTP", status: refusal.status, outcome: "completed", attempts: 1 });
    expect((error as Error).message).toContain(message);
    expect(await client.ping()).toEqual({});
  });

  test("FAULTS answer with another id: another request's answer on an event stream", async () => {
    const text = `${JSON.stringify({ jsonrpc: "2.0", id: 4711, result: {} })}\n`;
    const { client, server } = await connectOverHttp(new Script().tool("any", raw(text)));

    await expect(client.callTool("any")).rejects.toMatchObject({ code: "HTTP", outcome: "completed" });
    await server.until(() => server.underWay <= 1);
  });
});

describe("an error status with a JSON-RPC error is that error:", () => {
  test.each([
    ["with the request's id", (id: unknown) => ({ id })],
    ["with id null", () => ({ id: null })],
    ["without an id", () => ({})],
  ])("%s", async (_what, withId) => {
    const { client, server } = await connectOverHttp(new Script());
    const id = Number(server.messages("initialize")[0]?.message?.id) + 1;
    const body = JSON.stringify({ jsonrpc: "2.0", ...withId(id), error: { code: -32_602, message: "no such tool" } });
    server.refuse("tools/call", { status: 400, headers: json, body });

    await expect(client.callTool("any")).rejects.toMatchObject({ code: "PROTOCOL", rpcCode: -32_602 });
  });
});

describe("a batch, as revision 2025-03-26 has them,", () => {
  test("is taken apart", async () => {
    const { client, server } = await connectOverHttp(new Script(), { protocol: "2025-03-26" });
    const id = Number(server.messages("initialize")[0]?.message?.id) + 1;
    const log = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x" } };
    const body = JSON.stringify([log, { jsonrpc: "2.0", id, result: { content: [] } }]);
    server.refuse("tools/call", { status: 200, headers: json, body });

    expect(await client.callTool("any")).toEqual({ content: [] });
    expect(server.messages("tools/call")[0]?.headers["mcp-protocol-version"]).toBeUndefined();
  });
});
