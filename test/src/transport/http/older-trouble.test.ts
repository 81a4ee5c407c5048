import { expect, test } from "vitest";
import { connect } from "../../../../src/index.js";
import { answer, die, Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp, httpServer } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const script = new Script({ protocolVersion: "2024-11-05" })
  .tool("work", say("done"))
  .tool("crash", die())
  .tool("large", answer({ content: [{ type: "text", text: "x".repeat(3_000) }] }));

const older = { transport: "sse", entry: { type: "sse" } } as const;

test("a message that the older transport's server refuses fails its own call alone", async () => {
  const { client, server } = await connectOverHttp(script, older);
  server.refuse("tools/call", { status: 500, body: "out of order" });

  await expect(client.callTool("work")).rejects.toMatchObject({ code: "HTTP", status: 500 });

  expect(textOf(await client.callTool("work"))).toBe("done");
});

test("an error in the refusal is the call's error", async () => {
  const { client, server } = await connectOverHttp(script, older);
  const body = JSON.stringify({ jsonrpc: "2.0", id: 2, error: { code: -32_000, message: "not now" } });
  server.refuse("tools/call", { status: 400, headers: { "content-type": "application/json" }, body });

  await expect(client.callTool("work")).rejects.toMatchObject({ code: "PROTOCOL", rpcCode: -32_000 });
});

test("a stream that breaks is the end of its server: the next one answers", async () => {
  const { client } = await connectOverHttp(script, older);

  await expect(client.callTool("crash")).rejects.toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown" });

  expect(textOf(await client.callTool("work"))).toBe("done");
});

test("an answer that is too large ends the stream, and the call", async () => {
  const { client } = await connectOverHttp(script, { ...older, maxMessageSize: 2_000 });

  await expect(client.callTool("large")).rejects.toMatchObject({ outcome: "unknown" });

  expect(textOf(await client.callTool("work"))).toBe("done");
});

test("a stream that the server does not open rejects connect, with its status", async () => {
  const server = await httpServer(script, { transport: "sse" });
  server.refuse("GET", { status: 200, headers: { "content-type": "text/html" }, body: "hello" }, 10);

  await expect(connect({ ...server.entry, type: "sse" })).rejects.toMatchObject({
    message: expect.stringContaining("Expected the server to open an event stream, got HTTP 200"),
  });
});

test("a server of the older transport that is not there rejects connect", async () => {
  const server = await httpServer(script, { transport: "sse" });
  const { entry } = server;
  await server.down();

  await expect(connect({ ...entry, type: "sse" })).rejects.toMatchObject({
    message: expect.stringContaining("The server could not be reached"),
  });
});
