import { ConnectionLostError, connect } from "caduceus";
import { die, log, progress, Script, say, scriptedStdio } from "caduceus/testing";

// A real child process with two tools: one kills the process, one does not.
const server = scriptedStdio(
  new Script().tool("risky", progress(1), log("out of memory"), die()).tool("hello", say("hello")),
);

await using client = await connect(server);
client.on("lost", ({ error }) => console.log("lost:", error.message));
client.on("ready", ({ incarnation }) => console.log("ready again, incarnation", incarnation));

try {
  await client.callTool("risky");
} catch (error) {
  if (!(error instanceof ConnectionLostError)) throw error;
  console.log(error.outcome, error.signal, error.stderr);
}

// Waits for the next incarnation by itself.
const { content } = await client.callTool("hello");
console.log(content);
