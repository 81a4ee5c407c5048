import { type Envelope, IdScanner } from "./id-scanner.js";

const NEWLINE = 0x0a;

/** How long a line may be, and what is told of the messages in a longer one. */
export interface LineLimit {
  /** Bytes, the line break not counted. */
  readonly bytes: number;
  /** Called for each message of a line that was too long and is dropped. */
  readonly onTooLarge: (envelope: Envelope) => void;
}

const UNLIMITED: LineLimit = { bytes: Number.POSITIVE_INFINITY, onTooLarge: () => undefined };

/**
 * Cuts a byte stream into lines, whatever the chunks. Only new bytes are searched, and a line that comes in many chunks
 * is joined once, so the cost is linear in the bytes. A newline byte is never part of a longer UTF-8 sequence: what ends
 * in one can be decoded as it is.
 *
 * A line over the limit is not kept: what has come of it, and what still comes, is scanned for ids and dropped.
 */
export class LineSplitter {
  readonly #limit: LineLimit;
  #waiting: Buffer[] = [];
  /** Bytes that wait. */
  #length = 0;
  /** Set while a line that is too long is dropped. */
  #scanner: IdScanner | undefined = undefined;

  constructor(limit: LineLimit = UNLIMITED) {
    this.#limit = limit;
  }

  /** Calls `onLine` for each line that `chunk` completes, without its line break; blank lines are left out. */
  push(chunk: Buffer, onLine: (line: string) => void): void {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last === -1) {
      this.#wait(chunk);
      return;
    }
    const isShort = this.#scanner === undefined && this.#length + last <= this.#limit.bytes;
    if (isShort) this.#cut(chunk.subarray(0, last + 1), onLine);
    else this.#cutOneByOne(chunk.subarray(0, last + 1), onLine);
    if (last + 1 < chunk.length) this.#wait(chunk.subarray(last + 1));
  }

  /** What is left when the stream has ended without a last line break. */
  end(onLine: (line: string) => void): void {
    if (this.#scanner !== undefined) this.#scanner = undefined;
    else emit(this.#join(Buffer.alloc(0)).toString("utf8"), onLine);
  }

  /** Lines that are all short enough, since together they are. */
  #cut(bytes: Buffer, onLine: (line: string) => void): void {
    const text = this.#join(bytes).toString("utf8");
    for (let start = 0, end = text.indexOf("\n"); end !== -1; start = end + 1, end = text.indexOf("\n", start)) {
      emit(text.slice(start, end), onLine);
    }
  }

  #cutOneByOne(bytes: Buffer, onLine: (line: string) => void): void {
    for (let start = 0; start < bytes.length; ) {
      const end = bytes.indexOf(NEWLINE, start);
      this.#wait(bytes.subarray(start, end));
      if (this.#scanner === undefined) emit(this.#join(Buffer.alloc(0)).toString("utf8"), onLine);
      this.#scanner = undefined;
      start = end + 1;
    }
  }

  #wait(bytes: Buffer): void {
    if (this.#scanner === undefined && this.#length + bytes.length > this.#limit.bytes) this.#drop();
    if (this.#scanner !== undefined) {
      this.#scanner.push(bytes);
      return;
    }
    this.#waiting.push(bytes);
    this.#length += bytes.length;
  }

  /** The line is too long: from now on it is only scanned. */
  #drop(): void {
    const scanner = new IdScanner(this.#limit.onTooLarge);
    for (const each of this.#waiting) scanner.push(each);
    this.#waiting = [];
    this.#length = 0;
    this.#scanner = scanner;
  }

  #join(end: Buffer): Buffer {
    if (this.#waiting.length === 0) return end;
    const whole = Buffer.concat([...this.#waiting, end]);
    this.#waiting = [];
    this.#length = 0;
    return whole;
  }
}

function emit(line: string, onLine: (line: string) => void): void {
  const withoutMark = line.startsWith("\uFEFF") ? line.slice(1) : line;
  const clean = withoutMark.endsWith("\r") ? withoutMark.slice(0, -1) : withoutMark;
  if (clean.trim() !== "") onLine(clean);
}
