import type { Timer } from "./timer.js";

/**
 * Something that a hosted machine has to do in its process's turn: a delay that is due, or what one of its children has to
 * say. Cancelled meanwhile, it does nothing when it is read.
 */
export class MachineTimer {
  /** @internal */
  timer: Timer | undefined = undefined;
  #callback: (() => void) | undefined;

  /** @internal */
  constructor(callback: () => void) {
    this.#callback = callback;
  }

  /** @internal */
  cancel(): void {
    this.#callback = undefined;
    this.timer?.cancel();
  }

  /** @internal */
  fire(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }
}
