import type { Cell } from "./cell.js";
import { describeExit, type ExitReason } from "./exit.js";
import { addLink, removeLink } from "./links.js";
import { Mail, MailKind } from "./mail.js";
import { Phase } from "./phase.js";
import { release } from "./resources.js";
import type { StartResult } from "./start.js";
import { clearTimers } from "./timer.js";
import { notifyWatches } from "./watch.js";

/**
 * How a process ends:
 *
 *     end ─▶ exiting: not alive, mail dropped, timers gone, signal aborted
 *            └▶ what it owns is released
 *               └▶ ended: name free ─▶ EXIT to its links, DOWN to its monitors, the starter told
 *
 * Ends that follow from ends (a link's EXIT to a process that does not trap) are queued in the runtime, so that a chain
 * of linked processes of any length ends without growing the stack.
 */

/** Ends a process. Does nothing when it is ending already: a process has exactly one exit reason (OTP P4). */
export function end(cell: Cell, reason: ExitReason, start: "ignore" | undefined = undefined): void {
  if (!cell.alive) return;
  const { runtime } = cell;
  const outcome: StartResult | undefined =
    cell.starter === undefined ? undefined : start === "ignore" ? { status: "ignore" } : { status: "error", reason };
  cell.phase = Phase.exiting;
  cell.reason = reason;
  cell.dropMail();
  clearTimers(cell);
  if (cell.monitors !== undefined) for (const monitor of cell.monitors) monitor.unlist();
  cell.monitors = undefined;
  cell.controller?.abort(new Error(`${cell.label} ended: ${describeExit(reason)}`));
  // A start that fails is told to the starter and to nobody else through the link (OTP G1).
  if (outcome !== undefined && cell.parent !== undefined) unlink(cell, cell.parent);

  if (cell.resources === undefined || cell.resources.size === 0) runtime.ending.add(cell, outcome);
  // Not on this stack, which may be that of whoever sent the exit signal (OTP P3).
  else runtime.clock.soon(() => release(cell, () => runtime.ending.add(cell, outcome)));
}

/** Tells the starter that `init` is through. */
export function started(cell: Cell): void {
  const { starter } = cell;
  cell.starter = undefined;
  starter?.({ status: "ok", process: cell });
}

/**
 * Delivers an exit signal (OTP E1–E4). `throughLink` tells a link's signal from one that was sent: only a sent `kill`
 * is untrappable and becomes `killed`.
 */
export function signalExit(target: Cell, from: Cell | undefined, reason: ExitReason, throughLink: boolean): void {
  if (!target.alive) return;
  if (reason === "kill" && !throughLink) {
    end(target, "killed");
    return;
  }
  if (target.trapsExit) {
    target.deliver(new Mail(MailKind.exit, "", { type: "EXIT", process: from, reason }, undefined));
    return;
  }
  if (reason === "normal" && from !== target) return;
  end(target, reason);
}

export function link(a: Cell, b: Cell): void {
  if (a === b) return;
  if (b.hasEnded) {
    signalExit(a, b, "noproc", true);
    return;
  }
  addLink(a, b);
  addLink(b, a);
}

export function unlink(a: Cell, b: Cell): void {
  removeLink(a, b);
  removeLink(b, a);
}

/** The processes that have let go of everything and whose EXIT and DOWN are due, worked off one after the other. */
export class Endings {
  readonly #due: { readonly cell: Cell; readonly outcome: StartResult | undefined }[] = [];
  #isWorking = false;

  add(cell: Cell, outcome: StartResult | undefined): void {
    if (this.#isWorking) {
      this.#due.push({ cell, outcome });
      return;
    }
    this.#isWorking = true;
    // Most ends have none that follow: not to queue these saves 30 ns of 600.
    finish(cell, outcome);
    if (this.#due.length > 0) this.#workOff();
    this.#isWorking = false;
  }

  #workOff(): void {
    // Grows while it is walked: ends that follow from these are appended.
    for (let index = 0; index < this.#due.length; index++) {
      const due = this.#due[index];
      if (due !== undefined) finish(due.cell, due.outcome);
    }
    this.#due.length = 0;
  }
}

function finish(cell: Cell, outcome: StartResult | undefined): void {
  const reason = cell.reason as ExitReason;
  cell.phase = Phase.ended;
  cell.runtime.forget(cell);
  const { links } = cell;
  cell.links = undefined;
  cell.behaviour = undefined;
  if (links instanceof Set) for (const other of links) tell(other, cell, reason);
  else if (links !== undefined) tell(links, cell, reason);
  notifyWatches(cell, reason);
  if (outcome !== undefined) {
    const { starter } = cell;
    cell.starter = undefined;
    starter?.(outcome);
  }
}

/** Ends a link from one side. */
function tell(other: Cell, cell: Cell, reason: ExitReason): void {
  removeLink(other, cell);
  signalExit(other, cell, reason, true);
}
