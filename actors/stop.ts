import type { Cell } from "./cell.js";
import { CallError } from "./errors.js";
import type { ExitReason } from "./exit.js";
import { Mail, MailKind } from "./mail.js";
import type { StopOptions } from "./process.js";
import { checkTimeout } from "./timeout.js";
import { Watch } from "./watch.js";

/** Orders a process to end in its turn. */
export function stopOrder(reason: ExitReason): Mail {
  return new Mail(MailKind.system, "stop", { order: "stop", reason }, undefined);
}

/** Orders a process to end, and waits until it has: `Process.stop`. */
export function stopCell(cell: Cell, reason: ExitReason, options: StopOptions | undefined): Promise<void> {
  // What is thrown in here rejects, too.
  const end = new Promise<ExitReason | "timeout">((resolve) => {
    if (!cell.alive) throw new CallError("noproc", "stop");
    if (cell.runtime.current === cell) throw new CallError("calling_self", "stop");
    const timeout = options?.timeout ?? Number.POSITIVE_INFINITY;
    checkTimeout(timeout);
    cell.deliver(stopOrder(reason));
    const watch = new StopWatch(cell, resolve);
    watch.list();
    if (timeout !== Number.POSITIVE_INFINITY) watch.limit(timeout);
  });
  // Not an async function, which costs 50 ns more; the errors' stacks lead to the caller's line all the same.
  return end.then((outcome) => {
    if (outcome === "timeout") throw new CallError("timeout", "stop");
    if (outcome !== reason) throw new CallError("exit", "stop", outcome);
  });
}

/** Hears the end, or that it did not come in time. */
class StopWatch extends Watch {
  readonly #settle: (outcome: ExitReason | "timeout") => void;
  #timer: unknown = undefined;

  constructor(target: Cell, settle: (outcome: ExitReason | "timeout") => void) {
    super(target);
    this.#settle = settle;
  }

  limit(timeout: number): void {
    this.#timer = this.target.runtime.clock.setTimer(timeout, () => {
      this.unlist();
      this.#settle("timeout");
    });
  }

  down(reason: ExitReason): void {
    if (this.#timer !== undefined) this.target.runtime.clock.clearTimer(this.#timer);
    this.#settle(reason);
  }
}
