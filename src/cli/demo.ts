import { drawTree, Runtime } from "../../actors/index.js";
import type { Client } from "../client/client.js";
import { connect } from "../client/connect.js";
import type { Stats } from "../connection/settings.js";
import { ConnectionLostError } from "../protocol/errors.js";
import type { CallToolResult } from "../protocol/results.js";
import { cleanServerText } from "../protocol/server-text.js";
import { type DemoServer, OPERATION, TOOL } from "./demo-server.js";
import { failureLines } from "./failure-lines.js";
import { progressView } from "./progress-view.js";
import { RecoveryLog } from "./recovery-log.js";
import { serverPid } from "./server-pid.js";
import type { Terminal } from "./terminal.js";

/** A step of the demo that failed; `cause` says why. */
export class DemoError extends Error {
  override readonly name = "DemoError";
}

/** What the steps share. */
interface Stage {
  readonly runtime: Runtime;
  readonly client: Client;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/**
 * Shows a supervised client at work: an operation with live progress, a crash in the middle of another one, the recovery.
 * Nothing is left running, whatever way it ends.
 *
 * @throws {DemoError} when a step fails; also when `signal` aborts.
 */
export async function demo({ name, server }: DemoServer, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  const step = stepper(terminal, signal);
  terminal.print(`${terminal.style("bold", "caduceus")}, a supervised MCP client, with ${name}`);
  {
    await using runtime = new Runtime();
    await using client = await step("Start: the server is started as a child process, under a supervisor.", async () => {
      const started = await connect(server, { name: "demo", runtime, signal });
      terminal.print(...indent(drawTree(runtime.tree())));
      return started;
    });
    const stage: Stage = { runtime, client, terminal, signal };
    await step("Progress: a long-running tool is called, and its progress shown while it works.", () => call(stage));
    await step("Crash: the same call again, but half way through its server is killed.", () => crash(stage));
    await step("Recovery: the same client calls once more, and need not know that anything happened.", async () => {
      await call(stage);
      terminal.print("", ...indent(drawTree(runtime.tree())), `   ${describeStats(client.stats)}`);
    });
  }
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  terminal.print("", `${terminal.style("green", "Done")} in ${seconds} s. Nothing is left running.`);
}

async function call({ client, terminal, signal }: Stage): Promise<void> {
  using view = await progressView(terminal, OPERATION.steps);
  const result = await client.callTool(TOOL, OPERATION, { signal, progress: (update) => view.show(update) });
  view.stop();
  if (result.isError) throw new DemoError(`Expected ${TOOL} to succeed, but it said: ${textOf(result)}`);
  terminal.print(`   ${terminal.style("green", "answered")} ${textOf(result)}`);
}

/** `retry: false`: the call would be repeated otherwise, because the tool says that it only reads. */
async function crash({ client, runtime, terminal, signal }: Stage): Promise<void> {
  using view = await progressView(terminal, OPERATION.steps);
  const operation = client.callTool(TOOL, OPERATION, { signal, retry: false });
  ...
}
