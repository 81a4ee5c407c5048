import { expect, test } from "vitest";
import { connect } from "../../../../src/index.js";
import { progress, Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp, httpServer, next } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const script = new Script({ protocolVersion: "2024-11-05" }).tool("work", progress(1, 2), progress(2, 2), say("done"));

test.each([undefined, "sse"] as const)("M25 M30 a 2024-11-05 server works (type %s)", async (type) => {
  const { client, server } = await connectOverHttp(script, { transport: "sse", entry: { type } });
  const seen: number[] = [];

  const result = await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });

  expect(textOf(result)).toBe("done");
  expect(seen).toEqual([1, 2]);
  expect(client.server?.protocolVersion).toBe("2024-11-05");
  const posts = server.received.filter(({ method }) => method === "POST").map(({ path }) => path);
  // Without a type the probe and the first `initialize` go to where a newer server would take them.
  const first = posts.indexOf("/messages");
  expect(posts.slice(0, first)).toEqual(type === "sse" ? [] : ["/mcp", "/mcp"]);
  expect(new Set(posts.slice(first))).toEqual(new Set(["/messages"]));
  await client.close();
  await server.until(() => server.sockets.open === 0);
});

test.each(["http", "streamable-http", "streamableHttp"] as const)("type %s never tries the older one", async (type) => {
  const server = await httpServer(script, { transport: "sse" });

  await expect(connect({ ...server.entry, type })).rejects.toMatchObject({ code: "HTTP", status: 405 });

  expect(server.received.filter(({ method }) => method === "GET")).toEqual([]);
});

test("a server that is neither is refused with what it said at first", async () => {
  const server = await httpServer(script);
  server.refuse("initialize", { status: 404 }, 10);
  server.refuse("GET", { status: 405 }, 10);

  await expect(connect(server.entry)).rejects.toMatchObject({ code: "HTTP", status: 404 });
});

test("FAULTS `endpoint` of another origin (legacy SSE): it is refused, and nothing is sent there", async () => {
  const other = await httpServer(script);
  const server = await httpServer(script, { transport: "sse" });
  const body = `event: endpoint\ndata: ${other.entry.url}\n\n`;
  server.refuse("GET", { status: 200, headers: { "content-type": "text/event-stream" }, body }, 10);

  await expect(connect({ ...server.entry, type: "sse" })).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    message: expect.stringContaining("`endpoint`"),
  });

  expect(other.sockets.most).toBe(0);
});

test("the end of its stream is the end of the incarnation: the next one answers", async () => {
  const { client, server } = await connectOverHttp(script, { transport: "sse", entry: { type: "sse" } });
  const lost = next<unknown>((handler) => client.on("lost", handler));
  await server.down();
  await server.up();
  await lost;

  expect(textOf(await client.callTool("work"))).toBe("done");
});
