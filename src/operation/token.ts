import { customRandom, nanoid, urlAlphabet } from "nanoid";
import type { ProgressToken } from "../protocol/message.js";

/**
 * A unique progress token, 21 characters of a secure random source. One token belongs to one operation.
 *
 * Source: MCP specification, revision 2025-11-25, "Progress": tokens are unique across all active requests.
 */
export function generateProgressToken(): string {
  return nanoid();
}

/** A token of the same form, drawn from a source of numbers in [0, 1): for what shall be the same again. */
export function tokenFrom(random: () => number): string {
  return customRandom(urlAlphabet, 21, (count) => Uint8Array.from({ length: count }, () => random() * 256))();
}

/**
 * The tokens of one client: what nobody else can guess, and a number. A `nanoid` for each
 * is made of 21 strings, which were 7 % of all bytes that a call allocates, and costs 0.15 µs more.
 *
 * Inside of the client the number stands for the token, which is made when somebody wants to see it: 90 B of what a
 * pending operation holds, and numbers need not be hashed.
 */
export class Tokens {
  readonly #prefix: string;
  #last = 0;

  constructor(secret: string = generateProgressToken()) {
    this.#prefix = `${secret}.`;
  }

  /** The number of a new token. */
  next(): number {
    return ++this.#last;
  }

  /** A new token. */
  make(): string {
    return this.of(this.next());
  }

  /** The token of a number. */
  of(serial: number): string {
    return this.#prefix + serial;
  }

  /** The number of a token, if it was made here. */
  serialOf(token: ProgressToken): number | undefined {
    if (typeof token !== "string" || !token.startsWith(this.#prefix)) return undefined;
    const serial = Number(token.slice(this.#prefix.length));
    const isOurs = Number.isInteger(serial) && serial >= 1 && serial <= this.#last && this.of(serial) === token;
    return isOurs ? serial : undefined;
  }
}
