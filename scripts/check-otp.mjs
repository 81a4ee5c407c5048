// Holds the contract in docs/otp-contract.md against the titles of the tests in test/actors and test/supervisors, both
// ways: `node scripts/check-otp.mjs [--write]`. Fails when a statement or a case has no test, when a title bears one that
// the page does not know, and when the page names a test file or a section that does not bear it. `--write` first fills
// the page's column "where".
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = new URL("../", import.meta.url);
const PAGE = new URL("docs/otp-contract.md", ROOT);
const GUIDE = new URL("docs/otp.md", ROOT);
const LINK = /\]\(otp\.md#([^)]+)\)/;

/** The rows of the page's tables with a column "where": statements, by their id, and cases, by their name. */
export function rowsOf(page) {
  const rows = [];
  let head = [];
  for (const [index, line] of page.split("\n").entries()) {
    const cells = line.startsWith("|") ? cellsOf(line) : [];
    if (cells.length === 0) head = [];
    else if (head.length === 0) head = cells;
    else if (head.at(-1) === "where" && !/^[- |]+$/.test(line)) {
      rows.push({ kind: head[0], name: cells[0].replaceAll("`", ""), where: cells.at(-1), index });
    }
  }
  return rows;
}

/**
 * What a title bears: the ids it, or a group around it, begins with; the case names and further ids behind its `·`; and
 * the case whose name is the title itself, up to a colon.
 *
 *     S8 S9 child triggers maximum restarts: … · simple_one_for_one_escalation, tree (inner)
 */
export function borneBy(title, caseNames) {
  const groups = title.split(" > ");
  const ids = groups.flatMap(
    (group) =>
      group
        .match(/^(?:[A-Z]\d{1,2} )+/)?.[0]
        .trim()
        .split(" ") ?? [],
  );
  const [statement = "", ...labels] = groups
    .at(-1)
    .replace(/^(?:[A-Z]\d{1,2} )+/, "")
    .split(" · ");
  const said = caseNames.filter((name) => statement === name || statement.startsWith(`${name}: `));
  const label = takenFrom(labels.join(", "), caseNames);
  return { ids: [...ids, ...label.ids], names: [...said, ...label.names], unknown: label.unknown };
}

/** What is wrong, a line for each; nothing when the page and the tests agree. `tests` are `{ file, title }`. */
export function gapsOf(page, guide, tests) {
  const rows = rowsOf(page);
  const { files, gaps } = bearersOf(rows, tests);
  const sections = anchorsOf(guide);
  for (const row of rows) gaps.push(...gapsOfRow(row, files.get(row), sections));
  const names = rows.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    gaps.push(`${name} stands on the page more than once`);
  }
  return gaps;
}

/** The page with the column "where" as the tests have it; links to the guide are left alone. */
export function fillIn(page, tests) {
  const rows = rowsOf(page);
  const { files } = bearersOf(rows, tests);
  const lines = page.split("\n");
  for (const row of rows) {
    if (LINK.test(row.where)) continue;
    const found = [...files.get(row)].sort();
    const where = found.length === 0 ? "open" : found.map((file) => `\`${file}\``).join(", ");
    lines[row.index] = `| ${[...cellsOf(lines[row.index]).slice(0, -1), where].join(" | ")} |`;
  }
  return lines.join("\n");
}

/** Which test files bear each row, and which titles bear what no row has. */
function bearersOf(rows, tests) {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const caseNames = rows.filter(({ kind }) => kind === "case").map(({ name }) => name);
  // Longest first, so that `start, timeout` is not taken for `start`.
  caseNames.sort((a, b) => b.length - a.length);
  const files = new Map(rows.map((row) => [row, new Set()]));
  const gaps = new Set();
  for (const { file, title } of tests) {
    const { ids, names, unknown } = borneBy(title, caseNames);
    for (const name of [...ids, ...names]) {
      const row = byName.get(name);
      if (row === undefined) gaps.add(`${file} bears ${name}, which is not on the page`);
      else files.get(row).add(file);
    }
    if (unknown !== undefined) gaps.add(`${file} bears the case ${JSON.stringify(unknown)}, which is not on the page`);
  }
  return { files, gaps: [...gaps] };
}

function gapsOfRow({ name, where }, files, sections) {
  const anchor = where.match(LINK)?.[1];
  if (anchor !== undefined) {
    return sections.has(anchor) ? [] : [`${name} is said to stand in docs/otp.md#${anchor}, which is not there`];
  }
  if (files.size === 0) return [`${name} has no test`];
  const named = [...where.matchAll(/`([^`]+)`/g)].map(([, file]) => file);
  if (named.length === 0) return [`${name} has tests, but the page does not say where: run with --write`];
  return named.filter((file) => !files.has(file)).map((file) => `${name} is said to be tested in ${file}, and is not`);
}

/** Takes ids and names off a list of them, each of which may have a remark in parentheses. */
function takenFrom(list, caseNames) {
  const ids = [];
  const names = [];
  let rest = list;
  while (rest !== "") {
    const id = rest.match(/^[A-Z]\d{1,2}(?=, |$)/)?.[0];
    const name = caseNames.find((one) => rest.startsWith(one) && /^(?:,| \(|$)/.test(rest.slice(one.length)));
    if (id !== undefined) ids.push(id);
    else if (name !== undefined) names.push(name);
    else return { ids, names, unknown: rest };
    rest = rest
      .slice((id ?? name).length)
      .replace(/^ \([^)]*\)/, "")
      .replace(/^, /, "");
  }
  return { ids, names, unknown: undefined };
}

/** What the headings of a page can be linked by, as GitHub makes it. */
function anchorsOf(page) {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function cellsOf(line) {
  return line.slice(2, -2).split(" | ");
}

/** Every test in its fair order, as vitest names it. */
function testsFromVitest() {
  const vitest = fileURLToPath(new URL("node_modules/vitest/vitest.mjs", ROOT));
  const list = [vitest, "list", "test/actors", "test/supervisors", "--project", "unit", "--json"];
  const options = { cwd: fileURLToPath(ROOT), env: { ...process.env, SEEDS: "0" }, maxBuffer: 2 ** 26 };
  const below = fileURLToPath(new URL("test/", ROOT));
  return JSON.parse(execFileSync(process.execPath, list, options)).map(({ file, name }) => ({
    file: file
      .slice(below.length)
      .replaceAll("\\", "/")
      .replace(/\.test\.ts$/, ""),
    title: name,
  }));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const tests = testsFromVitest();
  if (process.argv.includes("--write")) writeFileSync(PAGE, fillIn(readFileSync(PAGE, "utf8"), tests));
  const page = readFileSync(PAGE, "utf8");
  const gaps = gapsOf(page, readFileSync(GUIDE, "utf8"), tests);
  const rows = rowsOf(page);
  const statements = rows.filter(({ kind }) => kind === "id").length;
  for (const gap of gaps) process.stderr.write(`${gap}\n`);
  process.stdout.write(`${statements} statements, ${rows.length - statements} cases, ${gaps.length} gaps\n`);
  if (gaps.length > 0) process.exitCode = 1;
}
