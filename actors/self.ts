import { cellOf } from "./address.js";
import { type Alias, type AliasOptions, ProcessAlias } from "./alias.js";
import type { Cell } from "./cell.js";
import { end, link, signalExit, unlink } from "./ending.js";
import type { ExitReason } from "./exit.js";
import { MailKind, OwnMail } from "./mail.js";
import type { Definition, Monitor, Process } from "./process.js";
import { dispose, type Resource } from "./resources.js";
import type { Runtime } from "./runtime.js";
import type { SpawnOptions, StartArguments, StartOptions, StartResult } from "./start.js";
import { Timer } from "./timer.js";
import { ProcessMonitor } from "./watch.js";

/** How a promise ended, as {@link Self.pipe} mails it. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/**
 * A process as it sees itself: handed to its own code and to nobody else. What it makes here (links, monitors, timers,
 * resources) ends with it.
 */
export class Self<in out M = never> {
  readonly #cell: Cell;

  /** @internal */
  constructor(cell: Cell) {
    this.#cell = cell;
  }

  /** Its own address, to give away. */
  get process(): Process<M> {
    return this.#cell;
  }

  get runtime(): Runtime {
    return this.#cell.runtime;
  }

  /** Who started it with a link, if anybody. */
  get parent(): Process | undefined {
    return this.#cell.parent;
  }

  /** Aborted at once when the process begins to end: for `fetch` and the like in async handlers. */
  get signal(): AbortSignal {
    return this.#cell.signal;
  }

  /**
   * Whether exit signals become mail instead of ending the process; Erlang's `process_flag(trap_exit, true)`. `kill`
   * cannot be trapped.
   */
  get trapExit(): boolean {
    return this.#cell.trapsExit;
  }

  set trapExit(value: boolean) {
    this.#cell.trapsExit = value;
  }

  /**
   * Ends this process with a reason, `normal` included; Erlang's `exit/1`. It does not throw: what the handler does
   * after it is pointless but allowed. `terminate` is not called; a server that wants it returns `stop(…)`.
   */
  exit(reason: ExitReason): void {
    end(this.#cell, reason);
  }

  /** Ends this process with a defect, and reports it. */
  crash(error: unknown): void {
    this.#cell.crash(error);
  }

  /** Sends an exit signal in this process's name, also after an `await`; see {@link Process.exit}. */
  exitSignal(process: Process, reason: ExitReason): void {
    signalExit(cellOf(process), this.#cell, reason, false);
  }

  /** Links to another process, in both directions. Linking twice is linking once; a dead one gives `noproc`. */
  link(process: Process): void {
    if (this.#cell.alive) link(this.#cell, cellOf(process));
  }

  /** Removes the link; no EXIT of that process arrives any more, not even one that was queued (OTP L4). */
  unlink(process: Process): void {
    const other = cellOf(process);
    unlink(this.#cell, other);
    this.#cell.flush((mail) => mail.kind === MailKind.exit && isAbout(mail.payload, other));
  }

  /** Asks for one DOWN message when that process has ended; at once, with `noproc`, when it has ended already. */
  monitor(process: Process): Monitor {
    const monitor = new ProcessMonitor(this.#cell, cellOf(process));
    if (!this.#cell.alive) return monitor;
    this.#cell.monitors ??= new Set();
    this.#cell.monitors.add(monitor);
    monitor.list();
    return monitor;
  }

  /** Takes a monitor back. With `flush`, a DOWN that is queued already goes too. */
  demonitor(monitor: Monitor, { flush = false }: { readonly flush?: boolean | undefined } = {}): void {
    if (!(monitor instanceof ProcessMonitor)) return;
    monitor.unlist();
    this.#cell.monitors?.delete(monitor);
    if (!flush) return;
    this.#cell.flush((mail) => mail.kind === MailKind.down && isFrom(mail.payload, monitor));
  }

  /**
   * Starts a linked process and returns at once, before it runs; Erlang's `spawn_link`. If its `init` fails, that comes
   * as an exit signal.
   */
  spawnLink<A, R extends Process>(
    definition: Definition<A, R>,
    ...[argument, options]: StartArguments<A, SpawnOptions>
  ): R {
    return this.runtime.spawnCell<A>(definition, argument as A, options, this.#cell) as Process as R;
  }

  /** Starts a linked process and waits for its `init`; `start_link`. If it fails there is no exit signal (OTP G1). */
  startLink<A, R extends Process>(
    definition: Definition<A, R>,
    ...[argument, options]: StartArguments<A, StartOptions>
  ): Promise<StartResult<R>> {
    return this.runtime.startCell<A, R>(definition, argument as A, options, this.#cell);
  }

  /**
   * Makes this process the owner: whatever way it ends, kill included, the resource is disposed of before anybody hears
   * of the end (OTP P5, P6). Owning something twice is owning it once. Owned by a process that is ending already, it
   * is disposed of at once.
   */
  own<R extends Resource>(resource: R): R {
    const cell = this.#cell;
    if (!cell.alive) {
      this.runtime.clock.soon(() => void dispose(cell, resource));
      return resource;
    }
    cell.resources ??= new Set();
    cell.resources.add(resource);
    return resource;
  }

  /** Stops owning it; it is not disposed of. */
  disown(resource: Resource): void {
    this.#cell.resources?.delete(resource);
  }

  /**
   * Makes an address of this process that it can take back: to be given to whoever shall answer, so that a late or second
   * answer reaches nobody. It ends with the process. Source: OTP M4; Erlang's `alias/1`.
   */
  alias(options?: AliasOptions): Alias<M> {
    return new ProcessAlias<M>(this.#cell, options);
  }

  /**
   * Deactivates an alias of this process: what is sent to it from now on is dropped; what is in the mailbox stays there.
   * Returns whether it was active; `false` also for an alias of another process, which is left as it is.
   */
  unalias(alias: Alias): boolean {
    return alias instanceof ProcessAlias && alias.deactivate(this.#cell);
  }

  /** Sends a message to this process after `delay` milliseconds; Erlang's `send_after`. */
  sendAfter(delay: number, message: M): Timer {
    return new Timer(this.#cell, delay, () => this.sendOwn(message));
  }

  /** Puts a message into the mailbox that it always has room for. @internal */
  sendOwn(message: unknown): void {
    this.#cell.deliver(new OwnMail(message));
  }

  /** Puts a message before everything that is queued. @internal */
  sendFirst(message: unknown): void {
    this.#cell.deliverFirst(new OwnMail(message));
  }

  /**
   * Turns a promise's outcome into mail, so that a handler need not wait for it: the mailbox goes on meanwhile. Never an
   * unhandled rejection.
   */
  pipe<T>(promise: PromiseLike<T>, toMessage: (outcome: Outcome<T>) => M): void {
    const tell = (outcome: Outcome<T>) => this.sendOwn(toMessage(outcome));
    Promise.resolve(promise)
      .then(
        (value) => tell({ ok: true, value }),
        (error: unknown) => tell({ ok: false, error }),
      )
      .catch((error: unknown) => this.crash(error));
  }
}

function isAbout(payload: unknown, process: Cell): boolean {
  return (payload as { process: unknown }).process === process;
}

function isFrom(payload: unknown, monitor: Monitor): boolean {
  return (payload as { monitor: unknown }).monitor === monitor;
}
