import { connect } from "caduceus";

// What one entry of an `mcpServers` configuration says.
const server = { command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] };

await using client = await connect(server);
console.log(`connected to ${client.server?.name}`);

const { tools } = await client.listTools();
console.log(`tools: ${tools.map((tool) => tool.name).join(", ")}`);

const result = await client.callTool(
  "trigger-long-running-operation",
  { duration: 1, steps: 4 },
  {
    timeout: 10_000, // milliseconds of silence: each step starts the count anew
    progress: ({ progress, total }) => console.log(`step ${progress} of ${total ?? "unknown"}`),
  },
);
console.log(result.content);
