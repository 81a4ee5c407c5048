import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { log, progress, Script, type Step, say, scriptedStdio, wait } from "../testing/index.js";
import type { StdioServer } from "../transport/child.js";

/** A server with a long-running tool. */
export interface DemoServer {
  readonly name: string;
  readonly server: StdioServer;
}

/** The tool that both servers have. */
export const TOOL = "trigger-long-running-operation";
/** How it is called: seconds, and the progress it makes. */
export const OPERATION = { duration: 3, steps: 10 } as const;

const EVERYTHING = "@modelcontextprotocol/server-everything";

/** The reference server of the MCP project where it is installed, unless `isBundled`; else the one that comes with us. */
export function demoServer(isBundled: boolean): DemoServer {
  const program = isBundled ? undefined : find(`${EVERYTHING}/dist/index.js`);
  if (program === undefined) return { name: "the server that comes with it", server: scriptedStdio(bundledScript()) };
  return { name: EVERYTHING, server: { command: process.execPath, args: [program, "stdio"] } };
}

/** Where a file of a package lies, if that is installed. */
function find(specifier: string): string | undefined {
  try {
    const path = fileURLToPath(import.meta.resolve(specifier));
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** What the bundled server does: the same as server-everything, as far as the demo asks for it. */
function bundledScript(): Script {
  const { duration, steps } = OPERATION;
  const work = Array.from({ length: steps }, (_, index): Step[] => [
    wait((duration * 1_000) / steps),
    log(`step ${index + 1} of ${steps} is done`),
    progress(index + 1, steps),
  ]);
  const done = say(`Long running operation completed. Duration: ${duration} seconds, Steps: ${steps}.`);
  return new Script({ name: "caduceus/bundled" }).tool(TOOL, ...work.flat(), done);
}
