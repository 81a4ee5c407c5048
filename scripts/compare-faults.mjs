// What becomes of a call when something goes wrong, with this client and with the official SDK's: a Markdown table, each
// cell of it measured in a process of its own. `node scripts/compare-faults.mjs` prints it, `-- --write` puts it into
// README.md between its markers. Build first.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { clients, rows } from "./compare-faults-rows.mjs";

const BEGIN = "<!-- faults: begin (npm run compare:faults -- --write) -->";
const END = "<!-- faults: end -->";
/** Milliseconds a cell may take. */
const LIMIT = 90_000;

/** What happens, row by row. */
export const happenings = Object.keys(rows);

/** The page with the table between its markers, whatever was there before. */
export function insertTable(page, table) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`Expected the page to have the markers ${BEGIN} and ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}

/** Measures every cell, one after the other: they must not disturb each other. */
async function measure() {
  const { version } = JSON.parse(
    readFileSync(new URL("../node_modules/@modelcontextprotocol/client/package.json", import.meta.url), "utf8"),
  );
  const lines = [
    `| what happens | ${clients.caduceus.name} | ${clients.official.name} ${version} |`,
    "| --- | --- | --- |",
  ];
  for (const row of happenings) {
    const cells = [];
    for (const which of Object.keys(clients)) cells.push(await cell(which, row));
    lines.push(`| ${row} | ${cells.join(" | ")} |`);
    console.error(lines.at(-1));
  }
  return lines.join("\n");
}

/** Runs one row with one client in a process of its own, and says what was seen. */
async function cell(which, row) {
  const program = fileURLToPath(new URL("./compare-faults-rows.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, which, row], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, LIMIT);
  // Not `close`: what a client leaves behind may hold the pipes.
  const code = await new Promise((resolve) =>
    child.once("exit", (exitCode) => setTimeout(() => resolve(exitCode), 300)),
  );
  clearTimeout(timer);
  child.stdout.destroy();
  child.stderr.destroy();
  const left = said.match(/^leaves (\d+)$/m)?.[1];
  if (left !== undefined) return await look(Number(left));
  const seen = said.match(/^seen (.*)$/m)?.[1];
  if (seen !== undefined) return seen;
  return isLate ? `nothing within ${LIMIT / 1_000} s` : `the program ends with exit code ${code}`;
}

/** Whether a server outlives its host, and then ends it. */
async function look(pid) {
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  try {
    process.kill(pid, "SIGKILL");
    return "the server is still running 2 s later";
  } catch {
    return "the server is gone";
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const table = await measure();
  if (process.argv.includes("--write")) {
    const page = new URL("../README.md", import.meta.url);
    writeFileSync(page, insertTable(readFileSync(page, "utf8"), table));
  }
  console.log(table);
}
