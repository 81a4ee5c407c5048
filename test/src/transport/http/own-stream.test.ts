import { expect, test } from "vitest";
import { Script } from "../../../../src/testing/index.js";
import { connectOverHttp } from "../../../support/http.js";

test("M24 the GET stream survives 20 server closes, and what the server says on it arrives", async () => {
  const { client, server } = await connectOverHttp(new Script());
  for (let closes = 1; closes <= 20; closes++) {
    await server.until(() => server.streams.open === 1);
    expect(server.streams.begun).toBe(closes);
    // A stream on which something was said is opened again soon.
    server.push("notifications/message", { level: "info", data: closes });
    server.closeStreams();
  }
  await server.until(() => server.streams.open === 1 && server.streams.begun === 21);

  expect(client.state).toBe("ready");
}, 15_000);

test("M24 the GET stream names its session and revision, and goes on after the last event it has seen", async () => {
  const { server } = await connectOverHttp(new Script(), { eventIds: true });
  await server.until(() => server.streams.open === 1);
  server.push("notifications/message", { level: "info", data: 1 });
  server.closeStreams();

  await server.until(() => server.streams.begun === 2);

  const [first, second] = server.received.filter(({ method }) => method === "GET");
  expect(first?.headers).toMatchObject({
    accept: "text/event-stream",
    "mcp-session-id": expect.any(String),
    "mcp-protocol-version": "2025-11-25",
  });
  expect(first?.headers["last-event-id"]).toBeUndefined();
  expect(second?.headers["last-event-id"]).toMatch(/^\d+-1$/);
});

test("a server that does not offer the GET stream (405) is asked once", async () => {
  const { client, server } = await connectOverHttp(new Script(), { stream: false });
  await server.until(() => server.received.some(({ method }) => method === "GET"));
  const warnings: unknown[] = [];
  client.on("warning", (warning) => void warnings.push(warning));

  await client.ping();

  expect(server.received.filter(({ method }) => method === "GET")).toHaveLength(1);
  expect(warnings).toEqual([]);
});
