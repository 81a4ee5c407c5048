/*
 * What telemetry costs: `npm run bench:telemetry`, or `node bench/telemetry.mjs <dist> …` for other builds beside each
 * other. CPU time of a tools/call in memory, one at a time, in rounds that take turns: nobody listens, somebody listens to
 * the ends of operations, to every channel, and to every channel with payloads. Ratios are to the first of the run.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { pathToFileURL } from "node:url";

const ROUNDS = 15;
const CALLS = 3_000;

const builds = process.argv.length > 2 ? process.argv.slice(2) : [new URL("../dist", import.meta.url).pathname];
const cases = [];
for (const build of builds) {
  const {
    connect,
    memoryTransport,
    telemetryChannels = [],
  } = await import(pathToFileURL(`${build}/src/index.js`).href);
  const client = await connect(() => memoryTransport(serve), { protocol: "2025-11-25" });
  cases.push({ build, name: "nobody listens", client, channels: [] });
  if (telemetryChannels.length === 0) continue;
  const talkative = await connect(() => memoryTransport(serve), {
    protocol: "2025-11-25",
    telemetry: { payloads: true },
  });
  cases.push({ build, name: "operation.end", client, channels: ["caduceus:operation.end"] });
  cases.push({ build, name: "every channel", client, channels: telemetryChannels });
  cases.push({ build, name: "every channel, payloads", client: talkative, channels: telemetryChannels });
}

const figures = cases.map(() => []);
for (let round = -2; round < ROUNDS; round++) {
  for (const [index, { client, channels }] of cases.entries()) {
    const hear = () => undefined;
    for (const channel of channels) subscribe(channel, hear);
    const before = process.cpuUsage();
    for (let call = 0; call < CALLS; call++) await client.callTool("echo", { text: "hello" });
    const { user, system } = process.cpuUsage(before);
    for (const channel of channels) unsubscribe(channel, hear);
    if (round >= 0) figures[index].push((user + system) / CALLS);
  }
}

const medians = figures.map((each) => each.toSorted((one, other) => one - other)[Math.floor(ROUNDS / 2)]);
for (const [index, { build, name }] of cases.entries()) {
  const ratio = (medians[index] / medians[0]).toFixed(2);
  console.log(`${medians[index].toFixed(2)} CPU-µs  × ${ratio}  ${name}${builds.length > 1 ? `  (${build})` : ""}`);
}
process.exit(0);

/** Answers the handshake and every call at once. */
function serve(end) {
  end.onmessage = ({ id, method }) => {
    if (id === undefined) return;
    const capabilities = { tools: {} };
    const serverInfo = { name: "bench", version: "1" };
    const result =
      method === "initialize"
        ? { protocolVersion: "2025-11-25", capabilities, serverInfo }
        : { content: [{ type: "text", text: "hello" }] };
    void end.send({ jsonrpc: "2.0", id, result });
  };
  void end.start();
}
