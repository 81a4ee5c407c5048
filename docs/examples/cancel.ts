import { CancelledError, connect } from "caduceus";

await using client = await connect({ command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] });
const tool = "trigger-long-running-operation";
const work = { duration: 60, steps: 600 };

// By the handle. The loop ends without an error, since the cancel is your own; the promise rejects.
const call = client.callTool(tool, work);
for await (const { progress } of call.progress) if (progress >= 2) call.cancel("seen enough");
await call.catch((error) => {
  if (!(error instanceof CancelledError)) throw error;
  console.log("by handle:", error.reason);
});

// By an AbortSignal, as with `fetch`.
const window = new AbortController();
const options = { signal: window.signal, progress: () => window.abort("the window was closed") };
await client.callTool(tool, work, options).catch((error) => console.log("by signal:", error.code, error.cause));
