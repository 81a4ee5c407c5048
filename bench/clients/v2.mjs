/* The official SDK's second client, as its README uses it. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
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
    follow: (name, args, onprogress) => client.callTool({ name, arguments: args }, { onprogress }),
    // It keeps a list for as long as the server allows; it is to ask each time, as the others do.
    list: () => client.listTools(undefined, { cacheMode: "refresh" }),
    close: () => client.close(),
  };
}
