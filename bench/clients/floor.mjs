/*
 * The floor: what a client costs that does nothing it could leave out. A Map from id to promise, JSON, and the wire; no
 * checks, no limits, no cancellation, no restart. Over HTTP it uses undici's dispatcher, the least there is above a socket.
 */
import { spawn } from "node:child_process";
import { Pool } from "undici";

export async function open(wire) {
  const waiting = new Map();
  const listeners = new Map();
  let lastId = 0;

  const receive = (message) => {
    if (message.id === undefined) {
      const { progressToken, ...update } = message.params;
      listeners.get(progressToken)?.(update);
      return;
    }
    const settle = waiting.get(message.id);
    waiting.delete(message.id);
    settle(message.result);
  };
  const { send, close } = WIRES[wire.kind](wire, receive);

  const request = (method, params) =>
    new Promise((resolve) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      send({ jsonrpc: "2.0", id, method, params });
    });
  await request("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "floor", version: "1" },
  });
  send({ jsonrpc: "2.0", method: "notifications/initialized" });

  return {
    call: (name, args) => request("tools/call", { name, arguments: args }),
    async follow(name, args, onProgress) {
      const progressToken = lastId + 1;
      listeners.set(progressToken, onProgress);
      const result = await request("tools/call", { name, arguments: args, _meta: { progressToken } });
      listeners.delete(progressToken);
      return result;
    },
    list: () => request("tools/list", {}),
    close,
  };
}

const WIRES = {
  memory({ server }, receive) {
    server.onMessage = receive;
    return { send: (message) => server.receive(message), close() {} };
  },

  stdio({ command, args }, receive) {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    let parts = [];
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk) => {
      const end = chunk.lastIndexOf("\n");
      if (end === -1) {
        parts.push(chunk);
        return;
      }
      const text = parts.length === 0 ? chunk.slice(0, end) : parts.join("") + chunk.slice(0, end);
      parts = end + 1 === chunk.length ? [] : [chunk.slice(end + 1)];
      for (const line of text.split("\n")) receive(JSON.parse(line));
    });
    // What is sent in one turn goes in one write.
    let batch = "";
    const flush = () => {
      child.stdin.write(batch);
      batch = "";
    };
    return {
      send(message) {
        if (batch === "") queueMicrotask(flush);
        batch += `${JSON.stringify(message)}\n`;
      },
      close: () => new Promise((resolve) => child.once("exit", resolve).stdin.end()),
    };
  },

  http({ url }, receive) {
    const { origin, pathname: path } = new URL(url);
    const pool = new Pool(origin, { connections: 64 });
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    return {
      send(message) {
        let text = "";
        let isStream = false;
        pool.dispatch(
          { method: "POST", path, headers, body: JSON.stringify(message) },
          {
            onRequestStart() {},
            onResponseStart(_controller, _status, received) {
              isStream = received["content-type"] === "text/event-stream";
            },
            onResponseData(_controller, chunk) {
              text += chunk.toString("latin1");
              if (!isStream) return;
              const events = text.split("\n\n");
              text = events.pop();
              for (const event of events) receive(JSON.parse(event.slice("data: ".length)));
            },
            onResponseEnd() {
              if (!isStream && text !== "") receive(JSON.parse(text));
            },
            onResponseError(_controller, error) {
              throw error;
            },
          },
        );
      },
      close: () => pool.close(),
    };
  },
};
