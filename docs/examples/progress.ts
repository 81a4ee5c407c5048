import { connect, generateProgressToken } from "caduceus";

await using client = await connect({ command: "npx", args: ["-y", "@modelcontextprotocol/server-everything"] });
const tool = "trigger-long-running-operation";
const work = { duration: 0.4, steps: 2 };

// With a callback.
await client.callTool(tool, work, {
  progress: ({ progress, total, message }) => console.log("callback", progress, total, message),
});

// With a token of your own: another part of the program can follow the operation by it.
const token = generateProgressToken();
const stopListening = client.onProgress(token, ({ progress }) => console.log("listener", progress));
await client.callTool(tool, work, { progress: { token, callback: ({ progress }) => console.log("both", progress) } });
stopListening();

// As a stream.
const call = client.callTool(tool, work);
for await (const { progress } of call.progress) console.log("stream", progress);
console.log((await call).isError ? "failed" : "done");
