import type { Self } from "../../actors/index.js";
import type { Reading } from "../protocol/codec.js";
import { backoffDelay } from "./backoff.js";
import type { OperationsMail } from "./operations.js";
import { MOST_ROUNDS, type Pending } from "./pending.js";
import { type InputMade, Rounds } from "./rounds.js";
import type { ConnectionSettings } from "./settings.js";
import { Tasks, type TasksShell } from "./tasks.js";

/** What the legs need of the operations they belong to. */
export interface LegsShell extends Omit<TasksShell, "rounds"> {
  /** Its attempt is over, and it is not. */
  takeOff(pending: Pending, outcome: "unknown"): void;
  againIn(pending: Pending, wait: number): void;
}

type InputRequired = Reading & { readonly kind: "inputRequired" };

/** What an operation takes beyond one request and its answer: rounds of input, and the polls of a task. */
export class Legs {
  readonly tasks: Tasks;
  readonly #settings: ConnectionSettings;
  readonly #shell: LegsShell;
  readonly #rounds: Rounds;

  constructor(self: Self<OperationsMail>, settings: ConnectionSettings, shell: LegsShell) {
    this.#settings = settings;
    this.#shell = shell;
    this.#rounds = new Rounds({ answer: settings.answer, pipe: (input, toMail) => self.pipe(input, toMail) });
    this.tasks = new Tasks(self, settings, { ...shell, rounds: this.#rounds });
  }

  /** Goes on with what the answer to an operation is. */
  read(pending: Pending, result: unknown, reading: Reading): void {
    switch (reading.kind) {
      case "complete":
        this.#shell.settle(pending, "completed", undefined, result);
        return;
      case "task":
        this.tasks.begin(pending, reading.state, result);
        return;
      case "inputRequired":
        if (++pending.rounds > MOST_ROUNDS) {
          this.#reject(pending, result, `It asks for input more than ${MOST_ROUNDS} times`);
        } else this.#ask(pending, result, reading);
        return;
      case "invalid":
        this.#reject(pending, result, reading.problem);
        return;
    }
  }

  /** The host has answered what the server asked for, or cannot: the next leg may go. */
  inputMade(mail: InputMade): void {
    const input = this.#rounds.end(mail);
    if (input === undefined) return;
    const { pending } = mail;
    pending.resume();
    if (pending.task !== undefined) {
      this.tasks.inputMade(pending, pending.task, input);
    } else if (input.ok) {
      pending.leg = { inputResponses: input.responses, requestState: pending.leg?.requestState };
      this.#shell.departures.putBack(pending);
    } else this.#shell.settle(pending, "completed", input.failure);
  }

  /** The operation has settled: nothing that is done for it need go on. */
  end(pending: Pending, reason: unknown): void {
    if (pending.rounds > 0) this.#rounds.abandon(pending, reason);
    this.tasks.forget(pending);
  }

  #ask(pending: Pending, result: unknown, { requests, requestState }: InputRequired): void {
    const { backoff, random } = this.#settings;
    this.#shell.takeOff(pending, "unknown");
    pending.leg = { inputResponses: undefined, requestState };
    pending.isNextLeg = true;
    if (requests.length === 0) {
      this.#shell.againIn(pending, backoffDelay(backoff, pending.rounds, random()));
    } else {
      pending.pause();
      this.#rounds.begin(pending, requests, result);
    }
    this.#shell.departures.look();
  }

  #reject(pending: Pending, result: unknown, problem: string): void {
    this.#shell.settle(pending, "completed", { code: "INVALID_RESULT", result, cause: new Error(problem) });
  }
}
