// Prints the command of the client that the public conformance suite tests; the suite appends a URL to it. Begins with
// `exec`, so that the suite's time limit ends the client and not only the shell around it. Builds what is not built yet.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The command, with nothing in it that a shell would take apart. */
export function conformanceCommand() {
  const client = fileURLToPath(new URL("../test/conformance/client.mjs", import.meta.url));
  return `exec ${process.execPath} ${client}`;
}

export function buildIfMissing() {
  const root = new URL("..", import.meta.url);
  if (existsSync(new URL("dist/src/index.js", root))) return;
  execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildIfMissing();
  process.stdout.write(`${conformanceCommand()}\n`);
}
