/* The official SDK's first client, as its README uses it. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { MAX_BUFFER, memoryTransport } from "./sdk.mjs";

const TRANSPORTS = {
  memory: ({ server }) => memoryTransport(server),
  stdio: ({ command, args }) => new StdioClientTransport({ command, args, maxBufferSize: MAX_BUFFER }),
  http: ({ url }) => new StreamableHTTPClientTransport(new URL(url)),
};

export async function open(wire) {
  const client = new Client({ name: "bench", version: "1.0.0" });
  await client.connect(TRANSPORTS[wire.kind](wire));
  return {
    call: (name, args) => client.callTool({ name, arguments: args }),
    follow: (name, args, onprogress) => client.callTool({ name, arguments: args }, undefined, { onprogress }),
    list: () => client.listTools(),
    close: () => client.close(),
  };
}
