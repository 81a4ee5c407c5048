/**
 * Reads what `npm run coverage` has measured: prints how many lines of each floor the unit tests run, and fails when it is
 * less than 95 of a hundred in all, or when the list of what is not covered, in docs/coverage.md, is not true.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Of a hundred lines, in all. */
const WANTED = 95;
/** A file below this has to be listed. */
const MUST_BE_LISTED = 90;
/** A file from here on must not be. Between the two it may: which lines random tests run differs a little. */
const MUST_NOT_BE_LISTED = 95;

const floors = ["actors", "supervisors", "src"];

/** What the page lists, by file: the rows of its table. */
export function listedIn(page) {
  const rows = page.matchAll(/^\| `((?:actors|supervisors|src)\/[^`]+\.ts)` \| (.+) \|$/gm);
  return new Map([...rows].map(([, file, reason]) => [file, reason]));
}

/** What is wrong, as sentences. `lines`: how many lines a file has, and how many were run. */
export function faultsOf(lines, listed) {
  const faults = [];
  const percent = percentOf([...lines.values()]);
  if (percent < WANTED) faults.push(`Expected ${WANTED} % of the lines to be covered, got ${percent.toFixed(2)} %`);
  for (const [file, counts] of lines) {
    const ofFile = percentOf([counts]);
    if (ofFile < MUST_BE_LISTED && !listed.has(file))
      faults.push(`Expected ${file} to be tested, or listed in docs/coverage.md: ${ofFile.toFixed(1)} % are covered`);
    if (ofFile >= MUST_NOT_BE_LISTED && listed.has(file))
      faults.push(`Expected ${file} not to be listed in docs/coverage.md: ${ofFile.toFixed(1)} % are covered`);
  }
  for (const file of listed.keys())
    if (!lines.has(file)) faults.push(`Expected ${file} of docs/coverage.md to be there`);
  return faults;
}

function percentOf(files) {
  const total = files.reduce((sum, each) => sum + each.total, 0);
  const covered = files.reduce((sum, each) => sum + each.covered, 0);
  return total === 0 ? 100 : (100 * covered) / total;
}

function measured() {
  const summary = JSON.parse(readFileSync(`${root}coverage/coverage-summary.json`, "utf8"));
  const files = Object.entries(summary).map(([path, { lines }]) => [relative(root, path).replaceAll("\\", "/"), lines]);
  return new Map(files.filter(([file]) => floors.some((floor) => file.startsWith(`${floor}/`))));
}

function main() {
  const lines = measured();
  const listed = listedIn(readFileSync(`${root}docs/coverage.md`, "utf8"));
  for (const floor of floors) {
    const files = [...lines].filter(([file]) => file.startsWith(`${floor}/`)).map(([, counts]) => counts);
    console.log(`${floor.padEnd(12)} ${percentOf(files).toFixed(2).padStart(6)} % of the lines, ${files.length} files`);
  }
  console.log(
    `${"all".padEnd(12)} ${percentOf([...lines.values()])
      .toFixed(2)
      .padStart(6)} %`,
  );
  console.log("\nNot covered by the unit tests, for the reasons in docs/coverage.md:");
  for (const file of listed.keys()) {
    const counts = lines.get(file);
    if (counts !== undefined) console.log(`  ${file}: ${counts.total - counts.covered} of ${counts.total} lines`);
  }
  const faults = faultsOf(lines, listed);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
