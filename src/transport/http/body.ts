/** A body as it is read, up to a ceiling in bytes. */
export class Body {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** Says whether it still fits; what does not is dropped, and the rest with it. */
  push(chunk: Uint8Array): boolean {
    this.#length += chunk.length;
    if (this.#length <= this.#limit) {
      this.#chunks.push(chunk);
      return true;
    }
    this.#chunks.length = 0;
    return false;
  }

  get text(): string {
    const [first] = this.#chunks;
    if (first === undefined) return "";
    const whole = this.#chunks.length === 1 ? asBuffer(first) : Buffer.concat(this.#chunks);
    const text = whole.toString("utf8");
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }
}

const BYTE_ORDER_MARK = 0xfeff;

/** The same bytes. */
function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
