/*
 * What processes and servers cost, next to the actors of other libraries: `node bench/actors.mjs [--rounds 9]`.
 *
 * What is compared with what stands in the head of each subject's file, bench/actors-….mjs. Every figure of every round
 * is taken in a Node process of its own, so that no library warms up another's code, nor one measure that of the next.
 * In a round all subjects have their turn at a measure before the next one comes, and each round begins with another
 * subject, so that a slow moment of the machine hits all of them. A figure is the median of all rounds.
 *
 * One line of JSON per measure goes to stdout, a table to stderr. Times are nanoseconds by the wall clock; beside them
 * stands the CPU time of all threads, which a busy machine distorts less. The heap is bytes. A ratio is ours by theirs:
 * below 1 we are cheaper. Goals are printed, and do not fail the run: they depend on the machine.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const FEWEST_ROUNDS = 3;

const SUBJECTS = [
  { name: "process", package: "caduceus" },
  { name: "server", package: "caduceus" },
  { name: "xstate", package: "xstate" },
  { name: "nact", package: "nact" },
  { name: "effect", package: "effect" },
];

const MEASURES = [
  { name: "idle", title: "heap of an idle one", unit: "B", goal: { most: { process: 600, server: 1_300 } } },
  { name: "spawn", title: "start and stop", unit: "ns", goal: { ratio: 0.25, to: ["nact", "effect"] } },
  { name: "send", title: "one-way message", unit: "ns" },
  { name: "call", title: "call, 5 s limit", unit: "ns", goal: { ratio: 0.25, to: ["nact", "effect"] } },
  { name: "callUnlimited", title: "call, no limit", unit: "ns", goal: { ratio: 0.25, to: ["effect"] } },
  { name: "callTogether", title: "100 calls at once, each", unit: "ns", goal: { ratio: 0.25, to: ["nact", "effect"] } },
];

const { values } = parseArgs({ options: { rounds: { type: "string", default: "9" } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < FEWEST_ROUNDS) {
  fail(`Expected \`--rounds\` to be a whole number of at least ${FEWEST_ROUNDS}, got \`${values.rounds}\`.`);
}
if (!existsSync(new URL("../dist/actors/index.js", import.meta.url))) {
  fail("Expected dist/ to be built. Run `npm run build` first.");
}

const samples = new Map(MEASURES.map(({ name }) => [name, new Map(SUBJECTS.map((subject) => [subject.name, []]))]));
for (let round = 0; round < rounds; round++) {
  for (const { name } of MEASURES) {
    for (let turn = 0; turn < SUBJECTS.length; turn++) {
      const subject = SUBJECTS[(round + turn) % SUBJECTS.length].name;
      const taken = samples.get(name).get(subject);
      // A subject that had no figures in the first round has none at all.
      if (taken.length < round) continue;
      const figures = await figuresOf(subject, name);
      if (figures !== null) taken.push(figures);
    }
  }
  process.stderr.write(`round ${round + 1} of ${rounds}\n`);
}

const results = MEASURES.map(resultOf);
for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`);
const goals = results
  .flatMap(({ goals }) => goals)
  .map(({ what, got, isMet }) => `${isMet ? "met   " : "missed"} ${what}, got ${got}`);
process.stderr.write(`\n${table()}\n\n${goals.join("\n")}\n\nmedians of ${rounds} rounds, ${process.version}\n`);

async function figuresOf(subject, measure) {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const file = fileURLToPath(new URL(`actors-${subject}.mjs`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", file, measure], { env });
  return JSON.parse(stdout);
}

function resultOf(measure) {
  const { name, unit } = measure;
  const key = unit === "B" ? "heap" : "wall";
  const subjects = SUBJECTS.filter((subject) => samples.get(name).get(subject.name).length > 0).map((subject) => {
    const taken = samples.get(name).get(subject.name);
    const sorted = taken.map((figures) => figures[key]).sort((a, b) => a - b);
    const [median, lowest, highest] = [medianOf(sorted), sorted[0], sorted.at(-1)].map(Math.round);
    const cpu = unit === "B" ? undefined : Math.round(medianOf(taken.map((figures) => figures.cpu)));
    const version = versionOf(subject.package);
    return { name: subject.name, package: subject.package, version, median, lowest, highest, cpu };
  });
  const result = { bench: "actors", measure: name, unit, node: process.version, rounds, subjects };
  const ratios = ratiosOf(subjects, "median");
  const cpuRatios = unit === "B" ? undefined : ratiosOf(subjects, "cpu");
  return { ...result, ratios, cpuRatios, goals: goalsOf(measure, subjects, ratios, cpuRatios) };
}

/** Ours by theirs, for each pair. */
function ratiosOf(subjects, key) {
  const [ours, theirs] = [subjects.filter(isOurs), subjects.filter((subject) => !isOurs(subject))];
  return Object.fromEntries(
    ours.flatMap((our) =>
      theirs.map((their) => [`${our.name}/${their.name}`, Math.round((100 * our[key]) / their[key]) / 100]),
    ),
  );
}

/** A time is held against the server: it is what the others' actors can do, and more. */
function goalsOf({ title, goal = {} }, subjects, ratios, cpuRatios) {
  const bounds = Object.entries(goal.most ?? {}).map(([name, most]) => {
    const { median } = subjects.find((subject) => subject.name === name);
    return { what: `${title}, ${name}: at most ${most} B`, got: `${median} B`, isMet: median <= most };
  });
  const shares = (goal.to ?? []).map((other) => {
    const [ratio, cpuRatio] = [ratios, cpuRatios].map((all) => all[`server/${other}`]);
    const what = `${title}: at most ${goal.ratio} of ${other}`;
    return { what, got: `${ratio} (CPU ${cpuRatio})`, isMet: ratio <= goal.ratio };
  });
  return [...bounds, ...shares];
}

function table() {
  const head = ["median of", ...SUBJECTS.map(({ name, package: from }) => (name === from ? name : `our ${name}`))];
  const versions = ["version", ...SUBJECTS.map((subject) => versionOf(subject.package))];
  const rows = MEASURES.map(({ title, unit }, index) => {
    const cells = SUBJECTS.map((subject) => {
      const found = results[index].subjects.find((one) => one.name === subject.name);
      return found === undefined ? "–" : `${found.median.toLocaleString("en")} ${unit}`;
    });
    return [title, ...cells];
  });
  const lines = [head, versions, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return lines.map((cells) => cells.map(pad).join("  ")).join("\n");
}

function isOurs({ package: from }) {
  return from === "caduceus";
}

function versionOf(name) {
  const manifest = name === "caduceus" ? "../package.json" : `../node_modules/${name}/package.json`;
  return JSON.parse(readFileSync(new URL(manifest, import.meta.url), "utf8")).version;
}

function medianOf(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
