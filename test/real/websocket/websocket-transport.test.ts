import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { ConnectionLostError, connect } from "caduceus";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { webSocket } from "../../../docs/examples/websocket-transport.js";

interface Message {
  readonly id: number;
  readonly method: string;
  readonly params: {
    readonly protocolVersion: string;
    readonly name: string;
    readonly _meta: { progressToken: string };
  };
}

let server: WebSocketServer;
let url: string;
let sockets: WebSocket[];
let codes: number[];

beforeEach(async () => {
  sockets = [];
  codes = [];
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", serve);
  await once(server, "listening");
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

function serve(socket: WebSocket): void {
  sockets.push(socket);
  const send = (message: object) => socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
  socket.on("close", (code) => codes.push(code));
  socket.on("message", (data) => {
    const { id, method, params } = JSON.parse(data.toString()) as Message;
    if (method === "initialize") {
      const { protocolVersion } = params;
      const serverInfo = { name: "over a socket", version: "1" };
      send({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
    }
    if (method === "ping") send({ id, result: {} });
    if (method !== "tools/call") return;
    const { progressToken } = params._meta;
    for (const progress of [1, 2]) send({ method: "notifications/progress", params: { progressToken, progress } });
    if (params.name === "fatal") socket.terminate();
    else send({ id, result: { content: [] } });
  });
}

test("M25 a WebSocket carries a client, progress included, and is closed with it", async () => {
  const client = await connect(() => webSocket(url));
  const seen: number[] = [];

  await client.callTool("work", {}, { progress: ({ progress }) => void seen.push(progress) });
  expect(client.server?.name).toBe("over a socket");
  expect(seen).toEqual([1, 2]);
  const closed = once(sockets[0] as WebSocket, "close");
  await client.close();
  await closed;

  expect(codes).toEqual([1000]);
});

test("a socket that breaks takes its call along, and is replaced", async () => {
  await using client = await connect(() => webSocket(url), { backoff: { initial: 0 } });

  const error = await client.callTool("fatal").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConnectionLostError);
  expect(error).toMatchObject({ outcome: "unknown", message: "The WebSocket broke" });
  expect(await client.ping()).toEqual({});

  expect(sockets).toHaveLength(2);
});

test("a server that is not there is what `connect` rejects with", async () => {
  server.close();
  await once(server, "close");

  const error = await connect(() => webSocket(url)).catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(ConnectionLostError);
  expect((error as ConnectionLostError).cause).toMatchObject({ code: "ECONNREFUSED" });
});
