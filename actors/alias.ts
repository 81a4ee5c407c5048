import type { Cell } from "./cell.js";
import { Mail, MailKind } from "./mail.js";

/** What may be said of an alias when it is made. */
export interface AliasOptions {
  /**
   * Deactivates it with the first message that is sent to it, also with one that a bounded mailbox drops; Erlang's `reply`.
   * Default `false`: it is active until `unalias`, or until its process ends.
   */
  readonly reply?: boolean | undefined;
}

/**
 * An address of a process that the process can take back: what {@link Self.alias} returns. It may be given to anybody.
 * Whoever has it can send, as ordinary mail, and nothing else: not link, not monitor, not end the process.
 *
 * ```ts
 * const answers = self.alias({ reply: true });
 * for (const mirror of mirrors) mirror.send({ find: "a.txt", to: answers }); // the first answer comes, and no other
 * ```
 *
 * Source: Erlang reference manual, Processes, "Process Aliases" (OTP M4).
 */
export interface Alias<in M = never> {
  /** Whether a message sent now would go to the mailbox. */
  readonly isActive: boolean;
  /** Sends to the process. When the alias is inactive or the process has ended, the message is dropped without a word. */
  readonly send: (message: M) => void;
}

/** The alias as its process made it. Nothing keeps it but those who have it. */
export class ProcessAlias<in M> implements Alias<M> {
  readonly #owner: Cell;
  readonly #takesOne: boolean;
  #isActive = true;

  constructor(owner: Cell, { reply = false }: AliasOptions = {}) {
    this.#owner = owner;
    this.#takesOne = reply;
  }

  get isActive(): boolean {
    return this.#isActive && this.#owner.alive;
  }

  send(message: M): void {
    const owner = this.#owner;
    const mail = new Mail(MailKind.info, "", message, undefined);
    if (!this.#isActive) {
      owner.runtime.inspector?.({ type: "send", process: owner, mail, delivered: false });
      return;
    }
    if (this.#takesOne) this.#isActive = false;
    owner.deliver(mail);
  }

  /** Returns whether it was active and is the owner's. */
  deactivate(owner: Cell): boolean {
    const wasActive = owner === this.#owner && this.isActive;
    if (wasActive) this.#isActive = false;
    return wasActive;
  }
}
