import { expect, test } from "vitest";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp, httpServer } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const script = new Script().tool("hello", say("hello"));

test("M24 a redirect within the origin is followed, with the message and its headers", async () => {
  const { client, server } = await connectOverHttp(script, { entry: { headers: { "x-key": "k" } } });
  server.refuse("tools/call", { status: 307, headers: { location: "/mcp?at=2" } });

  expect(textOf(await client.callTool("hello"))).toBe("hello");

  const [first, second] = server.messages("tools/call");
  expect([first?.path, second?.path]).toEqual(["/mcp", "/mcp?at=2"]);
  expect(second?.headers["x-key"]).toBe("k");
});

test("FAULTS cross-origin redirect · `Location` to another host · http to another origin: M24 refused, and nothing is ever sent there", async () => {
  const other = await httpServer(script);
  const { client, server } = await connectOverHttp(script, { entry: { headers: { authorization: "Bearer canary" } } });
  server.refuse("tools/call", { status: 307, headers: { location: `${other.entry.url}?secret=canary` } });

  const error = await client.callTool("hello").catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code: "HTTP", status: 307, attempts: 1 });
  expect((error as Error).message).toContain(new URL(other.entry.url).origin);
  expect((error as Error).message).not.toContain("canary");
  expect(other.sockets.most).toBe(0);
});

test("redirects in a circle end", async () => {
  const { client, server } = await connectOverHttp(script);
  server.refuse("tools/call", { status: 308, headers: { location: "/mcp" } }, 100);

  await expect(client.callTool("hello")).rejects.toMatchObject({ code: "HTTP", status: 308 });
  expect(server.messages("tools/call")).toHaveLength(6);
});
