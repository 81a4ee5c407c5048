// Operations against a server that is killed 50 ms after each time it is ready, and whether the promises hold:
// `npm run faults:kill`, or `node scripts/faults-kill.mjs <operations>` (10,000), which needs a build. Fails if one does not hold.
import { subscribe } from "node:diagnostics_channel";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isAlive } from "./lib/is-alive.mjs";

const OPERATIONS = Number(process.argv[2] ?? 10_000);
const LIFE = 50;
const program = fileURLToPath(new URL("./kill-storm-server.mjs", import.meta.url));
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

const children = [];
subscribe("child_process", ({ process: child }) => children.push(child));
const { connect } = await import("caduceus");

const folder = mkdtempSync(join(tmpdir(), "kill-storm-"));
const file = join(folder, "writes");
const startedAt = performance.now();
try {
  // A small storm first: what is loaded and compiled on first use is no leak.
  await storm(Math.min(200, OPERATIONS));
  const before = await measure();
  children.length = 0;
  const report = await storm(OPERATIONS);
  const after = await measure();
  const leaks = {
    processes: children.filter(({ pid }) => pid !== undefined && isAlive(-pid)).length,
    fileDescriptors: after.fileDescriptors - before.fileDescriptors,
    timers: after.timers - before.timers,
    heapMegabytes: Number((after.heap - before.heap).toFixed(1)),
  };
  const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(1));
  console.log(JSON.stringify({ ...report, leaks, seconds }, undefined, 2));
  const broken = judge(report, leaks);
  for (const promise of broken) console.log(`BROKEN: ${promise}`);
  process.exitCode = broken.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** Half of the operations are safe. What came of all of them. */
async function storm(count) {
  writeFileSync(file, "");
  const client = await connect(
    { command: process.execPath, args: [program, file] },
    {
      backoff: { initial: 10, factor: 1 },
      downAfter: Number.POSITIVE_INFINITY,
      timeout: Number.POSITIVE_INFINITY,
      maxTimeout: Number.POSITIVE_INFINITY,
      maxPending: count + 1,
    },
  );
  let kills = 0;
  let timer;
  const killSoon = () => {
    const server = children.at(-1);
    timer = setTimeout(() => {
      kills++;
      server.kill("SIGKILL");
    }, LIFE);
  };
  await client.listTools();
  client.on("ready", killSoon);
  killSoon();

  const settlements = new Array(count).fill(0);
  const ends = { safe: {}, unsafe: {} };
  const notSent = [];
  const answered = [];
  await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const isSafe = n % 2 === 0;
      const kind = ends[isSafe ? "safe" : "unsafe"];
      const options = isSafe ? { retry: Number.POSITIVE_INFINITY } : {};
      let end;
      try {
        const { content } = await client.callTool(isSafe ? "read" : "write", { n }, options);
        end = content[0].text === String(n) ? "answered" : "answered wrongly";
        if (!isSafe) answered.push(n);
      } catch (error) {
        end = `${error.code} ${error.outcome}`;
        if (error.outcome === "not_sent") notSent.push(n);
      }
      settlements[n]++;
      kind[end] = (kind[end] ?? 0) + 1;
    }),
  );
  const { operations } = client.stats;
  await client.close();
  clearTimeout(timer);

  const arrivals = new Map();
  for (const n of readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number)) {
    arrivals.set(n, (arrivals.get(n) ?? 0) + 1);
  }
  return {
    operations: count,
    kills,
    settledOnce: settlements.filter((times) => times === 1).length,
    stillPending: operations.started - operations.settled,
    ...ends,
    unsafeArrived: arrivals.size,
    unsafeArrivedTwice: [...arrivals.values()].filter((times) => times > 1).length,
    arrivedThough: { notSent: notSent.filter((n) => arrivals.has(n)).length },
    answeredWithoutArrival: answered.filter((n) => !arrivals.has(n)).length,
  };
}

function judge(report, leaks) {
  const safe = Math.ceil(report.operations / 2);
  const promises = {
    "every operation settles exactly once": report.settledOnce === report.operations && report.stillPending === 0,
    "every safe operation is answered": report.safe.answered === safe,
    "no unsafe operation reaches the server twice": report.unsafeArrivedTwice === 0,
    "what is said not to have been sent did not arrive": report.arrivedThough.notSent === 0,
    "what is answered did arrive": report.answeredWithoutArrival === 0,
    "the server was killed": report.kills > 0,
    "no process is left": leaks.processes === 0,
    "no file descriptor is left": leaks.fileDescriptors <= 0,
    "no timer is left": leaks.timers <= 0,
    "the heap is back": leaks.heapMegabytes < 5,
  };
  return Object.keys(promises).filter((promise) => !promises[promise]);
}

/** What this program holds once the garbage has been collected. */
async function measure() {
  for (let round = 0; round < 10; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return {
    fileDescriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
    timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
    heap: process.memoryUsage().heapUsed / 1_000_000,
  };
}
