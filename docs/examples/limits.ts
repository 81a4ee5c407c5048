import { connect, TimeoutError } from "caduceus";

await using client = await connect({ command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] });
const tool = "trigger-long-running-operation";

// Two seconds of work with a limit of one: every step starts the second anew.
await client.callTool(tool, { duration: 2, steps: 10 }, { timeout: 1_000 });
console.log("done");

// `maxTimeout` counts from the call to the end, whatever progress there is.
try {
  await client.callTool(tool, { duration: 60, steps: 600 }, { timeout: 1_000, maxTimeout: 1_500 });
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log(`${error.limit} of ${error.after} ms, ${error.outcome}`);
}
