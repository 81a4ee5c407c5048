import { Mail, MailKind } from "./mail.js";
import type { Self } from "./self.js";

/** As much of a machine's snapshot as it takes to postpone. */
interface Postponing {
  can(event: unknown): boolean;
}

/** The events that a machine's present state cannot take and that wait for another one, oldest first. */
export class Postponed {
  readonly #self: Self<unknown>;
  readonly #types: ReadonlySet<unknown>;
  readonly #limit: number;
  #events: unknown[] = [];
  #isDue = false;

  constructor(self: Self<unknown>, types: readonly unknown[], limit: number) {
    this.#self = self;
    this.#types = new Set(types);
    this.#limit = limit;
  }

  get size(): number {
    return this.#events.length;
  }

  /** Keeps an event that is to be postponed; otherwise returns `false`. Past the limit the oldest is dropped for it. */
  keeps(event: unknown, snapshot: Postponing): boolean {
    if (!this.#types.has((event as { readonly type?: unknown } | undefined)?.type) || snapshot.can(event)) return false;
    this.#events.push(event);
    if (this.#events.length > this.#limit) this.#drop(this.#events.shift());
    return true;
  }

  /** The state has changed: at the end of the turn they are due. */
  stateChanged(): void {
    this.#isDue = true;
  }

  /** Puts all of them back, if they are due, before the mail that has not been read. */
  putBack(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    const events = this.#events;
    this.#events = [];
    for (const event of events.reverse()) this.#self.sendFirst(event);
  }

  #drop(event: unknown): void {
    const { runtime, process } = this.#self;
    const mail = new Mail(MailKind.info, "", event, undefined);
    runtime.inspector?.({ type: "drop", process, mail, why: "postponed" });
  }
}
