import { ConfigError } from "../protocol/errors.js";
import { isRecord } from "../protocol/message.js";
import { stdio } from "../transport/stdio.js";
import type { TransportDefinition } from "../transport/transport.js";
import type { Server } from "./options.js";

/** How the transport of each incarnation is made. */
export function opener(
  server: Server,
  maxMessageSize: number,
): () => TransportDefinition | Promise<TransportDefinition> {
  if (typeof server !== "function") return () => stdio(server, maxMessageSize);
  return async () => {
    const transport: unknown = await server();
    if (isRecord(transport) && typeof transport.create === "function")
      return transport as unknown as TransportDefinition;
    throw new ConfigError("Expected the server's function to return a transport");
  };
}
