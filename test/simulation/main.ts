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
  },
});
const { seed, runs, path, unshrunken } = values;
const report = await simulate({ seed: Number(seed), runs: Number(runs), path, isShrunken: !unshrunken });
process.stdout.write(JSON.stringify(report));
