/** What ends the program, and the exit code it has then: 128 and the signal's number, as shells have it. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;
type Cause = keyof typeof EXIT_CODES;

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/**
 * Turns the signals that ask a program to end into an abort, so that it can end its servers first; also an output that
 * nobody reads any more (`caduceus demo | head`). A second signal ends it at once: its servers are killed then.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  /** What the program shall exit with; `undefined` unless it was interrupted. */
  exitCode: number | undefined = undefined;

  constructor(output: NodeJS.WritableStream) {
    for (const name of SIGNALS) process.on(name, this.#end);
    // Stays: what is printed on the way out fails, too.
    output.on("error", () => this.#abort("SIGPIPE"));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.removeListener(name, this.#end);
  }

  readonly #end = (name: NodeJS.Signals): void => {
    if (this.exitCode === undefined) this.#abort(name as Cause);
    else process.exit(EXIT_CODES[name as Cause]);
  };

  #abort(cause: Cause): void {
    this.exitCode ??= EXIT_CODES[cause];
    this.#controller.abort(cause);
  }
}
