import type { Client } from "./client.js";
import type { ConnectOptions, Server } from "./options.js";

/**
 * Connects to an MCP server and keeps it connected.
 *
 * ```ts
 * await using client = await connect({ command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] });
 * console.log((await client.listTools()).tools.map((tool) => tool.name));
 * ```
 *
 * Resolves when the server is ready (at once with `lazy`). Afterwards a server that crashes is started again, with
 * growing waits; see {@link Client}.
 *
 * @throws {ConfigError} for an option that cannot be.
 * @throws {ConnectionLostError} when the first incarnation ends before it is ready, with exit code and stderr;
 * {@link ProtocolError} when the server refuses; {@link TimeoutError} when `startTimeout` passes; {@link CancelledError}
 * when `signal` aborts. Nothing is left running then.
 */
export async function connect(server: Server, options: ConnectOptions = {}): Promise<Client> {
  // Everything heavy (the kernel's xstate, p-queue, zod, the schemas) is loaded here, on first use.
  const { startClient } = await import("./start.js");
  return await startClient(server, options);
}
