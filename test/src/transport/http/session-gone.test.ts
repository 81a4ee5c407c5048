import { expect, test } from "vitest";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp, next } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

test("FAULTS session gone (404): M24 one new session for ten calls that met it, and every one of them is answered", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")));
  server.forget();

  const results = await Promise.all(Array.from({ length: 10 }, () => client.callTool("hello")));

  expect(results.map(textOf)).toEqual(Array.from({ length: 10 }, () => "hello"));
  expect(server.sessions.begun).toBe(2);
  expect(server.messages("initialize")).toHaveLength(2);
});

test("the server's own stream that finds its session gone begins a new one, with nobody calling", async () => {
  const { client, server } = await connectOverHttp(new Script());
  await server.until(() => server.streams.open === 1);
  server.forget();

  server.closeStreams();

  await server.until(() => server.sessions.begun === 2 && server.streams.open === 1);
  expect(await client.ping()).toEqual({});
});

test("a server that says 400 for a session it does not know is taken to say 404", async () => {
  const { client, server } = await connectOverHttp(new Script().tool("hello", say("hello")));
  const error = { jsonrpc: "2.0", id: null, error: { code: -32_000, message: "Bad Request: No valid session ID" } };
  server.refuse("tools/call", { status: 400, body: JSON.stringify(error) });

  expect(textOf(await client.callTool("hello"))).toBe("hello");
  expect(server.sessions.begun).toBe(2);
});

test("404 without a session is an error of that call alone", async () => {
  const { client, server } = await connectOverHttp(new Script(), { sessions: false });
  server.refuse("tools/call", { status: 404 });

  await expect(client.callTool("hello")).rejects.toMatchObject({ code: "HTTP", status: 404, attempts: 1 });
  expect(server.messages("initialize")).toHaveLength(1);
});

test("a server that forgets each session at once is not asked for ever", async () => {
  const { client, server } = await connectOverHttp(new Script());
  await server.until(() => server.streams.open === 1);
  server.refuse("GET", { status: 404 }, 1_000);
  const warned = next<{ message: string }>((handler) => client.on("warning", handler));

  server.closeStreams();
  await warned;

  expect(server.sessions.begun).toBe(2);
  expect(await client.ping()).toEqual({});
});
