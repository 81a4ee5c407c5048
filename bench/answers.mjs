/*
 * What the raw servers of the benchmarks answer, over every wire. They know no SDK and check nothing, so that what is
 * measured is the client. They speak the legacy era; whoever asks for anything else is told that it is unknown, which is
 * how a client finds out.
 */
const TOOLS = Array.from({ length: 500 }, (_, index) => ({
  name: `tool-${index}`,
  title: `Tool number ${index}`,
  description: `Does what tool number ${index} does, and says so in a sentence of the usual length.`,
  inputSchema: {
    type: "object",
    properties: {
      path: { type: "string", description: "Where to look" },
      depth: { type: "integer", minimum: 0, maximum: 32, default: 3 },
      filter: { type: "array", items: { type: "string" } },
    },
    required: ["path"],
  },
  annotations: { readOnlyHint: true },
}));

/** Made on first use: only one measure asks for them. */
let tools;

/** The answer's part after the id, as JSON; `undefined` for what is not answered at once. */
export function answerOf({ method, params }) {
  switch (method) {
    case "tools/call":
      return params.name === "echo" ? '"result":{"content":[{"type":"text","text":"ok"}]}' : undefined;
    case "ping":
      return '"result":{}';
    case "initialize":
      return `"result":${JSON.stringify({
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "raw", version: "1.0.0" },
      })}`;
    case "tools/list":
      tools ??= `"result":${JSON.stringify({ tools: TOOLS })}`;
      return tools;
    default:
      return '"error":{"code":-32601,"message":"Method not found"}';
  }
}

/** One progress notification, as JSON. */
export function progressOf(token, progress) {
  return `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${token},"progress":${progress}}}`;
}

/** A whole answer, as JSON. */
export function messageOf(id, rest) {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${rest}}`;
}
