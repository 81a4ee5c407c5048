import { answerOf } from "../answers.mjs";

/** The raw server in the client's own process: it takes messages as objects and answers in a microtask. */
export function memoryServer() {
  const server = {
    /** Set by the client's transport. */
    onMessage: undefined,
    receive({ id, method, params }) {
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
