/*
 * What the official SDK's two clients have in common: the shape of a transport over an object in memory, and of a client.
 */

/** A transport as both SDKs take it, over a raw server in memory. */
export function memoryTransport(server) {
  const transport = {
    async start() {
      server.onMessage = (message) => transport.onmessage?.(message);
    },
    async send(message) {
      server.receive(message);
    },
    async close() {
      transport.onclose?.();
    },
  };
  return transport;
}

/** As large as ours, which the measure of a large message needs: their default is 10 MiB. */
export const MAX_BUFFER = 64 * 1024 * 1024;
