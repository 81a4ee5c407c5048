import { connect, onTelemetry } from "caduceus";
import { progress, Script, say, scriptedMemory } from "caduceus/testing";

const stop = onTelemetry("caduceus:operation.end", ({ client, method, name = "", duration, ok, code }) => {
  console.log(`${client}: ${method} ${name} took ${Math.round(duration)} ms: ${ok ? "ok" : code}`);
});

const server = scriptedMemory(new Script().tool("index", progress(1, 2), say("done")));
const options = { name: "files", telemetry: { payloads: { progress: true, requests: true }, maxLength: 60 } };
await using client = await connect(server.transport, options);

const stopShowing = onTelemetry("caduceus:operation.start", ({ payload }) => console.log(payload));
await client.callTool("index", { path: "https://ada:1234@files.example/?key=5", apiKey: "1234" });
stop();
stopShowing();
