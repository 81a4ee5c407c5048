import type { Address, Directory } from "./address.js";
import { ask, type CallOptions } from "./call.js";
import { end, signalExit, started } from "./ending.js";
import { type ExitReason, failure } from "./exit.js";
import type { Links } from "./links.js";
import { Mail, MailKind } from "./mail.js";
import type { Bound } from "./mailbox.js";
import { Phase } from "./phase.js";
import { type Behaviour, type Definition, ignore, type Process, type ServerRef, type StopOptions } from "./process.js";
import type { Resource } from "./resources.js";
import type { Runtime } from "./runtime.js";
import { Self } from "./self.js";
import type { StartResult } from "./start.js";
import { stopCell, stopOrder } from "./stop.js";
import { isThenable } from "./thenable.js";
import type { Timer } from "./timer.js";
import { EndWatch, type ProcessMonitor, type Watch } from "./watch.js";

/**
 * One process: its mailbox, its relations and where it is in its life. Everybody outside of the runtime sees it as a
 * {@link Process}; the package does not export this class. The fields are the kernel's; everything rare is created on
 * first use, which keeps an idle process small.
 */
export class Cell implements Process, ServerRef<never>, Address {
  readonly id: number;
  readonly runtime: Runtime;
  readonly label: string;
  readonly type: "worker" | "supervisor";
  /** Who started it with a link; its exit signal is an order to stop. */
  readonly parent: Cell | undefined;
  /** How often a supervisor has restarted it; for the tree. */
  readonly restarts: number;
  name: string | undefined = undefined;

  phase: Phase = Phase.fresh;
  /** An async handler is at work and holds the mailbox back. */
  isBusy = false;
  isQueued = false;
  trapsExit = false;
  nextRunnable: Cell | undefined = undefined;
  /** Its neighbours in the runtime's {@link Census}. */
  older: Cell | undefined = undefined;
  newer: Cell | undefined = undefined;
  reason: ExitReason | undefined = undefined;

  #boot: { readonly definition: Definition<never>; readonly argument: unknown } | undefined;
  behaviour: Behaviour | undefined = undefined;
  /** Hears how the start went, then is forgotten. */
  starter: ((result: StartResult) => void) | undefined = undefined;

  #head: Mail | undefined = undefined;
  #tail: Mail | undefined = undefined;
  /** How many messages are unread; those taken back are not counted. */
  mailbox = 0;
  /** Set while it lives, if its mailbox is bounded. */
  bound: Bound | undefined = undefined;

  watches: Watch | undefined = undefined;
  links: Links = undefined;
  monitors: Set<ProcessMonitor> | undefined = undefined;
  resources: Set<Resource> | undefined = undefined;
  timers: Set<Timer> | undefined = undefined;
  /** Besides the runtime, who keeps it under a name. */
  directories: Set<Directory> | undefined = undefined;
  controller: AbortController | undefined = undefined;
  #self: Self<never> | undefined = undefined;
  #exited: Promise<ExitReason> | undefined = undefined;

  constructor(
    runtime: Runtime,
    id: number,
    definition: Definition<never>,
    argument: unknown,
    label: string,
    parent: Cell | undefined,
    restarts: number,
  ) {
    this.runtime = runtime;
    this.id = id;
    this.label = label;
    this.type = definition.type;
    this.parent = parent;
    this.restarts = restarts;
    this.#boot = { definition, argument };
  }

  // As others see it

  get cell(): Cell {
    return this;
  }

  get alive(): boolean {
    return this.phase < Phase.exiting;
  }

  get hasEnded(): boolean {
    return this.phase === Phase.ended;
  }

  get exited(): Promise<ExitReason> {
    this.#exited ??= this.hasEnded
      ? Promise.resolve(this.reason as ExitReason)
      : new Promise((resolve) => new EndWatch(this, resolve).list());
    return this.#exited;
  }

  send(message: unknown): void {
    this.deliver(new Mail(MailKind.info, "", message, undefined));
  }

  call(name: string, argument?: unknown, options?: CallOptions): Promise<never> {
    return ask(this, MailKind.call, name, argument, options) as Promise<never>;
  }

  cast(name: string, ...argument: unknown[]): void {
    this.deliver(new Mail(MailKind.cast, name, argument[0], undefined));
  }

  exit(reason: ExitReason): void {
    signalExit(this, this.runtime.current, reason, false);
  }

  stop(reason: ExitReason = "normal", options?: StopOptions): Promise<void> {
    return stopCell(this, reason, options);
  }

