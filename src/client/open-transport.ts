import { ConfigError } from "../protocol/errors.js";
import { isRecord } from "../protocol/message.js";
import { Authority } from "../transport/http/authority.js";
import type { Carrier } from "../transport/http/leg.js";
import type { HttpOptions, HttpServer } from "../transport/http/server.js";
import { stdio } from "../transport/stdio.js";
import type { TransportDefinition } from "../transport/transport.js";
import type { Server } from "./options.js";

/** How the transport of each incarnation is made. */
export function opener(server: Server, options: HttpOptions): () => TransportDefinition | Promise<TransportDefinition> {
  if (typeof server !== "function") return "url" in server ? httpOpener(server, options) : () => stdio(server);
  return async () => {
    const transport: unknown = await server();
    if (isRecord(transport) && typeof transport.create === "function")
      return transport as unknown as TransportDefinition;
    throw new ConfigError("Expected the server's function to return a transport");
  };
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
