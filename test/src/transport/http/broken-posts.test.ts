import { expect, test } from "vitest";
import { connect } from "../../../../src/index.js";
import { Script, say } from "../../../../src/testing/index.js";
import { connectOverHttp, httpServer, next } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const older = { transport: "sse", entry: { type: "sse" } } as const;
const of = (protocolVersion: "2024-11-05" | "2025-11-25") => new Script({ protocolVersion }).tool("work", say("done"));

/** A `fetch` whose connection breaks at the first POST that says this. */
function breakingAt(method: string) {
  let hasBroken = false;
  return (url: string, init: RequestInit): Promise<Response> => {
    if (hasBroken || !String(init.body ?? "").includes(method)) return fetch(url, init);
    hasBroken = true;
    return Promise.reject(new TypeError("broken by the test"));
  };
}

test("a call whose POST to the older transport breaks is lost alone, with the reason", async () => {
  const { client } = await connectOverHttp(of("2024-11-05"), { ...older, fetch: breakingAt("tools/call") });

  await expect(client.callTool("work")).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    message: expect.stringContaining("The connection to the server broke while the request was sent"),
  });

  expect(textOf(await client.callTool("work"))).toBe("done");
});

test("a call that the older transport's server does not authorize says so", async () => {
  const { client, server } = await connectOverHttp(of("2024-11-05"), older);
  server.refuse("tools/call", { status: 401 });

  await expect(client.callTool("work")).rejects.toMatchObject({ code: "UNAUTHORIZED", status: 401 });
});

test("an event stream that the older transport's server does not authorize rejects `connect`", async () => {
  const server = await httpServer(of("2024-11-05"), { transport: "sse" });
  server.refuse("GET", { status: 401 }, 10);

  await expect(connect({ ...server.entry, type: "sse" })).rejects.toMatchObject({
    message: expect.stringContaining("UNAUTHORIZED"),
  });
});

test("a notification whose POST breaks is a warning", async () => {
  const { client } = await connectOverHttp(of("2025-11-25"), { fetch: breakingAt("notifications/mine") });
  const warned = next(client.on.bind(client, "warning"));

  client.notify("notifications/mine");

  expect(await warned).toMatchObject({ message: "The connection broke while notifications/mine was sent" });
});

test("a notification that the server does not authorize is a warning", async () => {
  const { client, server } = await connectOverHttp(of("2025-11-25"));
  server.refuse("notifications/mine", { status: 401 });
  const warned = next(client.on.bind(client, "warning"));

  client.notify("notifications/mine");

  expect(await warned).toMatchObject({ message: "The server did not take notifications/mine: UNAUTHORIZED" });
});