  /** Ends it in order, as its parent would, and waits: for `await using` and for owners. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.alive) this.deliver(stopOrder("shutdown"));
    await this.exited;
  }

  // As it sees itself

  get self(): Self<never> {
    this.#self ??= new Self<never>(this);
    return this.#self;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (!this.alive) this.controller.abort();
    return this.controller.signal;
  }

  // The mailbox

  deliver(mail: Mail): void {
    if (this.bound !== undefined && !this.bound.admits(this, mail)) return;
    const { runtime } = this;
    runtime.inspector?.({ type: "send", process: this, mail, delivered: this.alive });
    if (!this.alive) return;
    if (this.#tail === undefined) this.#head = mail;
    else this.#tail.next = mail;
    this.#tail = mail;
    this.mailbox++;
    if (!this.isQueued && !this.isBusy) runtime.schedule(this);
  }

  /** Puts mail before everything that is queued: what a process tells itself to do next. */
  deliverFirst(mail: Mail): void {
    if (!this.alive) return;
    mail.next = this.#head;
    this.#head = mail;
    this.#tail ??= mail;
    this.mailbox++;
    this.#reschedule();
  }

  /** Takes back mail that has not been read, as `unlink_flush` and `demonitor(…, [flush])` do. */
  flush(shouldGo: (mail: Mail) => boolean): void {
    for (let mail = this.#head; mail !== undefined; mail = mail.next) {
      if (mail.kind === MailKind.void || !shouldGo(mail)) continue;
      mail.kind = MailKind.void;
      this.mailbox--;
    }
  }

  /** The mail after another one that is in the list; with `undefined`, the first. */
  mailAfter(mail: Mail | undefined): Mail | undefined {
    return mail === undefined ? this.#head : mail.next;
  }

  /** Takes the mail after another one out of the list, so that it is never read; with `undefined`, the first. */
  cutAfter(before: Mail | undefined): void {
    const mail = this.mailAfter(before);
    if (mail === undefined) return;
    if (before === undefined) this.#head = mail.next;
    else before.next = mail.next;
    if (this.#tail === mail) this.#tail = before;
    mail.next = undefined;
    this.mailbox--;
  }

  /** Forgets the mail of a process that is ending. Its callers learn it from their watch. */
  dropMail(): void {
    this.bound = undefined;
    this.#head = undefined;
    this.#tail = undefined;
    this.mailbox = 0;
  }

  #take(): Mail | undefined {
    const mail = this.#head;
    if (mail === undefined) return undefined;
    this.#head = mail.next;
    if (this.#head === undefined) this.#tail = undefined;
    mail.next = undefined;
    if (mail.kind !== MailKind.void) this.mailbox--;
    if (this.bound !== undefined) this.bound.taken(mail);
    return mail;
  }

  // Its turn

  get isRunnable(): boolean {
    return this.alive && !this.isBusy && (this.phase === Phase.fresh || this.#head !== undefined);
  }

  /** Handles up to `slice` messages and returns how many it handled. Never throws. */
  run(slice: number): number {
    let handled = 0;
    try {
      if (this.phase === Phase.fresh) {
        handled++;
        this.#start();
      }
      while (handled < slice && this.phase === Phase.running && !this.isBusy) {
        const mail = this.#take();
        if (mail === undefined) break;
        handled++;
        if (mail.kind === MailKind.void) continue;
        const pending = this.behaviour?.receive(mail);
        if (isThenable(pending)) this.#hold(pending, () => this.#reschedule());
      }
    } catch (error) {
      this.crash(error);
    }
    return handled;
  }

  #start(): void {
    this.phase = Phase.starting;
    const boot = this.#boot;
    if (boot === undefined) return;
    this.#boot = undefined;
    this.behaviour = boot.definition.create(this.self, boot.argument as never);
    const begun = this.behaviour.init?.();
    if (isThenable(begun)) this.#hold(begun, (outcome) => this.#begin(outcome));
    else this.#begin(begun);
  }

  #begin(outcome: unknown): void {
    if (this.phase !== Phase.starting) return;
    if (outcome === ignore) {
      end(this, "normal", "ignore");
      return;
    }
    this.phase = Phase.running;
    started(this);
    this.#reschedule();
  }

  #hold(pending: PromiseLike<unknown>, resume: (value: unknown) => void): void {
    this.isBusy = true;
    Promise.resolve(pending).then(
      (value) => {
        this.isBusy = false;
        resume(value);
      },
      (error: unknown) => {
        this.isBusy = false;
        this.crash(error);
      },
    );
  }

  #reschedule(): void {
    if (!this.isQueued && this.isRunnable) this.runtime.schedule(this);
  }

  /** Ends it for a defect of its own, and reports that unless a starter waits to be told. */
  crash(error: unknown): void {
    if (!this.alive) return;
    const reason = failure(error);
    if (this.starter === undefined) this.runtime.crashed({ process: this, reason });
    end(this, reason);
  }
}

/**
 * A process whose reference has methods of its own. A class of its own, or V8 would keep room for them in every process:
 * 56 B of 330.
 */
export class ExtendedCell extends Cell {}
