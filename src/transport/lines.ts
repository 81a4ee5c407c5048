const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines, whatever the chunks. Only new bytes are searched, and a line that comes in many chunks
 * is joined once, so the cost is linear in the bytes. A newline byte is never part of a longer UTF-8 sequence: what ends
 * in one can be decoded as it is.
 */
export class LineSplitter {
  #waiting: Buffer[] = [];

  /** Calls `onLine` for each line that `chunk` completes, without its line break; blank lines are left out. */
  push(chunk: Buffer, onLine: (line: string) => void): void {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last === -1) {
      this.#waiting.push(chunk);
      return;
    }
    const text = this.#join(chunk.subarray(0, last + 1)).toString("utf8");
    if (last + 1 < chunk.length) this.#waiting.push(chunk.subarray(last + 1));
    for (let start = 0, end = text.indexOf("\n"); end !== -1; start = end + 1, end = text.indexOf("\n", start)) {
      emit(text.slice(start, end), onLine);
    }
  }

  /** What is left when the stream has ended without a last line break. */
  end(onLine: (line: string) => void): void {
    const rest = this.#join(Buffer.alloc(0)).toString("utf8");
    emit(rest, onLine);
  }

  #join(end: Buffer): Buffer {
    if (this.#waiting.length === 0) return end;
    const whole = Buffer.concat([...this.#waiting, end]);
    this.#waiting = [];
    return whole;
  }
}

function emit(line: string, onLine: (line: string) => void): void {
  const withoutMark = line.startsWith("\uFEFF") ? line.slice(1) : line;
  const clean = withoutMark.endsWith("\r") ? withoutMark.slice(0, -1) : withoutMark;
  if (clean.trim() !== "") onLine(clean);
}
