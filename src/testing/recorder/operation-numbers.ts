import type { ProgressToken } from "../../protocol/message.js";

/** So many tokens are remembered, so that what comes late can still be told whose it is. */
const REMEMBERED = 10_000;

/** What the operations of a client are called in a record: numbers in the order of their calls, since tokens are random. */
export class OperationNumbers {
  readonly #byToken = new Map<ProgressToken, string>();
  #last = 0;

  /** The name of a new operation. */
  next(token: ProgressToken | undefined): string {
    const name = `#${++this.#last}`;
    if (token === undefined) return name;
    this.#byToken.set(token, name);
    const [oldest] = this.#byToken.keys();
    if (this.#byToken.size > REMEMBERED && oldest !== undefined) this.#byToken.delete(oldest);
    return name;
  }

  /** The name of the operation with this token; `undefined` where it is nobody's that was recorded. */
  of(token: ProgressToken | undefined): string | undefined {
    return token === undefined ? undefined : this.#byToken.get(token);
  }
}
