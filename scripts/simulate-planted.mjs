/*
 * Does the simulation find anything? Each patch in test/simulation/planted/ puts a bug into a copy of the repository, which
 * is then simulated:
 *
 *     npm run simulate:planted -- [--seed 1] [--only lost-down]
 *
 * Prints after how many runs each was found; fails if one was not within 999.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MOST_RUNS = 999;

const { values } = parseArgs({ options: { seed: { type: "string", default: "1" }, only: { type: "string" } } });
const root = fileURLToPath(new URL("..", import.meta.url));
const patches = join(root, "test/simulation/planted");
const names = readdirSync(patches)
  .map((file) => basename(file, ".patch"))
  .filter((name) => values.only === undefined || name === values.only);
if (names.length === 0) throw new Error("Expected `--only` to name a patch in test/simulation/planted");

const copy = mkdtempSync(join(tmpdir(), "caduceus-planted-"));
try {
  for (const folder of ["actors", "supervisors", "src", "test/simulation", "scripts"]) {
    cpSync(join(root, folder), join(copy, folder), { recursive: true });
  }
  for (const file of ["package.json", "tsconfig.json"]) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const name of names) if (!isFound(name)) process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true });
}

function isFound(name) {
  const patch = join(patches, `${name}.patch`);
  execFileSync("git", ["apply", patch], { cwd: copy, stdio: "inherit" });
  const args = [
    "scripts/simulate.mjs",
    "--runs",
    String(MOST_RUNS),
    "--seed",
    values.seed,
    "--jobs",
    "1",
    "--unshrunken",
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: "utf8",
    maxBuffer: 256 * 2 ** 20,
  });
  execFileSync("git", ["apply", "--reverse", patch], { cwd: copy, stdio: "inherit" });
  const [, run] = /^Wrong, found after (\d+) good runs/m.exec(stdout) ?? [];
  const [, what] = /^Wrong.*\n {2}(.*)$/m.exec(stdout) ?? [];
  if (status === 1 && run !== undefined) {
    console.log(`${name}: found in run ${Number(run) + 1}: ${what}`);
    return true;
  }
  console.log(`${name}: not found in ${MOST_RUNS} runs\n${stderr}`);
  return false;
}
