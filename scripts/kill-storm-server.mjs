// The server of faults-kill.mjs: notes each call of the tool `write` in a file before it does anything else, and answers
// after up to 20 ms. `node kill-storm-server.mjs <file>`.
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [, , file = ""] = process.argv;
const inputSchema = { type: "object" };
const tools = [
  { name: "read", inputSchema, annotations: { readOnlyHint: true } },
  { name: "write", inputSchema },
];

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params = {} } = JSON.parse(line);
  const reply = (result) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`);
  if (method === "initialize") {
    const { protocolVersion } = params;
    reply({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "storm", version: "1" } });
  } else if (method === "tools/list") {
    reply({ tools });
  } else if (method === "tools/call") {
    const { n } = params.arguments;
    if (params.name === "write") appendFileSync(file, `${n}\n`);
    setTimeout(() => reply({ content: [{ type: "text", text: String(n) }] }), n % 20);
  }
}
