import { demo } from "./demo.js";
import { demoServer } from "./demo-server.js";
import { failureLines } from "./failure-lines.js";
import { Interruption } from "./interruption.js";
import { Terminal } from "./terminal.js";

/** `caduceus demo`; resolves with the exit code. */
export async function runDemo({ isBundled }: { readonly isBundled: boolean }): Promise<number> {
  using interruption = new Interruption(process.stdout);
  try {
    await demo(demoServer(isBundled), new Terminal(process.stdout), interruption.signal);
    return 0;
  } catch (error) {
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    new Terminal(process.stderr).print("", ...failureLines(error));
    return 1;
  }
}
