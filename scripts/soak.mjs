/*
 * Many servers that crash, hang, flood and restart at random while thousands of operations run:
 *
 *     npm run soak -- [--minutes 10 | --seconds 20] [--servers 30] [--callers 3] [--seed 1]
 *
 * Every operation must settle within its limits, with its own answer or an error that the trouble explains; when all is
 * quiet every client must be ready again; in the end nothing may be left: no process of ours or of the servers', no
 * handle, no file descriptor, no memory that grows. Fails, and says what it found, when anything of this does not hold.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connect } from "caduceus";
import { Runtime } from "caduceus/actors";
import { randomFrom } from "caduceus/testing";
import { isAlive } from "./lib/is-alive.mjs";
import { Report } from "./soak/report.mjs";
import { startServers } from "./soak/servers.mjs";
import { work } from "./soak/workload.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    seconds: { type: "string" },
    servers: { type: "string", default: "30" },
    callers: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
  },
});
const duration = values.minutes ? Number(values.minutes) * 60_000 : Number(values.seconds ?? 20) * 1_000;
const random = randomFrom(Number(values.seed));
const report = new Report();

/** Bytes that the heap may grow by, however long it takes: compiled code and what a first use keeps are 8 to 10 MiB. */
const MOST_GROWTH = 16 * 2 ** 20;

await warmUp();
const before = measure();
const seen = await soak();
// Node lets go of closed handles in a later turn.
for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
const after = measure();
if (after.heap - before.heap > MOST_GROWTH) report.finding(`the heap grew by ${megabytes(after.heap - before.heap)}`);
if (after.files > before.files) report.finding(`${after.files - before.files} file descriptors are left`);
const left = leftOver(before.handles, after.handles);
if (left.length > 0) report.finding(`${left.length} handles are left: ${[...new Set(left)].join(", ")}`);
if (seen.restarts > 0) report.finding(`a connection's process was restarted ${seen.restarts} times`);

const lines = [
  `servers      ${seen.servers}, ${duration / 1_000} s, seed ${values.seed}`,
  ...report.lines(),
  `restarts     ${seen.incarnations - seen.servers} of servers, ${seen.restarts} of connections, ${seen.warnings} warnings`,
  `memory       heap ${megabytes(before.heap)} before, ${megabytes(after.heap)} after`,
  `descriptors  ${before.files} before, ${after.files} after`,
  report.findings.length === 0 ? "clean" : `${report.findings.length} findings:`,
  ...report.findings.map((finding) => `  ${finding}`),
];
process.stdout.write(`${lines.join("\n")}\n`);
process.exitCode = report.findings.length === 0 ? 0 : 1;

/** The soak itself, in a function of its own: what it holds is gone with it. */
async function soak() {
  const runtime = new Runtime({
    onCrash: ({ process, reason }) => report.finding(`defect in ${process.label}: ${JSON.stringify(reason)}`),
  });
  const { servers, end } = await startServers(Number(values.servers));
  const options = {
    runtime,
    startTimeout: 20_000,
    backoff: { initial: 10, max: 500 },
    downAfter: Number.POSITIVE_INFINITY,
    heartbeat: { interval: 2_000, timeout: 2_000 },
  };
  const clients = await Promise.all(
    servers.map(({ server, wire }, index) => connect(server, { ...options, name: `${wire} ${index}` })),
  );
  await Promise.all(clients.map((client) => client.listTools()));
  const warnings = watchWarnings(clients);

  const deadline = performance.now() + duration;
  const isOver = () => performance.now() >= deadline;
  const killing = killAtRandom(runtime);
  const callers = clients.flatMap((client, index) =>
    Array.from({ length: Number(values.callers) }, (_, caller) =>
      work({ client, random, report, isOver, name: `${index}-${caller}` }),
    ),
  );
  await Promise.all(callers);
  clearInterval(killing);

  await Promise.all(clients.map((client) => quiet(client)));
  const pids = pidsIn(runtime.tree());
  const incarnations = clients.reduce((sum, { stats }) => sum + stats.restarts.incarnations, 0);
  const restarts = clients.reduce((sum, { stats }) => sum + stats.restarts.connection, 0);
  for (const { stats } of clients) {
    const { started, settled } = stats.operations;
    if (started !== settled) report.finding(`${started} operations were started and ${settled} have settled`);
  }
  await Promise.all(clients.map((client) => client.close()));
  if (runtime.size !== 0) report.finding(`${runtime.size} processes of the runtime are left`);
  await runtime.stop();
  await end();
  for (const pid of pids) if (isAlive(pid)) report.finding(`the server's process ${pid} is left`);
  return { incarnations, restarts, warnings: warnings.count, servers: servers.length };
}

/** What the first client costs once is nobody's leak. */
async function warmUp() {
  const { servers, end } = await startServers(1);
  const client = await connect(servers[0].server);
  await client.callTool("steps", { nonce: "" }, { progress: () => undefined });
  await client.close();
  await end();
}

/** Ends a server from outside now and then, as an operator or the kernel would. */
function killAtRandom(runtime) {
  return setInterval(() => {
    const all = pidsIn(runtime.tree());
    const pid = all[Math.floor(random() * all.length)];
    if (pid !== undefined && isAlive(pid)) process.kill(pid, "SIGKILL");
  }, 250);
}

/** After the trouble every client has to be ready again, and to be of use. */
async function quiet(client) {
  try {
    await client.ready({ timeout: 20_000 });
    await client.ping({ timeout: 20_000 });
    await settled(client);
  } catch (error) {
    report.finding(`a client did not come back: ${error}`);
  }
}

/** The client's own operations, such as listing the tools of a server that came back, may still be under way. */
async function settled(client) {
  const limit = performance.now() + 10_000;
  const isSettled = ({ operations }) => operations.started === operations.settled;
  while (!isSettled(client.stats) && performance.now() < limit) await new Promise((resolve) => setImmediate(resolve));
}

function pidsIn(nodes) {
  return nodes.flatMap(({ details, children }) => [
    ...(typeof details.pid === "number" ? [details.pid] : []),
    ...pidsIn(children),
  ]);
}

function watchWarnings(clients) {
  const warnings = { count: 0 };
  for (const client of clients) client.on("warning", () => warnings.count++);
  return warnings;
}

function measure() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  for (let round = 0; round < 3; round++) collect();
  return {
    heap: process.memoryUsage().heapUsed,
    files: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
    handles: process.getActiveResourcesInfo(),
  };
}

/** What is there now and was not before. */
function leftOver(before, after) {
  const known = [...before];
  return after.filter((handle) => {
    const index = known.indexOf(handle);
    if (index !== -1) known.splice(index, 1);
    return index === -1;
  });
}

function megabytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
