import type { From } from "./call.js";
import type { ExitReason } from "./exit.js";
import type { Monitor, Process } from "./process.js";

/** What a piece of mail is. Numbers, because every message of every process is told apart by them. */
export const MailKind = {
  /** A request that wants a reply: `name`, `payload` (the argument), `from`. */
  call: 0,
  /** A request that wants none: `name`, `payload`. */
  cast: 1,
  /** Anything sent with `send`, a timer's message, an {@link ExitMessage} or a {@link DownMessage}. */
  info: 2,
  /** A trapped exit signal: `payload` is an {@link ExitMessage}. */
  exit: 3,
  /** A monitor's message: `payload` is a {@link DownMessage}. */
  down: 4,
  /** An order from an administrator: stop, read or replace the state. `payload` is a {@link SystemMessage}. */
  system: 5,
  /** Taken back before it was read (a flushed EXIT or DOWN); the kernel skips it. */
  void: 6,
} as const;

export type MailKind = (typeof MailKind)[keyof typeof MailKind];

/** One message in a mailbox; a link of the mailbox's list. */
export class Mail {
  kind: MailKind;
  readonly name: string;
  readonly payload: unknown;
  readonly from: From | undefined;
  /** @internal */
  next: Mail | undefined = undefined;

  constructor(kind: MailKind, name: string, payload: unknown, from: From | undefined) {
    this.kind = kind;
    this.name = name;
    this.payload = payload;
    this.from = from;
  }
}

/**
 * What a process mails itself: a due timer, the outcome of a promise it has piped, what it does next. It is asked for by
 * the process alone, which waits for it, so that a bounded mailbox neither counts nor drops it.
 */
export class OwnMail extends Mail {
  constructor(message: unknown) {
    super(MailKind.info, "", message, undefined);
  }
}

/** A trapped exit signal. `process` is `undefined` when it came from outside of every process. */
export interface ExitMessage {
  readonly type: "EXIT";
  readonly process: Process | undefined;
  readonly reason: ExitReason;
}

/** A monitored process has ended. */
export interface DownMessage {
  readonly type: "DOWN";
  readonly monitor: Monitor;
  readonly process: Process;
  readonly reason: ExitReason;
}

/**
 * What an administrator may ask of a process between two messages; Erlang's `sys`. The state, the new one where it was
 * replaced, is the reply to the mail's `from`; `replace` does not throw.
 */
export type SystemMessage =
  | { readonly order: "stop"; readonly reason: ExitReason }
  | { readonly order: "getState" }
  | { readonly order: "replaceState"; readonly replace: (state: unknown) => unknown };
