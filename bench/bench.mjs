/*
 * The clients side by side: `npm run bench -- [--only call-stdio,heap] [--rounds 5]`.
 *
 * In a round every client has its turn at a measure before the next one comes, each in a Node process of its own with a
 * raw server beside it, and each round begins with another client: a slow moment of the machine hits all of them. What
 * counts first is the CPU time of the client's process, which other work on the machine distorts least.
 *
 * `--only` takes beginnings of the names in bench/measures.mjs. One line of JSON per sample goes to bench/results/, a
 * table to stdout: medians, with half the way from the least to the greatest behind them. `docs.mjs` makes the page of it.
 */
import { execFile } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { CLIENTS, clientsOf, MEASURES } from "./measures.mjs";
import { tableOf } from "./report.mjs";
import { sampleOf } from "./sample.mjs";
import { sizes } from "./size.mjs";
import { fail, linesOf, versionOf } from "./statistics.mjs";

/** The import benchmark has rounds of its own, and takes no fewer. */
const IMPORT_ROUNDS = 15;

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, rounds: { type: "string", default: "5" } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  fail(`Expected \`--rounds\` to be a whole number of at least 1, got \`${values.rounds}\`.`);
}
if (!existsSync(new URL("../dist/src/index.js", import.meta.url))) {
  fail("Expected dist/ to be built. Run `npm run build` first.");
}
const wanted = values.only.split(",");
const isWanted = (name) => wanted.some((beginning) => name.startsWith(beginning));
const measures = MEASURES.filter(({ name }) => isWanted(name));
if (measures.length === 0 && !isWanted("import") && !isWanted("size")) {
  const names = [...MEASURES.map(({ name }) => name), "import", "size"].join(", ");
  fail(`Expected \`--only\` to be beginnings of ${names}, got \`${values.only}\`.`);
}

const started = new Date();
mkdirSync(new URL("results/", import.meta.url), { recursive: true });
const file = new URL(`results/${started.toISOString().replaceAll(":", "-")}.jsonl`, import.meta.url);
const out = createWriteStream(file);
const lines = [];
const write = (line) => {
  lines.push(line);
  out.write(`${JSON.stringify(line)}\n`);
};

write({
  about: "run",
  date: started.toISOString(),
  node: process.version,
  machine: `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim()}`,
  rounds,
  versions: Object.fromEntries(
    CLIENTS.flatMap(({ name, package: from }) => (from === undefined ? [] : [[name, `${from} ${versionOf(from)}`]])),
  ),
});
if (isWanted("size")) {
  for (const [client, figures] of Object.entries(await sizes())) write({ measure: "size", client, round: 0, figures });
}
if (isWanted("import")) {
  const script = fileURLToPath(new URL("import.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--rounds", String(IMPORT_ROUNDS)]);
  const [ours, theirs] = JSON.parse(stdout).subjects;
  for (const [client, { importMs, cpuMs }] of Object.entries({ v2: theirs, caduceus: ours })) {
    write({ measure: "import", client, round: 0, figures: { wall: importMs, cpu: cpuMs } });
  }
}
let failures = 0;
for (let round = 0; round < rounds; round++) {
  for (const measure of measures) {
    const clients = clientsOf(measure);
    for (let turn = 0; turn < clients.length; turn++) {
      const client = clients[(round + turn) % clients.length];
      try {
        write({ measure: measure.name, client, round, figures: await sampleOf(client, measure) });
      } catch (error) {
        failures++;
        const message = (error.stderr || error.message).trim().split("\n").slice(-12).join("\n");
        write({ measure: measure.name, client, round, error: message });
        process.stderr.write(`${measure.name} of ${client} failed:\n${message}\n`);
      }
    }
  }
  process.stderr.write(`round ${round + 1} of ${rounds} after ${Math.round(performance.now() / 1e3)} s\n`);
}
await new Promise((resolve) => out.end(resolve));

process.stdout.write(`\n${linesOf(tableOf(lines)).join("\n")}\n\n`);
process.stdout.write(`medians of ${rounds} rounds, Node ${process.version}; every sample: ${fileURLToPath(file)}\n`);
if (failures > 0) fail(`${failures} samples failed.`);
