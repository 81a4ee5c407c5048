import { expect, test } from "vitest";
import { connect } from "../../../../src/index.js";
import { progress, Script, say, stall, wait } from "../../../../src/testing/index.js";
import { httpServer } from "../../../support/http.js";
import { textOf } from "../../../support/memory.js";

const script = new Script().tool("work", progress(1, 2), wait(5), say("done")).tool("never", stall());

test("a custom fetch is used for every leg, with redirects left to the client", async () => {
  const server = await httpServer(script);
  const legs: string[] = [];
  const own = (url: string, init: RequestInit) => {
    legs.push(`${init.method} ${init.redirect}`);
    return fetch(url, init);
  };
  const client = await connect(server.entry, { fetch: own });
  await server.until(() => server.streams.open === 1);
  const seen: number[] = [];

  const result = await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });
  await client.close();

  expect(textOf(result)).toBe("done");
  expect(seen).toEqual([1]);
  expect(new Set(legs)).toEqual(new Set(["POST manual", "GET manual", "DELETE manual"]));
  expect(legs).toHaveLength(server.received.length);
  expect(server.sessions.open).toBe(0);
});

test("a custom fetch is told when a call is given up", async () => {
  const server = await httpServer(script, { stream: false });
  const client = await connect(server.entry, { fetch });
  const call = client.callTool("never");
  await server.until(() => server.messages("tools/call").length === 1);

  call.cancel();
  await expect(call).rejects.toMatchObject({ code: "CANCELLED" });

  await server.until(() => server.underWay === 0);
  await client.close();
});

test("a custom fetch that ignores its signal does not hold up close", async () => {
  const client = await connect(
    { url: "http://127.0.0.1:9/mcp" },
    { lazy: true, fetch: () => new Promise<Response>(() => undefined) },
  );

  await client.close();

  expect(client.state).toBe("closed");
});

test("a custom fetch that cannot reach the server is a server that is not there", async () => {
  const server = await httpServer(script);
  await server.down();

  await expect(connect(server.entry, { fetch })).rejects.toMatchObject({ code: "CONNECTION_LOST" });
});
