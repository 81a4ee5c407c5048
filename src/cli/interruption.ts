import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns the signals that ask a program to end into an abort, so that it can end its servers first. A second signal ends
 * it at once; the servers are killed all the same. So does an output that is closed (`caduceus demo | head`).
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  /** What the program shall exit with: 128 and the signal's number, as shells have it. */
  exitCode: number | undefined = undefined;

  constructor(output: NodeJS.WritableStream) {
    for (const name of SIGNALS) process.on(name, this.#interrupt);
    output.on("error", () => this.#interrupt("SIGPIPE"));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.removeListener(name, this.#interrupt);
  }

  readonly #interrupt = (name: NodeJS.Signals): void => {
    const exitCode = 128 + constants.signals[name];
    if (this.exitCode !== undefined && name !== "SIGPIPE") process.exit(exitCode);
    this.exitCode ??= exitCode;
    this.#controller.abort(name);
  };
}
