/*
 * Where a measure's cost goes: `node bench/profile.mjs [--client caduceus] [--measure call-stdio-64] [--heap] [--top 40]`.
 *
 * Runs one measure in this process under V8's own profiler and prints the functions that took most: of the CPU time by
 * default, of all bytes ever allocated with `--heap`, both without what they call.
 */
import { Session } from "node:inspector/promises";
import { parseArgs } from "node:util";
import { CLIENTS, MEASURES } from "./measures.mjs";
import { RUNS } from "./runs.mjs";
import { fail, linesOf } from "./statistics.mjs";

const { values } = parseArgs({
  options: {
    client: { type: "string", default: "caduceus" },
    measure: { type: "string", default: "call-stdio-64" },
    heap: { type: "boolean", default: false },
    top: { type: "string", default: "40" },
  },
});
const measure = MEASURES.find(({ name }) => name === values.measure);
if (measure === undefined || !CLIENTS.some(({ name }) => name === values.client)) {
  fail(`Expected a client and a measure of bench/measures.mjs, got \`${values.client}\` and \`${values.measure}\`.`);
}

const { open } = await import(`./clients/${values.client}.mjs`);
const session = new Session();
session.connect();
const run = () => RUNS[measure.run](open, measure.with);
// The compiler's own work, and what is made once, is over before the profile begins.
await run();
const costs = values.heap ? await allocations() : await times();
const all = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
const top = [...costs].sort((a, b) => b[1] - a[1]).slice(0, Number(values.top));
const rows = top.map(([where, cost]) => [where, `${((100 * cost) / all).toFixed(1)} %`]);
const unit = values.heap ? `${Math.round(all / 1e6)} MB allocated` : `${Math.round(all / 1e3)} ms of CPU`;
process.stdout.write(`${linesOf([["function", "share"], ...rows]).join("\n")}\n${unit}\n`, () => process.exit());

async function times() {
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  await run();
  const { profile } = await session.post("Profiler.stop");
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const costs = new Map();
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    // `dispatch` without a file is the profiler's own start and stop.
    if (frame.functionName !== "(idle)" && (frame.functionName !== "dispatch" || frame.url !== ""))
      add(costs, frame, profile.timeDeltas[index]);
  }
  return costs;
}

async function allocations() {
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 16_384,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await run();
  const { profile } = await session.post("HeapProfiler.stopSampling");
  const costs = new Map();
  const walk = ({ callFrame, selfSize, children }) => {
    add(costs, callFrame, selfSize);
    for (const child of children) walk(child);
  };
  walk(profile.head);
  return costs;
}

function add(costs, { functionName, url, lineNumber }, cost) {
  const file = url.replace(/^.*\/(dist|node_modules|bench)\//, "");
  const where = `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
  costs.set(where, (costs.get(where) ?? 0) + cost);
}
