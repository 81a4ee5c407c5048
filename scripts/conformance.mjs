/*
 * Runs every client scenario of the public conformance suite but those of authorization, one by one, at each wire it
 * applies to: `node scripts/conformance.mjs [--only <part of a name>]`.
 *
 * Strict: a run passes when the suite and the client exit with 0 (scenarios that expect the client to refuse may have it
 * fail), at least one check has passed, and none has failed or warned. What the suite itself would let pass, no checks at
 * all among it, fails here. The suite needs Node 22; where this is an older one, the npm package `node` brings one.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";

import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { buildIfMissing, conformanceCommand } from "./conformance-command.mjs";

/** Milliseconds for one scenario. */
const LIMIT = 60_000;
/** Scenarios at a time: each is a server and a client. */
const AT_ONCE = 2;
/** In these the client is served something it has to refuse. */
const MAY_REFUSE = /^sep-2640-client-verify-/;
/** Extensions are not on the specification's timeline; they run on the wires of both eras. */
const EXTENSION_WIRES = ["2025-11-25", "2026-07-28"];

const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
const suite = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));
const node = nodeForSuite();
const scratch = mkdtempSync(join(tmpdir(), "conformance-"));
buildIfMissing();
const command = conformanceCommand();

try {
  const runs = scenarios().filter(({ scenario }) => scenario.includes(values.only));
  if (runs.length === 0) throw new Error("Expected the suite to list client scenarios");
  const results = await inTurns(runs, perform);
  for (const { scenario, wire, passed, trouble } of results) {
    const verdict = trouble.length === 0 ? `ok    ${String(passed).padStart(3)} checks` : "FAILED";
    process.stdout.write(`${verdict.padEnd(18)}${wire}  ${scenario}\n`);
    for (const line of trouble) process.stdout.write(`        ${line}\n`);
  }
  const failed = results.filter(({ trouble }) => trouble.length > 0).length;
  process.stdout.write(`${results.length - failed} of ${results.length} scenarios passed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Every client scenario but those of authorization, once for each wire. */
function scenarios() {
  const text = execFileSync(node, [suite, "list", "--client"], { encoding: "utf8" });
  const section = /Client scenarios[^\n]*\n((?: {2}- .*\n)+)/.exec(text)?.[1] ?? "";
  return [...section.matchAll(/ {2}- (\S+) \[(.*)\]/g)]
    .filter(([, scenario]) => !scenario.startsWith("auth/"))
    .flatMap(([, scenario, wires]) => {
      if (wires === "extension") return EXTENSION_WIRES.map((wire) => ({ scenario, wire, isExtension: true }));
      return wires.split(",").map((wire) => ({ scenario, wire, isExtension: false }));
    });
}

async function perform({ scenario, wire, isExtension }) {
  const output = join(scratch, `${scenario}-${wire}`);
  const version = ["--spec-version", wire, ...(isExtension ? ["--force"] : [])];
  const { code, text } = await run(node, [
    ...[suite, "client", "--scenario", scenario, "--command", command, "--timeout", String(LIMIT), "-o", output],
    ...version,
  ]);
  const checks = checksIn(output);
  const count = (status) => checks.filter((check) => check.status === status);
  const passed = count("SUCCESS").length;
  const trouble = [...count("FAILURE"), ...count("WARNING")].map(
    ({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? "no reason given"}`,
  );
  if (passed === 0) trouble.push("no check has passed");
  if (code !== 0) trouble.push(`the suite exited with ${code}`);
  const exit = /Client exited with code (\d+)/.exec(text)?.[1];
  if (exit !== undefined && !MAY_REFUSE.test(scenario)) trouble.push(`the client exited with ${exit}`);
  if (trouble.length > 0) trouble.push(...text.split("\n").slice(-40));
  return { scenario, wire, passed, trouble };
}

function checksIn(output) {
  try {
    const [run] = readdirSync(output);
    return JSON.parse(readFileSync(join(output, run, "checks.json"), "utf8"));
  } catch {
    return [];
  }
}

async function run(file, args) {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { maxBuffer: 2 ** 26, timeout: 2 * LIMIT });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    return { code: error.code ?? error.signal, text: `${error.stdout ?? ""}${error.stderr ?? ""}${error.message}` };
  }
}

async function inTurns(runs, perform) {
  const results = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < runs.length; index = next++) results[index] = await perform(runs[index]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

function nodeForSuite() {
  if (Number.parseInt(process.versions.node, 10) >= 22) return process.execPath;
  const args = ["exec", "--yes", "--loglevel=error", "--package=node@24", "--", "node", "-p", "process.execPath"];
  return execFileSync("npm", args, { encoding: "utf8" }).trim();
}
