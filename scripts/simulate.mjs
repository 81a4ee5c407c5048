/*
 * Random programs of operations, cancels, handlers and faults, each on one virtual clock and one seed, held against what
 * is promised:
 *
 *     npm run simulate -- [--runs 10000] [--seed 1] [--jobs 2] [--unshrunken] [--digest] [--path …]
 *
 * Prints how often everything that can happen has happened: faults, error codes, states of the connection's machine with
 * the events they take. Each must have been seen once in a hundred runs, or it fails. A failing program is printed as short
 * as it could be made, with its log and the command that plays it again; `--unshrunken` prints it as it was found. With
 * `--digest` a sum of all logs is printed: it is the same whenever the seed is.
 */
import { execFileSync, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { merged, missing, showFailure, showReport } from "./simulate/report.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string" },
    path: { type: "string" },
    unshrunken: { type: "boolean", default: false },
    digest: { type: "boolean", default: false },
  },
});
/** Runs of one process: each share has a seed of its own, which is all that it takes to play it again. */
const SHARE = 500;
/** Of so many runs, everything must have been seen in one. */
const SELDOM = 100;

const children = new Set();

const root = fileURLToPath(new URL("..", import.meta.url));
const program = fileURLToPath(new URL("../reports/simulation/test/simulation/main.js", import.meta.url));
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

execFileSync(process.execPath, [tsc, "-p", "test/simulation/tsconfig.json"], { cwd: root, stdio: "inherit" });
process.exitCode = values.path === undefined ? await simulate() : await replay(values.path);

async function replay(path) {
  const { failure } = await play({ seed: Number(values.seed), runs: 1, path });
  if (failure === undefined) console.log("Nothing is wrong with it");
  else showFailure(failure, undefined);
  return failure === undefined ? 0 : 1;
}

async function simulate() {
  const begun = performance.now();
  const total = Number(values.runs);
  const shares = Array.from({ length: Math.ceil(total / SHARE) }, (_, index) => ({
    seed: Number(values.seed) + index,
    runs: Math.min(SHARE, total - index * SHARE),
  }));
  const reports = [];
  const work = async () => {
    for (let share = shares.shift(); share !== undefined; share = shares.shift()) {
      const report = await play(share);
      if (report === undefined) return;
      reports.push(report);
      if (report.failure === undefined) continue;
      shares.length = 0;
      for (const child of children) child.kill();
    }
  };
  const jobs = Math.min(Number(values.jobs ?? availableParallelism()), shares.length);
  await Promise.all(Array.from({ length: jobs }, work));

  const counts = merged(reports.map((report) => report.counts));
  const seconds = (performance.now() - begun) / 1_000;
  const failure = reports.map((report) => report.failure).find((each) => each !== undefined);
  if (failure !== undefined) {
    showFailure(failure, counts.runs);
    return 1;
  }
  // Of few runs nothing can be expected.
  const fewest = total < 1_000 ? 0 : Math.floor(total / SELDOM);
  showReport(counts, seconds, fewest);
  if (values.digest) for (const { digest } of reports) console.log(`Log digest: ${digest}`);
  return missing(counts, fewest).length > 0 ? 1 : 0;
}

/** One share in a process of its own; what it says on stdout is its report. `undefined`: it was not wanted any more. */
function play({ seed, runs, path }) {
  const given = ["--seed", String(seed), "--runs", String(runs), ...(path === undefined ? [] : ["--path", path])];
  if (values.unshrunken) given.push("--unshrunken");
  if (values.digest) given.push("--digest");
  const child = spawn(process.execPath, [program, ...given], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    child.once("error", reject);
    children.add(child);
    child.once("close", (code) => {
      children.delete(child);
      if (child.killed) resolve(undefined);
      else if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`The simulation of seed ${seed} ended with code ${code}`));
    });
  });
}
