import { refuse } from "./call.js";
import type { Cell } from "./cell.js";
import { MailboxFullError } from "./errors.js";
import { type Mail, MailKind, OwnMail } from "./mail.js";

/**
 * A bound on the mail that a process has not read. Nothing of it is ever an error at a sender: `send` and `cast` return as
 * always, a call that is dropped fails at once with the `CallError` failure `overloaded`.
 *
 * ```ts
 * await runtime.start(logger, undefined, { mailbox: { limit: 1_000, overflow: "dropOldest" } });
 * ```
 */
export interface MailboxOptions {
  /**
   * How many unread messages it holds: an integer, 1 or more. Ordinary mail counts, which is calls, casts and what is sent
   * with `send`, also through an alias and by the process to itself. Not counted, and never dropped: exit signals, DOWN,
   * orders such as `stop` and `getState`, and what the process has asked for itself (a due timer, the outcome of a promise
   * it piped, a server's `continue` and idle timeout).
   */
  readonly limit: number;
  /**
   * What a message does that comes when the mailbox is full:
   *
   * - `dropNewest`: it is dropped. You most likely want this one for a server: who comes late is told.
   * - `dropOldest`: it takes the place of the oldest message that counts. For news of which only the latest matters.
   * - `exit`: it ends the process, at once and whatever it is doing, with a `MailboxFullError`, which is reported. Right
   *   where a supervisor shall begin anew. `terminate` is not called.
   *
   * The inspection hook sees what is dropped.
   */
  readonly overflow: Overflow;
}

export type Overflow = "dropNewest" | "dropOldest" | "exit";

const OVERFLOWS: readonly Overflow[] = ["dropNewest", "dropOldest", "exit"];

/**
 * How full a bounded mailbox is. Its mail stands in the cell's list, in the order of arrival, counted or not:
 *
 *     cell ─▶ DOWN ─▶ timer ─▶ call ─▶ EXIT ─▶ cast ─▶ …
 *                       ▲        ▲ the oldest that can be dropped
 *                       #passed
 */
export class Bound {
  readonly #limit: number;
  readonly #overflow: Overflow;
  #unread = 0;
  /** A mail of the list before which, and which itself, nothing counts: so far the oldest need not be looked for again. */
  #passed: Mail | undefined = undefined;

  /** @throws {RangeError} when the options are none. */
  constructor({ limit, overflow }: MailboxOptions) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`Expected \`mailbox.limit\` to be an integer, 1 or more, got \`${limit}\``);
    }
    if (!OVERFLOWS.includes(overflow)) {
      throw new RangeError(`Expected \`mailbox.overflow\` to be ${OVERFLOWS.join(", ")}, got \`${overflow}\``);
    }
    this.#limit = limit;
    this.#overflow = overflow;
  }

  /** Whether a message may be queued; makes room for it, or does what there is to do instead. */
  admits(cell: Cell, mail: Mail): boolean {
    if (!isCounted(mail)) return true;
    if (this.#unread >= this.#limit && this.#overflow !== "dropOldest") {
      this.#turnAway(cell, mail);
      return false;
    }
    // More than one where the inspection hook has sent something of its own in between.
    while (this.#unread >= this.#limit && this.#dropOldest(cell)) {}
    this.#unread++;
    return true;
  }

  /** The first mail of the list has been taken out of it, to be read. */
  taken(mail: Mail): void {
    if (mail === this.#passed) this.#passed = undefined;
    if (isCounted(mail)) this.#unread--;
  }

  #turnAway(cell: Cell, mail: Mail): void {
    cell.runtime.inspector?.({ type: "send", process: cell, mail, delivered: false });
    if (this.#overflow === "exit") cell.crash(new MailboxFullError(cell.label, this.#limit));
    else drop(cell, mail);
  }

  /** Returns whether there was one. */
  #dropOldest(cell: Cell): boolean {
    let before = this.#passed;
    let oldest = cell.mailAfter(before);
    while (oldest !== undefined && !isCounted(oldest)) {
      before = oldest;
      oldest = oldest.next;
    }
    this.#passed = before;
    if (oldest === undefined) return false;
    cell.cutAfter(before);
    this.#unread--;
    drop(cell, oldest);
    return true;
  }
}

function isCounted(mail: Mail): boolean {
  return mail.kind <= MailKind.info && !(mail instanceof OwnMail);
}

function drop(cell: Cell, mail: Mail): void {
  cell.runtime.inspector?.({ type: "drop", process: cell, mail, why: "overflow" });
  refuse(mail);
}
