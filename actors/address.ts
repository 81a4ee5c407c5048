import type { Cell } from "./cell.js";
import type { Process } from "./process.js";

/** What can stand for a process: the process itself, or a name that is looked up each time it is used. */
export interface Address {
  readonly cell: Cell;
}

/** The process that a reference means at this moment. */
export function cellOf(process: Process): Cell {
  return (process as Process & Address).cell;
}

/** Keeps processes under names of its own, and is told when one of them is to be forgotten. */
export interface Directory {
  /**
   * Called once what the process owned is released, and before anybody hears of its end (OTP P5). Must not throw.
   */
  forget(cell: Cell): void;
}
