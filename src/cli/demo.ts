import { drawTree, Runtime } from "../../actors/index.js";
import type { Client } from "../client/client.js";
import { connect } from "../client/connect.js";
import { ConnectionLostError } from "../protocol/errors.js";
import { type DemoServer, OPERATION, TOOL } from "./demo-server.js";
import { describeStats, textOf } from "./describe.js";
import { failureLines } from "./failure-lines.js";
import { progressView } from "./progress-view.js";
import { RecoveryLog } from "./recovery-log.js";
import { serverPid } from "./server-pid.js";
import type { Terminal } from "./terminal.js";

/** A step of the demo did not go as it should; `cause` says why. */
class DemoError extends Error {
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
 * Whatever way it ends, nothing is left running.
 *
 * @throws {DemoError} when a step fails, and when `signal` aborts.
 */
export async function demo({ name, server }: DemoServer, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  terminal.print(`${terminal.style("bold", "caduceus")}, a supervised MCP client, with ${name}`);
  {
    await using runtime = new Runtime();
    const step = stepper(terminal, signal);
    await using client = await step(
      "Start",
      "a server is started as a child process, in a tree of supervised processes.",
      () => connect(server, { name: "demo", runtime, signal }),
    );
    const stage: Stage = { runtime, client, terminal, signal };
    printTree(stage);
    await step("Progress", "a tool that takes a while is called, and tells how far it is.", () => call(stage));
    await step("Crash", "the same call again, but half way through its server is killed.", () => crash(stage));
    await step("Recovery", "the same client makes the same call, on the server that was started meanwhile.", () =>
      call(stage),
    );
    printTree(stage);
    terminal.print(`   ${describeStats(client.stats)}`);
  }
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  terminal.print("", `${terminal.style("green", "Done")} in ${seconds} s, and nothing is left running.`);
}

/** Runs the steps, each under its number and a sentence that says what is about to be seen. */
function stepper(terminal: Terminal, signal: AbortSignal) {
  let number = 0;
  return async <T>(title: string, sentence: string, run: () => Promise<T>): Promise<T> => {
    terminal.print("", `${terminal.style("bold", `${++number}. ${title}:`)} ${sentence}`);
    try {
      return await run();
    } catch (cause) {
      if (signal.aborted) terminal.print("   Interrupted. The server is being ended.");
      throw new DemoError(`Step ${number} of the demo (${title}) failed`, { cause });
    }
  };
}

async function call({ client, terminal, signal }: Stage): Promise<void> {
  using view = await progressView(terminal, OPERATION.steps);
  const result = await client.callTool(TOOL, OPERATION, { signal, progress: (update) => view.show(update) });
  view.stop();
  if (result.isError) throw new DemoError(`Expected ${TOOL} to succeed, but it said: ${textOf(result)}`);
  terminal.print(`   ${terminal.style("green", "answer:")} ${textOf(result)}`);
}

async function crash({ client, runtime, terminal, signal }: Stage): Promise<void> {
  using view = await progressView(terminal, OPERATION.steps);
  // Not repeated on the next server, so that the error can be seen.
  const operation = client.callTool(TOOL, OPERATION, { signal, retry: false });
  for await (const update of operation.progress) {
    view.show(update);
    if (update.progress >= OPERATION.steps / 2) break;
  }
  view.stop();

  const pid = serverPid(runtime.tree());
  if (pid === undefined) throw new DemoError("Expected the supervision tree to show the server's pid");
  terminal.print(`   ${terminal.style("red", `kill -KILL ${pid}`)}`);
  using log = new RecoveryLog(client, terminal);
  process.kill(pid, "SIGKILL");

  const error = await operation.then(
    () => new DemoError("Expected the call to fail with its server, but it was answered"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectionLostError)) throw error;
  terminal.print("", "   What the caller gets:", ...failureLines(error).map((line) => `   ${line}`));
  terminal.print("", "   How the client recovers:");
  log.release();
  await client.ready({ signal });
}

function printTree({ runtime, terminal }: Stage): void {
  terminal.print(
    ...drawTree(runtime.tree())
      .split("\n")
      .map((line) => `   ${line}`),
  );
}
