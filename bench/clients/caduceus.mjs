/* Ours, built, with the limits a measure needs and everything else as it comes. */

import { server as define, noreply } from "../../dist/actors/index.js";
import { connect } from "../../dist/src/index.js";

export async function open(wire, { inFlight = 64, ...options } = {}) {
  const client = await connect(SERVERS[wire.kind](wire), { maxInFlight: Math.max(64, inFlight), ...options });
  return {
    call: (name, args) => client.callTool(name, args),
    follow: (name, args, progress) => client.callTool(name, args, { progress }),
    list: () => client.listTools(),
    ping: () => client.ping(),
    close: () => client.close(),
  };
}

const SERVERS = {
  memory: ({ server }) => memoryTransport(server),
  stdio: ({ command, args }) => ({ command, args }),
  http: ({ url }) => ({ url }),
};

/** A transport of ours over a raw server in memory. It gets text: a client that is to write its frames encodes them. */
function memoryTransport(server) {
  return () =>
    define("memory transport")({
      init({ connection, incarnation }) {
        server.onMessage = (value) => connection.send({ type: "received", incarnation, value });
        connection.send({ type: "opened", incarnation });
        return { connection, incarnation };
      },
      calls: {},
      casts: {
        write({ text, sequence }, state) {
          const { connection, incarnation } = state;
          connection.send({ type: "accepted", incarnation, upTo: sequence });
          server.receive(JSON.parse(text));
          return noreply(state);
        },
      },
    });
}
