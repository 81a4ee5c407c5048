import { causeOf, describeExit, type ExitReason } from "./exit.js";
import type { Process } from "./process.js";

/**
 * Why a call got no answer. `exit` carries the server's exit reason; `overloaded` says that a bounded mailbox dropped the
 * call unread; the others stand for themselves.
 */
export type CallFailure = "timeout" | "noproc" | "calling_self" | "aborted" | "exit" | "overloaded";

/**
 * A call that got no answer.
 *
 * Source: Elixir GenServer, `call/3`, "Timeouts" and the exit reasons it documents.
 */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly failure: CallFailure;
  /** The server's exit reason where `failure` is `exit`, else `undefined`. */
  readonly reason: ExitReason | undefined;

  constructor(failure: CallFailure, call: string, reason?: ExitReason, cause?: unknown) {
    super(callMessage(failure, call, reason), cause === undefined ? undefined : { cause });
    this.failure = failure;
    this.reason = reason;
  }
}

/** A process that could not be started: its `init` threw, said `ignore`, took too long, or its name was taken. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly reason: ExitReason | "ignore" | "timeout";

  constructor(label: string, reason: ExitReason | "ignore" | "timeout") {
    super(`Expected ${label} to start, but ${startTrouble(reason)}`, causeOf(reason));
    this.reason = reason;
  }
}

/** The name is held by a process that lives; `process` is that one. Erlang's `{already_started, Pid}`. */
export class AlreadyStartedError extends Error {
  override readonly name = "AlreadyStartedError";
  readonly process: Process;

  constructor(name: string, process: Process) {
    super(`Expected the name ${JSON.stringify(name)} to be free, but a process holds it: look that one up instead`);
    this.process = process;
  }
}

/** The reason why nothing starts any more: its runtime has been stopped, and nothing would end what starts there. */
export class RuntimeStoppedError extends Error {
  override readonly name = "RuntimeStoppedError";

  constructor(label: string) {
    super(`Expected ${label} to start in a running runtime, but this one was stopped: start it in a new one`);
  }
}

/** The bounded mailbox of a process was full, and that ends it: it was started with `overflow: "exit"`. */
export class MailboxFullError extends Error {
  override readonly name = "MailboxFullError";
  /** How many unread messages it was allowed to have. */
  readonly limit: number;

  constructor(label: string, limit: number) {
    super(
      `Expected ${label} to have at most ${limit} unread messages: raise the limit of its mailbox or slow its senders`,
    );
    this.limit = limit;
  }
}

/** A server's callback returned something that is none of `reply`, `noreply`, `stop`, …; OTP's `bad_return_value`. */
export class BadReturnError extends Error {
  override readonly name = "BadReturnError";

  constructor(callback: string) {
    super(`Expected ${callback} to return reply(…), noreply(…), stop(…) or stopReply(…): return one of these results`);
  }
}

/** A call or cast for which the server has no handler; OTP's `undef`. */
export class NoHandlerError extends Error {
  override readonly name = "NoHandlerError";

  constructor(kind: "call" | "cast" | "continue", name: string) {
    super(`Expected the server to handle the ${kind} ${JSON.stringify(name)}, but it has no such handler`);
  }
}

/** Something a process owned did not close, or failed to; the process's end went out all the same. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
}

function callMessage(failure: CallFailure, call: string, reason: ExitReason | undefined): string {
  switch (failure) {
    case "timeout":
      return `Expected an answer to ${call} in time: raise the call's timeout or make the server faster`;
    case "noproc":
      return `Expected the process called with ${call} to be alive, but it has ended`;
    case "calling_self":
      return `Expected ${call} to go to another process: a process that calls itself would wait for ever`;
    case "aborted":
      return `The caller gave up ${call}: its signal was aborted`;
    case "exit":
      return `The process ended while it was called with ${call}: ${describeExit(reason ?? "noproc")}`;
    case "overloaded":
      return `Expected room for ${call} in the mailbox, but it is full and has dropped it: call again later`;
  }
}

function startTrouble(reason: ExitReason | "ignore" | "timeout"): string {
  if (reason === "ignore") return "its init said ignore";
  if (reason === "timeout") return "its init took longer than the start timeout";
  return `it ended with ${describeExit(reason)}`;
}
