import { Cell, ExtendedCell } from "./cell.js";
import { Census } from "./census.js";
import type { Clock } from "./clock.js";
import { Endings, end, link } from "./ending.js";
import { AlreadyStartedError, RuntimeStoppedError } from "./errors.js";
import { describeExit, type ExitReason, failure } from "./exit.js";
import type { CrashReport, Inspection, ProcessNode } from "./inspect.js";
import { Bound } from "./mailbox.js";
import { claim, type ViaName } from "./name.js";
import type { Definition, Process } from "./process.js";
import { RealClock } from "./real-clock.js";
import { FairQueue, type RunQueue, SeededQueue } from "./run-queue.js";
import {
  labelOf,
  refOf,
  type SpawnOptions,
  type StartArguments,
  type StartOptions,
  type StartResult,
} from "./start.js";
import { isThenable } from "./thenable.js";
import { checkTimeout } from "./timeout.js";
import { isRoot, treeUnder } from "./tree.js";

export interface RuntimeOptions {
  /** Where time comes from; default: Node's clock. */
  readonly clock?: Clock | undefined;
  /**
   * A source of numbers in [0, 1). Given, it decides which runnable process is next, and whatever else is left to chance,
   * such as tokens and the length of waits: for tests and simulations.
   */
  readonly random?: (() => number) | undefined;
  /** Milliseconds an ending process may take to release what it owns; default 10,000. */
  readonly disposeTimeout?: number | undefined;
  /** Hears of every defect; default: `process.emitWarning`, without message and state. */
  readonly onCrash?: ((report: CrashReport) => void) | undefined;
  /** Hears of every spawn, message, drop, exit and restart. What it throws is ignored. */
  readonly onInspect?: ((event: Inspection) => void) | undefined;
}

/** Messages handled in one go; then timers and I/O have a turn. */
const BUDGET = 2_048;
/** Milliseconds a root worker may take to stop with the runtime; OTP's default for workers. */
const ROOT_SHUTDOWN = 5_000;

/**
 * Where processes live: the run queue, the clock, the names. A program has one or several; they share nothing.
 *
 * ```ts
 * await using runtime = new Runtime();
 * const counter = await runtime.start(counterServer, 0);
 * ```
 *
 * Messages are handled from a run queue on a microtask, at most 64 of one process in a row and 2,048 in all before
 * timers and I/O have their turn, so that no process and no pair of them starves the rest.
 */
export class Runtime implements AsyncDisposable {
  readonly clock: Clock;
  /** Milliseconds; see {@link RuntimeOptions.disposeTimeout}. */
  readonly disposeTimeout: number;
  /** Where chance comes from, if it is not left to chance: for whatever shall be the same again. @internal */
  readonly random: (() => number) | undefined;
  /** @internal */
  readonly inspector: ((event: Inspection) => void) | undefined;
  /** The process whose turn it is, if its handler is on the stack. @internal */
  current: Cell | undefined = undefined;
  /** @internal */
  readonly ending = new Endings();

  readonly #onCrash: (report: CrashReport) => void;
  readonly #queue: RunQueue;
  readonly #cells = new Census();
  readonly #names = new Map<string, Cell>();
  #lastId = 0;
  #isScheduled = false;
  #spent = 0;
  #stopping: Promise<void> | undefined;
  #hasStopped = false;

  constructor(options: RuntimeOptions = {}) {
    this.clock = options.clock ?? new RealClock();
    this.disposeTimeout = options.disposeTimeout ?? 10_000;
    this.random = options.random;
    this.inspector = harmless(options.onInspect);
    this.#onCrash = options.onCrash ?? warnOfCrash;
    this.#queue = options.random === undefined ? new FairQueue() : new SeededQueue(options.random);
  }

  /** How many processes have not ended. */
  get size(): number {
    return this.#cells.size;
  }

