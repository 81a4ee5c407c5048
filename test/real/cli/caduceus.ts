import { type ChildProcess, spawn } from "node:child_process";
import { on } from "node:events";
import { fileURLToPath } from "node:url";
import { endOf, type ProgramEnd } from "../../support/children.js";

const main = fileURLToPath(new URL("../../../dist/src/cli/main.js", import.meta.url));

/** The built command line at work; killed at the end of the block that it is made in, if it has not ended. */
export class Caduceus implements Disposable {
  readonly child: ChildProcess;
  readonly ended: Promise<ProgramEnd>;

  constructor(args: readonly string[], program = main) {
    this.child = spawn(process.execPath, [program, ...args]);
    this.ended = endOf(this.child);
  }

  [Symbol.dispose](): void {
    this.child.kill("SIGKILL");
  }

  /** Waits until it has printed something that fits. */
  async printed(pattern: RegExp): Promise<RegExpMatchArray> {
    let text = "";
    for await (const [chunk] of on(this.child.stdout as NodeJS.ReadableStream, "data", { close: ["end"] })) {
      text += String(chunk);
      const found = text.match(pattern);
      if (found !== null) return found;
    }
    throw new Error(`Expected it to print ${pattern}, but it ended after: ${text}`);
  }
}

/** Runs it to its end. */
export async function caduceus(...args: readonly string[]): Promise<ProgramEnd> {
  using program = new Caduceus(args);
  return await program.ended;
}

/** The servers that a demo has told of, each by the number of its process. */
export function serversOf(stdout: string): number[] {
  const pids = [...stdout.matchAll(/ pid (\d+)/g)].map(([, pid]) => Number(pid));
  return [...new Set(pids)];
}
