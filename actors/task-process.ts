import { cellOf } from "./address.js";
import type { Cell } from "./cell.js";
import { type Mail, MailKind, type SystemMessage } from "./mail.js";
import { type Behaviour, type Definition, ignore } from "./process.js";
import type { Self } from "./self.js";
import { isThenable } from "./thenable.js";

/**
 * What a task does. `signal` is aborted as soon as the task is ending, for whatever reason; what the work returns after
 * that is ignored. `self` is the task as a process: it may own resources, link, start tasks of its own, or end itself
 * with a reason.
 */
export type Work<T> = (signal: AbortSignal, self: Self) => T | PromiseLike<T>;

/** The end of the task that its owner holds. */
export interface ResultSink<in T> {
  /** Called by the new process. `false` when there is nobody any more who wants a result. */
  attach(cell: Cell): boolean;
  succeed(value: T): void;
}

/** The process of one task: does its work once, hands over the result, and ends with `normal`. */
export function taskProcess<T>(work: Work<T>, sink: ResultSink<T>): Definition {
  return {
    label: "task",
    type: "worker",
    create: (self) => new TaskBehaviour(self, work, sink),
  };
}

/** The message by which a task begins, so that it has started, and can be seen to end, before its work runs. */
const BEGIN = Symbol("caduceus.begin");

class TaskBehaviour<T> implements Behaviour {
  readonly #self: Self;
  readonly #sink: ResultSink<T>;
  /** Forgotten when it begins: it may hold much. */
  #work: Work<T> | undefined;

  constructor(self: Self, work: Work<T>, sink: ResultSink<T>) {
    this.#self = self;
    this.#work = work;
    this.#sink = sink;
  }

  init(): unknown {
    if (!this.#sink.attach(cellOf(this.#self.process))) return ignore;
    this.#self.sendFirst(BEGIN);
    return undefined;
  }

  /** Does not hold back the mailbox while the work goes on: orders to stop must come through. */
  receive(mail: Mail): void {
    if (mail.payload === BEGIN) this.#begin();
    if (mail.kind !== MailKind.system) return;
    const message = mail.payload as SystemMessage;
    if (message.order === "stop") this.#self.exit(message.reason);
  }

  #begin(): void {
    const work = this.#work as Work<T>;
    this.#work = undefined;
    const result = work(this.#self.signal, this.#self);
    if (!isThenable(result)) {
      this.#finish(result);
      return;
    }
    Promise.resolve(result).then(
      (value) => this.#finish(value),
      (error: unknown) => this.#self.crash(error),
    );
  }

  #finish(value: T): void {
    if (!this.#self.process.alive) return;
    this.#sink.succeed(value);
    this.#self.exit("normal");
  }
}
