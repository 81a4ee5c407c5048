import type { Cell } from "./cell.js";
import type { ExitReason } from "./exit.js";
import { Mail, MailKind } from "./mail.js";
import type { Monitor } from "./process.js";

/**
 * Somebody who wants to hear of a process's end: a monitor, a pending call, a waiting promise. The watches of a process
 * form a doubly linked list that starts at `cell.watches`, so that a call, which makes one and drops it, costs no hash:
 *
 *     cell.watches ─▶ newest ⇄ … ⇄ oldest
 */
export abstract class Watch {
  readonly target: Cell;
  #previous: Watch | undefined = undefined;
  #next: Watch | undefined = undefined;
  #listed = false;

  constructor(target: Cell) {
    this.target = target;
  }

  /** The process has ended. Called at most once, and not after {@link unlist}. */
  abstract down(reason: ExitReason): void;

  /** Takes effect at once for a process that has ended: {@link down} is called with `noproc`. */
  list(): void {
    const { target } = this;
    if (target.hasEnded) {
      this.down("noproc");
      return;
    }
    this.#listed = true;
    this.#next = target.watches;
    if (target.watches !== undefined) target.watches.#previous = this;
    target.watches = this;
  }

  unlist(): void {
    if (!this.#listed) return;
    this.#listed = false;
    if (this.#previous === undefined) this.target.watches = this.#next;
    else this.#previous.#next = this.#next;
    if (this.#next !== undefined) this.#next.#previous = this.#previous;
    this.#previous = undefined;
    this.#next = undefined;
  }
}

/** Tells every watch of an ended process, oldest first, and forgets them. */
export function notifyWatches(cell: Cell, reason: ExitReason): void {
  if (cell.watches === undefined) return;
  const newestFirst: Watch[] = [];
  for (let watch = cell.watches; watch !== undefined; watch = cell.watches) {
    watch.unlist();
    newestFirst.push(watch);
  }
  for (let watch = newestFirst.pop(); watch !== undefined; watch = newestFirst.pop()) watch.down(reason);
}

/** A monitor: mails DOWN to its owner. */
export class ProcessMonitor extends Watch implements Monitor {
  readonly owner: Cell;

  constructor(owner: Cell, target: Cell) {
    super(target);
    this.owner = owner;
  }

  get process(): Cell {
    return this.target;
  }

  down(reason: ExitReason): void {
    this.owner.monitors?.delete(this);
    const message = { type: "DOWN", monitor: this, process: this.target, reason } as const;
    this.owner.deliver(new Mail(MailKind.down, "", message, undefined));
  }
}

/** Calls back when the process has ended: `process.exited`, `stop`, a supervisor's wait. */
export class EndWatch extends Watch {
  readonly #callback: (reason: ExitReason) => void;

  constructor(target: Cell, callback: (reason: ExitReason) => void) {
    super(target);
    this.#callback = callback;
  }

  down(reason: ExitReason): void {
    this.#callback(reason);
  }
}
