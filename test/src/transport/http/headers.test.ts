import { expect, test } from "vitest";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";

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
