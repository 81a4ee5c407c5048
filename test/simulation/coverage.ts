import type { ErrorCode } from "../../src/protocol/base-error.js";
import { everyStep } from "./machine.js";
import { FAULTS } from "./program.js";
import type { Outcome } from "./run.js";

/** How often each thing was seen, by its name. */
export type Counts = Record<string, number>;

/** What the runs of a simulation have shown, as plain data. */
export interface CoverageCounts {
  readonly runs: number;
  readonly operations: number;
  readonly answered: number;
  readonly fewestOperations: number;
  /** By kind: what must be seen is in it, be it with 0. */
  readonly faults: Counts;
  readonly codes: Counts;
  readonly steps: Counts;
}

/** Every code there is. What no run has of it (a child process that cannot be spawned) has the code of a lost connection. */
const CODES: Readonly<Record<ErrorCode, true>> = {
  TIMEOUT: true,
  CANCELLED: true,
  CONNECTION_LOST: true,
  CONNECTION_CLOSED: true,
  OVERLOADED: true,
  PROTOCOL: true,
  INVALID_RESULT: true,
  INVALID_REQUEST: true,
  CAPABILITY: true,
  CONFIG: true,
  HTTP: true,
  UNAUTHORIZED: true,
  MESSAGE_TOO_LARGE: true,
};

/** Adds up what runs have shown. */
export class Coverage {
  #runs = 0;
  #operations = 0;
  #answered = 0;
  #fewest = Number.POSITIVE_INFINITY;
  readonly #faults = zeros(FAULTS);
  readonly #codes = zeros(Object.keys(CODES));
  readonly #steps = zeros(everyStep());

  add({ operations, faults, codes, steps }: Outcome): void {
    this.#runs++;
    this.#operations += operations;
    this.#answered += operations - codes.length;
    this.#fewest = Math.min(this.#fewest, operations);
    count(this.#faults, faults);
    count(this.#codes, codes);
    count(this.#steps, steps);
  }

  get counts(): CoverageCounts {
    return {
      runs: this.#runs,
      operations: this.#operations,
      answered: this.#answered,
      fewestOperations: this.#fewest,
      faults: this.#faults,
      codes: this.#codes,
      steps: this.#steps,
    };
  }
}

function zeros(names: readonly string[]): Counts {
  return Object.fromEntries(names.map((name) => [name, 0]));
}

/** Counts what must be seen; the rest (such as events a state ignores) is no matter of coverage. */
function count(counts: Counts, seen: readonly string[]): void {
  for (const name of seen) {
    const before = counts[name];
    if (before !== undefined) counts[name] = before + 1;
  }
}
