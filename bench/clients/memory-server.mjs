import { answerOf } from "../answers.mjs";

/** The raw server in the client's own process: it takes messages as objects and answers in a microtask. */
export function memoryServer() {
  const server = {
    /** Set by the client's transport. */
    onMessage: undefined,
    /** How many messages have come. */
    received: 0,
    receive({ id, method, params }) {
      server.received++;
      if (id === undefined || params?.name === "hang") return;
      const answer =
        method === "tools/call"
          ? { result: { content: [{ type: "text", text: "ok" }] } }
          : JSON.parse(`{${answerOf({ method, params })}}`);
      queueMicrotask(() => server.onMessage({ jsonrpc: "2.0", id, ...answer }));
    },
  };
  return server;
}
