import type { Address } from "./address.js";
import type { CallOptions } from "./call.js";
import { Cell } from "./cell.js";
import type { ExitReason } from "./exit.js";
import { type Claim, claim, type ViaName } from "./name.js";
import { Phase } from "./phase.js";
import type { Process, ServerRef, StopOptions } from "./process.js";
import type { Runtime } from "./runtime.js";

/**
 * A name in a registry as a reference. Whatever is done with it is done with the process that has the name at that
 * moment. While nobody has it, it stands for a process that has ended with `noproc`.
 */
export class Via implements Process, ServerRef<never>, Address, ViaName {
  readonly [claim]: Claim;
  readonly #find: () => Cell | undefined;
  readonly #nobody: Cell;

  constructor(runtime: Runtime, find: () => Cell | undefined, taking: Claim) {
    this[claim] = taking;
    this.#find = find;
    this.#nobody = nobody(runtime, taking.label);
  }

  get cell(): Cell {
    return this.#find() ?? this.#nobody;
  }

  get id(): number {
    return this.cell.id;
  }

  get label(): string {
    return this.cell.label;
  }

  get name(): string | undefined {
    return this.cell.name;
  }

  get alive(): boolean {
    return this.cell.alive;
  }

  get exited(): Promise<ExitReason> {
    return this.cell.exited;
  }

  send(message: unknown): void {
    this.cell.send(message);
  }

  call(name: string, argument?: unknown, options?: CallOptions): Promise<never> {
    return this.cell.call(name, argument, options);
  }

  cast(name: string, ...argument: unknown[]): void {
    this.cell.cast(name, ...argument);
  }

  exit(reason: ExitReason): void {
    this.cell.exit(reason);
  }

  stop(reason?: ExitReason, options?: StopOptions): Promise<void> {
    return this.cell.stop(reason, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cell[Symbol.asyncDispose]();
  }
}

/** A process that has ended and never was: the kernel treats it like every process that is gone. */
function nobody(runtime: Runtime, label: string): Cell {
  const cell = new Cell(
    runtime,
    0,
    { label, type: "worker", create: () => ({ receive: () => {} }) },
    undefined,
    label,
    undefined,
    0,
  );
  cell.phase = Phase.ended;
  cell.reason = "noproc";
  return cell;
}
