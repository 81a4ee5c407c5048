import { expect, onTestFinished, test } from "vitest";
import { connect, type HttpServer } from "../../../../src/index.js";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp, httpServer, next } from "../../../support/http.js";

const script = new Script().tool("hello", say("hello"));
const warning = (client: Awaited<ReturnType<typeof connect>>) =>
  next<{ readonly message: string }>((handler) => client.on("warning", handler));

test("a GET stream that the server is too busy for is asked for again", async () => {
  const server = await httpServer(script);
  server.refuse("GET", { status: 503 }, 2);
  const client = await opened(server.entry);

  await server.until(() => server.streams.open === 1);

  expect(server.received.filter(({ method }) => method === "GET")).toHaveLength(3);
  expect(client.state).toBe("ready");
});

test.each([
  [418, "The server offers no stream of its own: HTTP 418"],
  [403, "The server's own stream cannot be opened: UNAUTHORIZED"],
])("a GET stream that is refused with %i is a warning, and is not asked for again", async (status, message) => {
  const server = await httpServer(script);
  server.refuse("GET", { status }, 1);
  const client = await opened(server.entry);

  expect(await warning(client)).toMatchObject({ message });
  await client.callTool("hello");
  expect(server.received.filter(({ method }) => method === "GET")).toHaveLength(1);
});

test("a GET stream that cannot go on where it was begins anew", async () => {
  const { client, server } = await connectOverHttp(script, { eventIds: true });
  await server.until(() => server.streams.open === 1);
  server.push("notifications/message", { level: "info", data: 1 });
  server.refuse("GET", { status: 400 }, 1);
  server.closeStreams();

  await server.until(() => server.received.filter(({ method }) => method === "GET").length === 3);

  const ids = server.received.filter(({ method }) => method === "GET").map(({ headers }) => headers["last-event-id"]);
  expect(ids).toEqual([undefined, expect.any(String), undefined]);
  expect(client.state).toBe("ready");
});

test("a message on the GET stream that is too large is a warning, and the stream is opened again", async () => {
  const { client, server } = await connectOverHttp(script, { maxMessageSize: 2_000 });
  await server.until(() => server.streams.open === 1);
  const warned = warning(client);

  server.push("notifications/message", { level: "info", data: "x".repeat(3_000) });

  expect(await warned).toMatchObject({ message: expect.stringContaining("more than 2000 bytes") });
  await server.until(() => server.streams.begun === 2);
  await client.callTool("hello");
});

test("a notification that the server does not take is a warning", async () => {
  const { client, server } = await connectOverHttp(script);
  server.refuse("notifications/mine", { status: 500 });
  const warned = warning(client);

  client.notify("notifications/mine");

  expect(await warned).toMatchObject({ message: "The server did not take notifications/mine: HTTP 500" });
  await client.callTool("hello");
});

test("a notification that finds its session gone begins a new one", async () => {
  const { client, server } = await connectOverHttp(script, { stream: false });
  await client.callTool("hello");
  server.forget();

  client.notify("notifications/mine");

  await server.until(() => server.sessions.begun === 2);
  await client.callTool("hello");
});

async function opened(entry: HttpServer) {
  const client = await connect(entry, { protocol: "legacy", backoff: { initial: 20, jitter: 0 } });
  onTestFinished(() => client.close());
  return client;
}
