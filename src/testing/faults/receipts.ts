/**
 * How far the client's frames have got, when what is handed over for one of them may be nothing, or several frames.
 *
 *     outer   1   2   3       4
 *     inner   1       2,3,4   5      2 was swallowed: it counts as accepted once 1 is
 */
export class Receipts {
  readonly #accept: (upTo: number) => void;
  /** Handed over and not accepted, oldest first; `upTo` are the frames that are through when it is. */
  readonly #open: { readonly inner: number; readonly outer: number; upTo: number }[] = [];
  #lastInner = 0;

  /** `accept` is told how far the client's own frames have been accepted. */
  constructor(accept: (upTo: number) => void) {
    this.#accept = accept;
  }

  /** A frame is handed over, perhaps once more; returns the sequence it is to have. */
  handedOver(outer: number): number {
    const inner = ++this.#lastInner;
    const last = this.#open.at(-1);
    // Of several for one frame the last one counts.
    if (last?.upTo === outer) last.upTo = outer - 1;
    this.#open.push({ inner, outer, upTo: outer });
    return inner;
  }

  /** A frame will never be handed over. */
  swallowed(outer: number): void {
    const last = this.#open.at(-1);
    if (last === undefined) this.#accept(outer);
    else last.upTo = outer;
  }

  /** The inner transport has accepted its frames up to this one. */
  accepted(inner: number): void {
    let upTo: number | undefined;
    while (this.#open[0] !== undefined && this.#open[0].inner <= inner) upTo = this.#open.shift()?.upTo;
    if (upTo !== undefined) this.#accept(upTo);
  }

  /** Whose frame the inner one is. */
  outerOf(inner: number): number {
    return this.#open.find((each) => each.inner >= inner)?.outer ?? inner;
  }
}
