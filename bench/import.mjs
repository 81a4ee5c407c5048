/*
 * How long `import "caduceus"` takes, next to the official SDK's client: `node bench/import.mjs [--check] [--rounds 21]`.
 *
 * Every sample is a fresh Node process that does nothing but one `await import()` of the package's entry file. The time
 * is that of the import alone; the CPU time is the whole process's, Node's own start included; nothing is subtracted.
 * The two take turns, and each goes first in every other round, so that a slow moment of the machine hits both. Files
 * are in the operating system's cache after the warm-up; no compile cache is used. What a package loads only later,
 * when a client connects, is in neither number.
 *
 * One line of JSON goes to stdout, a table to stderr. `--check` fails if the ratio of the medians is above 0.6.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs, promisify } from "node:util";
import { fail, linesOf, medianOf, versionOf } from "./statistics.mjs";

const LIMIT = 0.6;
const FEWEST_ROUNDS = 15;
const WARM_UP_ROUNDS = 3;

const SAMPLE = `
  const start = performance.now();
  await import(process.argv[1]);
  const importMs = performance.now() - start;
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ importMs, cpuMs: (user + system) / 1000 }), () => process.exit());
`;

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, rounds: { type: "string", default: "21" } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < FEWEST_ROUNDS) {
  fail(`Expected \`--rounds\` to be a whole number of at least ${FEWEST_ROUNDS}, got \`${values.rounds}\`.`);
}

const caduceus = new URL("../dist/src/index.js", import.meta.url);
if (!existsSync(caduceus)) fail("Expected dist/ to be built. Run `npm run build` first.");
const subjects = [
  { name: "caduceus", url: caduceus.href },
  { name: "@modelcontextprotocol/client", url: import.meta.resolve("@modelcontextprotocol/client") },
];

const samples = new Map(subjects.map((subject) => [subject.name, []]));
for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
  for (const { name, url } of round % 2 === 0 ? subjects : subjects.toReversed()) {
    const sample = await importOnce(url);
    if (round >= 0) samples.get(name).push(sample);
  }
}

const [ours, theirs] = subjects.map(({ name }) => summary(name));
const ratio = round3(ours.importMs / theirs.importMs);
const cpuRatio = round3(ours.cpuMs / theirs.cpuMs);

process.stdout.write(
  `${JSON.stringify({ bench: "import", node: process.version, rounds, subjects: [ours, theirs], ratio, cpuRatio, limit: LIMIT })}\n`,
);
process.stderr.write(table());
if (values.check && ratio > LIMIT) {
  process.stderr.write(`Expected a ratio of at most ${LIMIT}, got ${ratio}.\n`);
  process.exitCode = 1;
}

async function importOnce(url) {
  const { NODE_OPTIONS: _options, NODE_COMPILE_CACHE: _cache, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", SAMPLE, url], {
    env,
  });
  return JSON.parse(stdout);
}

function summary(name) {
  const taken = samples.get(name);
  const importMs = taken.map((sample) => sample.importMs);
  const cpuMs = taken.map((sample) => sample.cpuMs);
  return {
    name,
    version: versionOf(name),
    importMs: round3(medianOf(importMs)),
    fastestMs: round3(Math.min(...importMs)),
    slowestMs: round3(Math.max(...importMs)),
    cpuMs: round3(medianOf(cpuMs)),
  };
}

function round3(number) {
  return Math.round(number * 1000) / 1000;
}

function table() {
  const rows = [
    ["median of", "import", "fastest", "slowest", "CPU of the process"],
    ...[ours, theirs].map((one) => [
      `${one.name} ${one.version}`,
      ...[one.importMs, one.fastestMs, one.slowestMs, one.cpuMs].map((ms) => `${ms.toFixed(1)} ms`),
    ]),
    ["ratio", `${ratio}`, "", "", `${cpuRatio}`],
  ];
  return `${linesOf(rows).join("\n")}\n${rounds} fresh processes each, ${process.version}\n`;
}
