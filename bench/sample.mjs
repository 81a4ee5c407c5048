import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));

/** A run that takes longer has hung. */
const LIMIT = 180_000;

/** One measure of one client in a process of its own; its figures. @throws what went wrong in that process. */
export async function sampleOf(client, measure) {
  const { NODE_OPTIONS: _options, NODE_COMPILE_CACHE: _cache, ...env } = process.env;
  // Each of the SDK's clients warns of thousands of listeners when many calls are under way.
  const args = ["--no-warnings", "--expose-gc", WORKER, client, measure.run, JSON.stringify(measure.with)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: LIMIT, killSignal: "SIGKILL" });
  return JSON.parse(stdout);
}
