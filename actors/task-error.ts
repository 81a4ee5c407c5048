import { causeOf, describeExit, type ExitReason } from "./exit.js";

/**
 * Why there is no result: it did not come in time, the task ended without one (`exit` carries the reason), somebody else
 * than its owner asked, or its supervisor has as many tasks as it may.
 */
export type TaskFailure = "timeout" | "exit" | "not_owner" | "max_children";

/** A task that gave no result, or could not be started. The `cause` is what the task threw, if it threw. */
export class TaskError extends Error {
  override readonly name = "TaskError";
  readonly failure: TaskFailure;
  /** The task's exit reason where `failure` is `exit`, else `undefined`. */
  readonly reason: ExitReason | undefined;

  /** `label` is that of the task; of its supervisor where that is full. */
  constructor(failure: TaskFailure, label: string, reason?: ExitReason) {
    super(messageOf(failure, label, reason), reason === undefined ? undefined : causeOf(reason));
    this.failure = failure;
    this.reason = reason;
  }
}

function messageOf(failure: TaskFailure, label: string, reason: ExitReason | undefined): string {
  switch (failure) {
    case "timeout":
      return `Expected ${label} to have a result in time: raise the timeout of await(), or make the task faster`;
    case "exit":
      return `Expected ${label} to have a result, but it ended with ${describeExit(reason ?? "noproc")}`;
    case "not_owner":
      return `Expected ${label} to be asked by the process that started it: pass on the result instead of the task`;
    case "max_children":
      return `Expected ${label} to have room for one more task: raise its maxChildren, or wait until one has ended`;
  }
}
