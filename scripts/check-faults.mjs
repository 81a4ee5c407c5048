// Holds the contract in docs/faults.md against the titles of the tests, both ways: `node scripts/check-faults.mjs
// [--write]`. Fails when a fault has no test, or none against a real process or socket; when a title bears a fault that the
// page does not know; and when the page does not name the files that bear one. `--write` first fills the column "where".
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = new URL("../", import.meta.url);
const PAGE = new URL("docs/faults.md", ROOT);
const TESTS = new URL("test/", ROOT);

/** Whether the servers of a test are processes, or have sockets. */
function isReal({ file, source }) {
  return file.startsWith("real/") || source.includes("/support/http.js");
}

/** The rows of the page's tables whose columns are "fault" and "where". */
export function faultsOf(page) {
  const rows = [];
  let head = [];
  for (const [index, line] of page.split("\n").entries()) {
    const cells = line.startsWith("|") ? line.slice(2, -2).split(" | ") : [];
    if (cells.length === 0) head = [];
    else if (head.length === 0) head = cells;
    else if (head[0] === "fault" && head.at(-1) === "where" && !/^[- |]+$/.test(line)) {
      rows.push({ fault: cells[0], where: cells.at(-1), index });
    }
  }
  return rows;
}

/** The titles in a test's source that begin with FAULTS, without that word. */
export function titlesIn(source) {
  return [...source.matchAll(/\(\s*(["`])FAULTS (.*?)\1/g)].map(([, , title]) => title);
}

/** The faults a title bears: they stand at its beginning, between `·`, and end with the title or at a colon. */
export function faultsIn(title, known) {
  const longestFirst = [...known].sort((a, b) => b.length - a.length);
  const faults = [];
  let rest = title;
  for (;;) {
    const fault = longestFirst.find((one) => rest.startsWith(one) && /^(?:$|: | · )/.test(rest.slice(one.length)));
    if (fault === undefined) return { faults, unknown: rest };
    faults.push(fault);
    rest = rest.slice(fault.length);
    if (!rest.startsWith(" · ")) return { faults, unknown: undefined };
    rest = rest.slice(3);
  }
}

/** What is wrong, a line for each; nothing when the page and the tests agree. `sources` are `{ file, source }`. */
export function faultGaps(page, sources) {
  const rows = faultsOf(page);
  const { files, gaps } = bearersOf(rows, sources);
  const real = new Set(sources.filter(isReal).map(({ file }) => file));
  const faults = rows.map(({ fault }) => fault);
  for (const fault of new Set(faults.filter((one, index) => faults.indexOf(one) !== index))) {
    gaps.push(`${fault} stands on the page more than once`);
  }
  for (const { fault, where } of rows) {
    const found = files.get(fault);
    if (found.size === 0) gaps.push(`${fault} has no test`);
    else if (![...found].some((file) => real.has(file))) gaps.push(`${fault} has no test with a real server`);
    else if (where !== list(found))
      gaps.push(`${fault} is tested in ${list(found)}, not in ${where}: run with --write`);
  }
  return gaps;
}

/** The page with the column "where" as the tests have it. */
export function fillFaults(page, sources) {
  const rows = faultsOf(page);
  const { files } = bearersOf(rows, sources);
  const lines = page.split("\n");
  for (const { fault, index } of rows) {
    const cells = lines[index].slice(2, -2).split(" | ");
    lines[index] = `| ${[...cells.slice(0, -1), list(files.get(fault)) || "open"].join(" | ")} |`;
  }
  return lines.join("\n");
}

/** Every test file of the repository: its path below `test/`, without the extension, and its text. */
export function testSources() {
  return readdirSync(TESTS, { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".test.ts") && path !== "docs/faults-contract.test.ts")
    .map((path) => ({ file: path.replace(/\.test\.ts$/, ""), source: readFileSync(new URL(path, TESTS), "utf8") }));
}

function bearersOf(rows, sources) {
  const known = rows.map(({ fault }) => fault);
  const files = new Map(known.map((fault) => [fault, new Set()]));
  const gaps = [];
  for (const { file, source } of sources) {
    const titles = titlesIn(source);
    if (titles.length > 0 && /\.(?:skip|todo|only|fails)\b/.test(source)) gaps.push(`${file} leaves out a test`);
    for (const title of titles) {
      const { faults, unknown } = faultsIn(title, known);
      for (const fault of faults) files.get(fault).add(file);
      if (unknown !== undefined) gaps.push(`${file} bears ${JSON.stringify(unknown)}, which is not on the page`);
    }
  }
  return { files, gaps };
}

function list(files) {
  return [...files]
    .sort()
    .map((file) => `\`${file}\``)
    .join(", ");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const sources = testSources();
  const page = readFileSync(PAGE, "utf8");
  const filled = process.argv.includes("--write") ? fillFaults(page, sources) : page;
  if (filled !== page) writeFileSync(fileURLToPath(PAGE), filled);
  const gaps = faultGaps(filled, sources);
  for (const gap of gaps) process.stderr.write(`${gap}\n`);
  process.stdout.write(`${faultsOf(filled).length} faults, ${gaps.length} gaps\n`);
  if (gaps.length > 0) process.exitCode = 1;
}
