import type { VirtualClock } from "../../actors/index.js";

/** What happened in a run, as lines. Nothing is made of it unless it is wanted. */
export class Log {
  readonly lines: string[] = [];
  readonly #clock: VirtualClock;
  readonly #isWanted: boolean;

  constructor(clock: VirtualClock, isWanted: boolean) {
    this.#clock = clock;
    this.#isWanted = isWanted;
  }

  readonly add = (line: () => string): void => {
    if (!this.#isWanted) return;
    const at = `${Math.round(this.#clock.now() * 1_000) / 1_000}`.padStart(9);
    this.lines.push(`${at} ms  ${line()}`);
  };
}
