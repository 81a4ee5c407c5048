import type { ProgressUpdate } from "../operation/operation.js";
import type { Terminal } from "./terminal.js";

/** One operation's progress on the screen. Nothing else may be printed until it is stopped. */
export interface ProgressView extends Disposable {
  show(update: Pick<ProgressUpdate, "progress" | "total">): void;
  /** Leaves what is on the screen as it is. Idempotent. */
  stop(): void;
}

/** A live bar on a terminal, else one line per update. `total` is what the progress is expected to run up to. */
export async function progressView(terminal: Terminal, total: number): Promise<ProgressView> {
  return terminal.isInteractive ? await liveBar(terminal, total) : plainLines(terminal);
}

async function liveBar(terminal: Terminal, total: number): Promise<ProgressView> {
  const { default: progress } = await import("cli-progress");
  const bar = new progress.SingleBar({
    stream: terminal.stream,
    format: `   ${terminal.style("green", "{bar}")} {percentage} %  step {value} of {total}`,
    barsize: barSize(terminal.stream.columns ?? 80),
    barCompleteChar: "█",
    barIncompleteChar: "░",
    autopadding: true,
    // Neither the cursor nor the wrapping is touched, so there is nothing to restore, however the program ends.
    hideCursor: false,
    linewrap: true,
    gracefulExit: false,
  });
  bar.start(total, 0);
  const stop = () => bar.stop();
  const show: ProgressView["show"] = (update) => {
    if (update.total !== undefined) bar.setTotal(update.total);
    bar.update(update.progress);
  };
  return { show, stop, [Symbol.dispose]: stop };
}

/** What is cut off at the right edge must not be the end of the colour. */
function barSize(columns: number): number {
  return Math.max(10, Math.min(30, columns - 30));
}

function plainLines(terminal: Terminal): ProgressView {
  const stop = () => {};
  const show: ProgressView["show"] = ({ progress, total }) => {
    terminal.print(`   progress ${progress}${total === undefined ? "" : ` of ${total}`}`);
  };
  return { show, stop, [Symbol.dispose]: stop };
}
