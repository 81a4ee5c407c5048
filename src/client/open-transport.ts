import { ConfigError } from "../protocol/errors.js";
import { isRecord } from "../protocol/message.js";
import type { StdioServer } from "../transport/child.js";
import { Authority } from "../transport/http/authority.js";
import type { Carrier } from "../transport/http/leg.js";
import type { HttpOptions, HttpServer } from "../transport/http/server.js";
import { isSdkTransport, sdk } from "../transport/sdk.js";
import { stdio } from "../transport/stdio.js";
import type { TransportDefinition } from "../transport/transport.js";
import type { Server, Transport } from "./options.js";

/** How the transport of each incarnation is made. */
export function opener(server: Server, options: HttpOptions): () => TransportDefinition | Promise<TransportDefinition> {
  if (typeof server === "function") return async () => definitionOf(await server());
  if (isTransport(server)) return once(definitionOf(server));
  if ("url" in server) return httpOpener(server, options);
  return () => stdio(server, options.maxMessageSize);
}

/** What HTTP needs is loaded when the first of its transports is made. */
function httpOpener(server: HttpServer, { auth, fetch, maxMessageSize }: HttpOptions) {
  const authority = auth === undefined ? undefined : new Authority(auth);
  return async (): Promise<TransportDefinition> => {
    const [{ http }, carrier] = await Promise.all([import("../transport/http/http.js"), carrierOf(fetch)]);
    return http({ server, authority, maxMessageSize, carrier });
  };
}

async function carrierOf(fetch: HttpOptions["fetch"]): Promise<(origin: string) => Carrier> {
  if (fetch === undefined) return (await import("../transport/http/pool.js")).poolCarrier;
  const { FetchCarrier } = await import("../transport/http/fetch-carrier.js");
  return () => new FetchCarrier(fetch);
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
