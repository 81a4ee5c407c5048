/*
 * Plays the runs of one seed in this process, and writes what came of them to stdout as JSON. What `npm run simulate`
 * starts, once per share of the runs.
 */
import { parseArgs } from "node:util";
import { simulate } from "./simulate.js";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    runs: { type: "string" },
    path: { type: "string" },
    unshrunken: { type: "boolean", default: false },
    digest: { type: "boolean", default: false },
  },
});
const { seed, runs, path, unshrunken, digest } = values;
const plan = { seed: Number(seed), runs: Number(runs), path, isShrunken: !unshrunken, isDigested: digest };
const report = await simulate(plan);
process.stdout.write(JSON.stringify(report));
