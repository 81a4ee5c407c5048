import { ConfigError } from "../protocol/errors.js";
import { isRecord } from "../protocol/message.js";
import type { StdioServer } from "../transport/child.js";
import { isSdkTransport, sdk } from "../transport/sdk.js";
import { stdio } from "../transport/stdio.js";
import type { TransportDefinition } from "../transport/transport.js";
import type { Server, Transport } from "./options.js";

/** How the transport of each incarnation is made. */
export function opener(
  server: Server,
  maxMessageSize: number,
): () => TransportDefinition | Promise<TransportDefinition> {
  if (typeof server === "function") return async () => definitionOf(await server());
  if (isTransport(server)) return once(definitionOf(server));
  return () => stdio(server, maxMessageSize);
}

/** Whether the server is given as a transport, which is used once: when it ends there is no other. */
export function isTransport(server: Server | StdioServer): server is Transport {
  return isDefinition(server) || isSdkTransport(server);
}

function once(definition: TransportDefinition): () => TransportDefinition {
  let isUsed = false;
  return () => {
    if (isUsed) throw new ConfigError("Expected a transport to be used once: give `connect` a function that makes one");
    isUsed = true;
    return definition;
  };
}

/** @throws {ConfigError} when it is none. */
function definitionOf(transport: unknown): TransportDefinition {
  if (isDefinition(transport)) return transport;
  if (isSdkTransport(transport)) return sdk(() => transport);
  throw new ConfigError("Expected the server's function to return a transport");
}

function isDefinition(value: unknown): value is TransportDefinition {
  return isRecord(value) && typeof value.create === "function";
}
