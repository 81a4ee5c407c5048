import { LineSplitter } from "./lines.js";

/** Lines kept of a server's stderr, and the length each is cut at. */
const LINES = 50;
const LONGEST = 2_000;
/** Bytes without a line break after which they count as a line, so that nothing piles up. */
const BREAK = 64 * 1024;

/** The last lines a server wrote to stderr; always read, so that a talkative server never blocks on it. */
export class StderrRing {
  readonly #splitter = new LineSplitter();
  readonly #lines: string[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  #unbroken = 0;

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  get lines(): readonly string[] {
    return [...this.#lines];
  }

  push(chunk: Buffer): void {
    this.#unbroken = chunk.includes(0x0a) ? 0 : this.#unbroken + chunk.length;
    this.#splitter.push(chunk, this.#add);
    if (this.#unbroken <= BREAK) return;
    this.#unbroken = 0;
    this.#splitter.end(this.#add);
  }

  end(): void {
    this.#splitter.end(this.#add);
  }

  readonly #add = (line: string): void => {
    const cut = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
    this.#lines.push(cut);
    if (this.#lines.length > LINES) this.#lines.shift();
    this.#onLine?.(cut);
  };
}