  /**
   * Starts a process that belongs to nobody but the runtime, and waits for its `init`.
   *
   * @throws {StartError} when `init` throws, says `ignore` or takes longer than `timeout`, the name is taken, or the
   * runtime has stopped (then its `cause` is a {@link RuntimeStoppedError}).
   */
  start<A, R extends Process>(definition: Definition<A, R>, ...rest: StartArguments<A, StartOptions>): Promise<R> {
    const options = rest[1];
    // Not an async function, which costs 50 ns more; the error's stack leads to the caller's line all the same.
    return this.startCell<A, R>(definition, rest[0] as A, options, undefined).then((result) =>
      refOf(definition, options, result),
    );
  }

  /** The living process that holds a name; Erlang's `whereis/1`. */
  whereis(name: string): Process | undefined {
    const cell = this.#names.get(name);
    return cell?.alive ? cell : undefined;
  }

  /** All processes as a forest, oldest first; supervisors have their children below them. */
  tree(): ProcessNode[] {
    return treeUnder(this.#cells, undefined);
  }

  /**
   * Ends every process, the newest root first, each with its children, and waits for it. Idempotent. A root worker that
   * takes longer than 5 s is killed; a supervisor keeps its own limits. Never rejects.
   *
   * What is started while it stops is ended, too: `terminate` may need a process. Afterwards nothing starts any more.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stopAll(): Promise<void> {
    // Again, until nothing is left: children that outlive their parent are roots then, others were started meanwhile.
    while (this.#cells.size > 0) {
      for (const cell of [...this.#cells].reverse()) if (isRoot(cell)) await this.#stopRoot(cell);
    }
    this.#hasStopped = true;
  }

  async #stopRoot(root: Cell): Promise<void> {
    const limit = root.type === "supervisor" ? Number.POSITIVE_INFINITY : ROOT_SHUTDOWN;
    const timer = this.clock.setTimer(limit, () => end(root, "killed"));
    await root[Symbol.asyncDispose]();
    this.clock.clearTimer(timer);
  }

  // For the kernel

  /** @internal */
  spawnCell<A>(
    definition: Definition<A>,
    argument: A,
    options: SpawnOptions | undefined,
    parent: Cell | undefined,
    starter?: (result: StartResult) => void,
  ): Cell {
    const label = labelOf(definition, options);
    const { methods } = definition;
    const kind = methods === undefined ? Cell : ExtendedCell;
    const cell = new kind(this, ++this.#lastId, definition, argument, label, parent, options?.restarts ?? 0);
    if (options?.mailbox !== undefined) cell.bound = new Bound(options.mailbox);
    if (methods !== undefined) Object.assign(cell, methods);
    cell.starter = starter;
    this.#cells.add(cell);
    this.inspector?.({ type: "spawn", process: cell, parent });
    // Linked before it runs: there is no moment in which it could die unseen (OTP L2).
    if (parent !== undefined) link(parent, cell);
    // A handler may outlast its process (OTP E5); what it starts then would have nobody to end it.
    if (parent?.alive === false) end(cell, "noproc");
    else if (this.#hasStopped) end(cell, failure(new RuntimeStoppedError(label)));
    else if (options?.name !== undefined) this.#register(cell, options.name);
    if (cell.alive) this.schedule(cell);
    return cell;
  }

  #register(cell: Cell, name: string | ViaName): void {
    if (typeof name !== "string") {
      name[claim].take(cell);
      return;
    }
    const holder = this.#names.get(name);
    if (holder !== undefined) {
      cell.crash(new AlreadyStartedError(name, holder));
      return;
    }
    this.#names.set(name, cell);
    cell.name = name;
  }

  /** @internal */
  startCell<A, R extends Process>(
    definition: Definition<A, R>,
    argument: A,
    options: StartOptions | undefined,
    parent: Cell | undefined,
  ): Promise<StartResult<R>> {
    return new Promise((resolve) => this.#launch(definition, argument, options, parent, resolve));
  }

  #launch<A, R extends Process>(
    definition: Definition<A, R>,
    argument: A,
    options: StartOptions | undefined,
    parent: Cell | undefined,
    tell: (result: StartResult<R>) => void,
  ): void {
    const timeout = options?.timeout ?? Number.POSITIVE_INFINITY;
    checkTimeout(timeout);
    if (timeout === Number.POSITIVE_INFINITY) {
      this.spawnCell<A>(definition, argument, options, parent, tell as (result: StartResult) => void);
      return;
    }
    let timer: unknown;
    let isLate = false;
    const cell = this.spawnCell<A>(definition, argument, options, parent, (result) => {
      this.clock.clearTimer(timer);
      tell(isLate ? { status: "error", reason: "timeout" } : (result as StartResult<R>));
    });
    if (!cell.alive) return;
    timer = this.clock.setTimer(timeout, () => {
      isLate = cell.alive;
      end(cell, "killed");
    });
  }

  /** @internal */
  forget(cell: Cell): void {
    this.#cells.remove(cell);
    if (cell.name !== undefined) this.#names.delete(cell.name);
    if (cell.directories !== undefined) for (const directory of cell.directories) directory.forget(cell);
    cell.directories = undefined;
    this.inspector?.({ type: "exit", process: cell, reason: cell.reason as ExitReason });
  }

  /** @internal */
  schedule(cell: Cell): void {
    cell.isQueued = true;
    this.#queue.push(cell);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.clock.soon(this.#drain);
  }

  /** Reports a defect through the one hook there is; a hook that throws is left alone. @internal */
  crashed(report: CrashReport): void {
    attempt(
      () => this.#onCrash(report),
      (error) => warnOfCrash({ ...report, reason: failure(error) }),
    );
  }

  readonly #drain = (): void => {
    // Not reset when the queue runs dry: processes that wake each other through promises would never let I/O in.
    while (this.#spent < BUDGET) {
      const cell = this.#queue.next();
      if (cell === undefined) {
        this.#isScheduled = false;
        return;
      }
      cell.isQueued = false;
      this.current = cell;
      this.#spent += cell.run(this.#queue.slice);
      this.current = undefined;
      if (cell.isRunnable && !cell.isQueued) {
        cell.isQueued = true;
        this.#queue.push(cell);
      }
    }
    this.clock.later(this.#afterTurn);
  };

  readonly #afterTurn = (): void => {
    this.#spent = 0;
    this.#drain();
  };
}

/**
 * Starts a process that is linked to nobody and returns at once, before it runs; Erlang's `spawn/1`. In a runtime that
 * has stopped it has ended then, with a {@link RuntimeStoppedError} as its reason. Use `start` to wait for `init`, and `self.spawnLink` for a process that shall not outlive its maker.
 */
export function spawn<A, R extends Process>(
  runtime: Runtime,
  definition: Definition<A, R>,
  ...[argument, options]: StartArguments<A, SpawnOptions>
): R {
  return runtime.spawnCell<A>(definition, argument as A, options, undefined) as Process as R;
}

function harmless<E>(hook: ((event: E) => void) | undefined): ((event: E) => void) | undefined {
  if (hook === undefined) return undefined;
  // An observer must not change what it observes.
  return (event) =>
    attempt(
      () => hook(event),
      () => {},
    );
}

/** Runs a hook of the program's own, which may throw, or be an async function that rejects. */
function attempt(hook: () => unknown, failed: (error: unknown) => void): void {
  try {
    const pending = hook();
    if (isThenable(pending)) Promise.resolve(pending).catch(failed);
  } catch (error) {
    failed(error);
  }
}

function warnOfCrash({ process: crashed, reason }: CrashReport): void {
  process.emitWarning(`${crashed.label} (process ${crashed.id}) crashed: ${describeExit(reason)}`, "CaduceusWarning");
}
