import { expect, onTestFinished, test } from "vitest";
import { noreply, Runtime, server as serverProcess } from "../../../../actors/index.js";
import { progress, Script, say, stall } from "../../../../src/testing/index.js";
import { http } from "../../../../src/transport/http/http.js";
import { poolCarrier } from "../../../../src/transport/http/pool.js";
import type { Frame, HttpTransportRef, TransportNews } from "../../../../src/transport/transport.js";
import { httpServer } from "../../../support/http.js";

/** A transport alone, with a process in the place of its connection that keeps what it is told. */
async function openTransport(url: string) {
  const news: TransportNews[] = [];
  const watchers = new Set<() => void>();
  const runtime = new Runtime();
  onTestFinished(() => runtime.stop());
  const connection = await runtime.start(
    serverProcess<{ info: TransportNews }>("connection")({
      init: () => null,
      calls: {},
      casts: {},
      info(message, state) {
        news.push(message as TransportNews);
        for (const look of watchers) look();
        return noreply(state);
      },
    }),
  );
  const definition = http({ server: { url }, authority: undefined, maxMessageSize: 1e6, carrier: poolCarrier });
  const transport = (await runtime.start(definition, { connection, incarnation: 1 })) as HttpTransportRef;
  const told = (type: TransportNews["type"]) =>
    new Promise<TransportNews>((resolve) => {
      const look = () => {
        const found = news.find((each) => each.type === type);
        if (found !== undefined) resolve(found);
      };
      watchers.add(look);
      look();
    });
  return { news, told, transport };
}

/** A request as revision 2026-07-28 has them. */
function modern(id: number, name: string): Frame {
  const text = JSON.stringify({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name, _meta: { progressToken: 1 } },
  });
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": name };
  return { text, sequence: id, head: { kind: "request", id, method: "tools/call", headers } };
}

test("M24 M30 revision 2026-07-28: POST only, with the message's own headers, and neither session nor GET nor DELETE", async () => {
  const server = await httpServer(new Script().tool("hello", say("hello")), { sessions: false });
  const { news, told, transport } = await openTransport(server.entry.url);
  transport.cast("write", modern(1, "hello"));

  expect(await told("received")).toMatchObject({ value: { id: 1 }, via: 1 });
  await transport[Symbol.asyncDispose]();

  expect(news.map(({ type }) => type)).toEqual(["opened", "accepted", "received"]);
  expect(server.received.map(({ method }) => method)).toEqual(["POST"]);
  expect(server.received[0]?.headers).toMatchObject({ "mcp-method": "tools/call", "mcp-name": "hello" });
  expect(server.received[0]?.headers["mcp-session-id"]).toBeUndefined();
});

test("revision 2026-07-28: a cut stream is not resumed, though its events have ids", async () => {
  const script = new Script().tool("work", progress(1), say("done"));
  const server = await httpServer(script, { sessions: false, eventIds: true });
  server.cut("tools/call");
  const { told, transport } = await openTransport(server.entry.url);
  transport.cast("write", modern(1, "work"));

  expect(await told("failed")).toMatchObject({ id: 1, outcome: "unknown", failure: { code: "CONNECTION_LOST" } });
  expect(server.received.map(({ method }) => method)).toEqual(["POST"]);
});

test("an abandoned request's stream is closed, and nothing more is told of it", async () => {
  const server = await httpServer(new Script().tool("work", progress(1), stall()), { sessions: false });
  const { news, told, transport } = await openTransport(server.entry.url);
  transport.cast("write", modern(1, "work"));
  await told("received");

  transport.cast("abandon", 1);
  await server.until(() => server.underWay === 0);
  await transport[Symbol.asyncDispose]();

  expect(news.map(({ type }) => type)).toEqual(["opened", "accepted", "received"]);
});

test("a frame is accepted before the server has it, also when there is no server", async () => {
  const server = await httpServer(new Script());
  const { url } = server.entry;
  await server.down();
  const { news, told, transport } = await openTransport(url);
  transport.cast("write", modern(1, "a"));
  transport.cast("write", modern(2, "b"));
  await told("failed");
  await expect.poll(() => news.filter(({ type }) => type === "failed")).toHaveLength(2);
  await server.up();
  transport.cast("reopen");

  await expect.poll(() => news.filter(({ type }) => type === "opened")).toHaveLength(2);
  const types = news.map(({ type }) => type);
  expect(types.slice(0, 4)).toEqual(["opened", "accepted", "accepted", "unreachable"]);
  expect(types.filter((type) => type === "unreachable")).toHaveLength(1);
  expect(news.filter((each) => each.type === "failed")).toMatchObject([
    { outcome: "not_sent" },
    { outcome: "not_sent" },
  ]);
});
