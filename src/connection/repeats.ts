import type { Self } from "../../actors/index.js";
import { isSafe, mayRepeat } from "../operation/retry.js";
import type { AttemptOutcome } from "../protocol/base-error.js";
import type { Failure } from "../protocol/failure.js";
import type { RpcError } from "../protocol/message.js";
import { attempt } from "./attempt.js";
import { backoffDelay } from "./backoff.js";
import type { Departures } from "./departures.js";
import type { OperationsMail } from "./operations.js";
import type { Pending, PendingTable } from "./pending.js";
import type { ConnectionSettings } from "./settings.js";
import { Suspects } from "./suspects.js";
import type { Wire } from "./wire.js";

/** What the repeats need of the operations they are of. */
export interface RepeatsShell {
  readonly departures: Departures;
  readonly table: PendingTable;
  readonly wire: Wire;
  settle(pending: Pending, outcome: AttemptOutcome, failure: Failure): void;
  /** The server does not speak the revision any more that was agreed on. */
  renegotiate(): void;
}

/** What becomes of operations whose attempt has failed: they are repeated where that is allowed, and settled where not. */
export class Repeats {
  readonly #self: Self<OperationsMail>;
  readonly #settings: ConnectionSettings;
  readonly #shell: RepeatsShell;
  readonly #suspects = new Suspects();

  constructor(self: Self<OperationsMail>, settings: ConnectionSettings, shell: RepeatsShell) {
    this.#self = self;
    this.#settings = settings;
    this.#shell = shell;
  }

  /** The server has answered with an error. */
  refused(pending: Pending, error: RpcError): void {
    const failure: Failure = { code: "PROTOCOL", error };
    const rejection = pending.codec?.rejection(error);
    if (rejection === undefined) {
      this.#shell.settle(pending, "completed", failure);
      return;
    }
    const isCurrent = pending.codec === this.#shell.departures.codec;
    if (rejection === "version" && isCurrent) this.#shell.renegotiate();
    const isRepeated = rejection === "version" || !pending.hasRefreshed;
    if (!isRepeated || !this.#mayRepeat(pending, "rejected")) {
      this.#shell.settle(pending, "rejected", failure);
      return;
    }
    this.takeOff(pending, "rejected");
    if (rejection === "version") {
      this.#queueIn(pending, this.#pause(pending));
    } else {
      pending.hasRefreshed = true;
      this.#self.pipe(attempt(this.#settings.refreshTools), () => ({ type: "again", pending }));
    }
    this.#shell.departures.look();
  }

  /** A request gets no answer; the connection lives. */
  failed(pending: Pending, outcome: AttemptOutcome, failure: Failure, retryAfter: number | undefined): void {
    const wait = retryAfter ?? this.#pause(pending);
    if (wait >= pending.ticket.timeout || !this.#mayRepeat(pending, outcome)) {
      pending.reached(outcome);
      this.#shell.settle(pending, pending.lastOutcome, failure);
      return;
    }
    this.takeOff(pending, outcome);
    this.#queueIn(pending, wait);
    this.#shell.departures.look();
  }

  /** It has settled. */
  forget(pending: Pending): void {
    this.#suspects.forget(pending);
  }

  /** Its attempt is over, and it is not. */
  takeOff(pending: Pending, outcome: AttemptOutcome): void {
    pending.reached(outcome);
    this.#shell.table.endAttempt(pending);
    this.#shell.departures.free(pending);
  }

  /** It goes out again after so many milliseconds. */
  againIn(pending: Pending, wait: number): void {
    this.#self.sendAfter(wait, { type: "again", pending });
  }

  /** The transport has ended: what was on the wire is repeated where that is allowed, and fails where it is not. */
  lost(failure: Failure): void {
    for (const pending of this.#shell.table.onTheWire()) {
      const outcome = this.#outcomeOf(pending);
      pending.reached(outcome);
      if (this.#mayRepeat(pending, outcome)) {
        this.takeOff(pending, outcome);
        // A stream has been answered by all that came on it, and would keep the next one waiting for ever.
        if (pending.ticket.isStream || !this.#suspects.take(pending)) this.#shell.departures.queue(pending);
      } else {
        this.#shell.settle(pending, pending.lastOutcome, failure);
      }
    }
    this.admitSuspect();
    this.#shell.departures.look();
  }

  /** What was lost twice goes out one at a time. */
  admitSuspect(): void {
    const suspect = this.#suspects.next();
    if (suspect !== undefined) this.#shell.departures.queue(suspect);
  }

  #mayRepeat(pending: Pending, outcome: AttemptOutcome): boolean {
    const { ticket, attempts } = pending;
    const safe = isSafe(ticket, this.#settings.toolHints);
    return mayRepeat(ticket, { outcome, attempts, safe });
  }

  #queueIn(pending: Pending, wait: number): void {
    if (wait === 0) this.#shell.departures.queue(pending);
    else this.againIn(pending, wait);
  }

  /** The first repeat goes at once, later ones wait like incarnations do. */
  #pause({ attempts }: Pending): number {
    const { backoff, random } = this.#settings;
    return attempts <= 1 ? 0 : backoffDelay(backoff, attempts - 1, random());
  }

  #outcomeOf(pending: Pending): AttemptOutcome {
    if (pending.stage === "sent") return "unknown";
    return this.#shell.wire.mayHaveArrived(pending.sequence) ? "unknown" : "not_sent";
  }
}
