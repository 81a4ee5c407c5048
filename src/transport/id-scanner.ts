import type { RequestId } from "../protocol/message.js";

/** What is known of a message that was not read whole. */
export interface Envelope {
  /** `undefined` when it has none, or one that is no id. */
  readonly id: RequestId | undefined;
  /** Only requests and notifications have one. */
  readonly method: string | undefined;
}

/** Bytes of a key, an id or a method that are looked at; a longer one counts as not there. */
const LONGEST = 1_024;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Finds the `id` and `method` of a JSON-RPC message of any size without keeping it: only keys of the message itself
 * count, wherever they stand, and the last of two, as in `JSON.parse`. Of a batch, every message is found.
 *
 * It holds at most {@link LONGEST} bytes and looks at each byte once. It does not check that what it reads is JSON.
 */
export class IdScanner {
  readonly #found: (envelope: Envelope) => void;
  readonly #kept = Buffer.alloc(LONGEST);
  /** How many bytes of a key or value are kept; `-1`: none is being kept. Past {@link LONGEST} it is too long. */
  #length = -1;
  #depth = 0;
  /** Whether the outermost value is an array. */
  #isBatch = false;
  /** The depth of the keys of the message that is being read; 0: none is. */
  #level = 0;
  #isInString = false;
  #isEscaped = false;
  #key: unknown = undefined;
  #isAtValue = false;
  #id: unknown = undefined;
  #method: unknown = undefined;

  /** `found` is called at the end of each message. */
  constructor(found: (envelope: Envelope) => void) {
    this.#found = found;
  }

  push(chunk: Uint8Array): void {
    for (let index = 0; index < chunk.length; index++) {
      if (this.#isInString && this.#length === -1) index = this.#skip(chunk, index);
      const byte = chunk[index];
      if (byte !== undefined) this.#take(byte);
    }
  }

  /** The place of the next byte in a string that may end it or escape what follows. */
  #skip(chunk: Uint8Array, from: number): number {
    let index = from;
    if (this.#isEscaped) return index;
    while (index < chunk.length && chunk[index] !== QUOTE && chunk[index] !== BACKSLASH) index++;
    return index;
  }

  #take(byte: number): void {
    if (this.#isInString) this.#takeInString(byte);
    else if (byte === QUOTE) this.#openString();
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#open(byte === OPEN_OBJECT);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#close();
    else if (this.#depth !== this.#level) return;
    else if (byte === COLON) this.#isAtValue = true;
    else if (byte === COMMA) this.#endValue();
    else if (byte > SPACE && this.#isWanted) this.#keep(byte);
  }

  #takeInString(byte: number): void {
    if (this.#length !== -1) this.#keep(byte);
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#closeString();
  }

  #openString(): void {
    this.#isInString = true;
    if (this.#level !== 0 && this.#depth === this.#level && (!this.#isAtValue || this.#isWanted)) this.#keep(QUOTE);
  }

  #closeString(): void {
    this.#isInString = false;
    if (this.#length !== -1 && !this.#isAtValue) this.#key = this.#read();
  }

  #open(isObject: boolean): void {
    this.#depth++;
    if (this.#depth === 1) this.#isBatch = !isObject;
    const isMessage = isObject && this.#level === 0 && this.#depth === (this.#isBatch ? 2 : 1);
    if (!isMessage) return;
    this.#level = this.#depth;
    this.#id = undefined;
    this.#method = undefined;
    this.#startKey();
  }

  #close(): void {
    if (this.#level !== 0 && this.#depth === this.#level) {
      this.#endValue();
      this.#level = 0;
      const id = typeof this.#id === "string" || typeof this.#id === "number" ? this.#id : undefined;
      this.#found({ id, method: typeof this.#method === "string" ? this.#method : undefined });
    }
    if (this.#depth > 0) this.#depth--;
  }

  #endValue(): void {
    if (this.#level !== 0 && this.#isAtValue) {
      if (this.#key === "id") this.#id = this.#read();
      else if (this.#key === "method") this.#method = this.#read();
    }
    this.#startKey();
  }

  #startKey(): void {
    this.#key = undefined;
    this.#isAtValue = false;
    this.#length = -1;
  }

  /** Whether the value that comes is one to be kept. */
  get #isWanted(): boolean {
    return this.#level !== 0 && this.#isAtValue && (this.#key === "id" || this.#key === "method");
  }

  #keep(byte: number): void {
    if (this.#length === -1) this.#length = 0;
    if (this.#length < LONGEST) this.#kept[this.#length] = byte;
    if (this.#length <= LONGEST) this.#length++;
  }

  /** What was kept, as the value it stands for; `undefined` when it is none, or too long. */
  #read(): unknown {
    const length = this.#length;
    this.#length = -1;
    if (length === -1 || length > LONGEST) return undefined;
    try {
      return JSON.parse(this.#kept.toString("utf8", 0, length));
    } catch {
      return undefined;
    }
  }
}
