import { expect, test } from "vitest";
import { connect } from "../../../../src/index.js";
import { Script, say, stall } from "../../../../src/testing/index.js";
import { connectOverHttp, httpServer } from "../../../support/http.js";

test("M12 close ends the session with DELETE, and leaves no socket and no stream", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")));
  await client.callTool("hello");
  await server.until(() => server.streams.open === 1);

  await client.close();

  const last = server.received.at(-1);
  expect(last?.method).toBe("DELETE");
  expect(last?.headers).toMatchObject({ "mcp-session-id": expect.any(String), "mcp-protocol-version": "2025-11-25" });
  await server.until(() => server.sockets.open === 0);
  expect(server.sessions.open).toBe(0);
});

test("M12 close rejects what is pending at once, tells the server so, and then ends the session", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("never", stall()));
  const call = client.callTool("never");
  await server.until(() => server.messages("tools/call").length === 1);

  const closed = client.close();
  await expect(call).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await closed;

  const order = server.received.map(({ method, message }) => message?.method ?? method);
  expect(order.slice(-2)).toEqual(["notifications/cancelled", "DELETE"]);
  await server.until(() => server.sockets.open === 0);
});

test("close does not wait for a server that answers neither cancellation nor DELETE", async () => {
  const { client, server } = await connectOverHttp(new Script());
  server.refuse("DELETE", { status: 500, body: "" });

  await client.close();

  await server.until(() => server.sockets.open === 0);
});

test("a connect that fails leaves no socket", async () => {
  const server = await httpServer(new Script().on("initialize", stall()));

  await expect(connect(server.entry, { startTimeout: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });

  await server.until(() => server.sockets.open === 0);
});
