import { styleText } from "node:util";

/** As much of `process.stdout` as is needed. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

type Style = Parameters<typeof styleText>[0];

/** Where the command line prints, and how: a terminal, or a file or a pipe. */
export class Terminal {
  readonly stream: Output;
  /** Whether lines can be drawn over. */
  readonly isInteractive: boolean;
  readonly #hasColors: boolean;

  constructor(stream: Output, environment: NodeJS.ProcessEnv = process.env) {
    this.stream = stream;
    this.isInteractive = stream.isTTY === true && environment.TERM !== "dumb";
    // Node looks at NO_COLOR here.
    this.#hasColors = this.isInteractive && stream.hasColors?.() === true;
  }

  print(...lines: readonly string[]): void {
    this.stream.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** The text in a colour or weight, where that can be shown. */
  style(style: Style, text: string): string {
    return this.#hasColors ? styleText(style, text, { validateStream: false }) : text;
  }
}
