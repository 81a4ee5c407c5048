import { cellOf } from "./address.js";
import type { Cell } from "./cell.js";
import { link, signalExit } from "./ending.js";
import type { ExitReason } from "./exit.js";
import type { Definition, Process } from "./process.js";
import type { Runtime } from "./runtime.js";
import type { Self } from "./self.js";
import { TaskError } from "./task-error.js";
import { taskProcess, type Work } from "./task-process.js";
import { checkTimeout } from "./timeout.js";
import { Timer } from "./timer.js";
import { EndWatch } from "./watch.js";

/** How a task ended: Elixir's `{:ok, Reply}` or `{:exit, Reason}`. */
export type TaskOutcome<T> =
  | { readonly status: "ok"; readonly value: T }
  | { readonly status: "exit"; readonly reason: ExitReason };

export interface TaskOptions {
  /** What the tree, warnings and errors call it; default `task`. */
  readonly label?: string | undefined;
}

/** Milliseconds that `await`, `yield` and `shutdown` wait where nothing is said; Elixir's. */
const PATIENCE = 5_000;

/**
 * A process that does one thing and hands over its result.
 *
 * ```ts
 * const task = Task.async(self, (signal) => fetch(url, { signal })); // in the code of a process
 * const rest = await prepare();
 * use(await task.await(), rest);
 *
 * const total = Task.run(runtime, () => count(files)); // anywhere else
 * await total.await(60_000);
 * ```
 *
 * - `Task.async` links the task to the process that started it, its owner: when one of them fails, so does the other.
 *   As with every link, the task goes on when the owner ends with `normal`, and an owner that traps exits gets the task's
 *   EXIT as mail, `normal` included.
 * - `asyncNolink` of a `taskSupervisor` does not link: a task that fails is an outcome, and no more.
 * - `Task.run` is for code outside of every process. The task belongs to the runtime and ends with it.
 *
 * What the work throws is the task's exit reason; it is also reported through the runtime's `onCrash`.
 *
 * Port: Elixir's tasks mail their result, or DOWN, to the owner, and `await` picks that from the mailbox. Here nothing
 * comes by mail: `await` and `yield` are promises, and whoever waits for one in a handler holds back his mailbox. A server
 * that must not wait has the result piped to it, which is one message however the task ends:
 *
 * ```ts
 * self.pipe(task.await(Infinity), (page) => ({ type: "fetched", page }));
 * ```
 *
 * Port: an outcome is not used up. Asked again, a task gives it again, unless {@link await} has given up waiting for it.
 *
 * Port: only the owner may ask. Another process that does is refused while its handler is on the stack; after an `await`
 * nobody can tell who asks.
 *
 * Source: Elixir Task.
 */
export class Task<T> {
  readonly #runtime: Runtime;
  /** None for a task that was started outside of every process. */
  readonly #owner: Cell | undefined;
  readonly #isLinked: boolean;
  #cell: Cell | undefined = undefined;
  #watch: EndWatch | undefined = undefined;
  #outcome: TaskOutcome<T> | undefined = undefined;
  /** `await` ran out of time: nobody gets the outcome. */
  #isGivenUp = false;
  readonly #waiting = new Set<() => void>();

  /** @internal */
  constructor(runtime: Runtime, owner: Cell | undefined, isLinked: boolean) {
    this.#runtime = runtime;
    this.#owner = owner;
    this.#isLinked = isLinked;
  }

  /** Starts a task that is linked to this process, and returns at once, before the task runs. */
  static async<T, M>(self: Self<M>, work: Work<T>, options?: TaskOptions): Task<T> {
    const owner = cellOf(self.process);
    const task = new Task<T>(self.runtime, owner, true);
    task.#adopt(self.runtime.spawnCell(taskProcess(work, task), undefined, options, owner));
    return task;
  }

  /** Starts a task that is linked to nobody and belongs to the runtime, and returns at once, before the task runs. */
  static run<T>(runtime: Runtime, work: Work<T>, options?: TaskOptions): Task<T> {
    const task = new Task<T>(runtime, undefined, false);
    task.#adopt(runtime.spawnCell(taskProcess(work, task), undefined, options, undefined));
    return task;
  }

  /** A task that somebody else starts, such as a supervisor, and the definition to start it from, once. @internal */
  static unstarted<T, M>(self: Self<M>, work: Work<T>, isLinked: boolean): { task: Task<T>; definition: Definition } {
    const task = new Task<T>(self.runtime, cellOf(self.process), isLinked);
    return { task, definition: taskProcess(work, task) };
  }

  /** The task's process: to monitor it, or to end it by a signal. */
  get process(): Process {
    return this.#cell as Cell;
  }

  /**
   * Waits for the result. When it does not come in time the task is given up: it goes on, if nothing else ends it, but
   * its result is dropped.
   *
   * @param timeout Milliseconds; default 5,000, `Infinity` waits for ever.
   * @throws {TaskError} `timeout`; `exit` when the task ends without a result, with its reason (`noproc` for one that was
   * given up before); `not_owner`. Not caught, that is the end of the process that waits.
   */
  async await(timeout: number = PATIENCE): Promise<T> {
    const outcome = await this.#outcomeWithin(timeout);
    if (outcome?.status === "ok") return outcome.value;
    if (outcome !== undefined) throw new TaskError("exit", this.process.label, outcome.reason);
    this.#isGivenUp = true;
    this.#settle({ status: "exit", reason: "noproc" });
    throw new TaskError("timeout", this.process.label);
  }

  /**
   * Waits for the outcome, and gives `undefined` when there is none in time. It may be asked again, and awaited.
   *
   * @param timeout Milliseconds; default 5,000, `Infinity` waits for ever.
   * @throws {TaskError} `not_owner`.
   */
  yield(timeout: number = PATIENCE): Promise<TaskOutcome<T> | undefined> {
    return this.#outcomeWithin(timeout);
  }

  /**
   * Ends the task, and waits until it has ended and has let go of what it owned. A result that has arrived is the
   * outcome. Else it is `undefined` when the task ended because of this, and `exit` when something else ended it, or
   * when it had to be killed because its time was over.
   *
   * The link goes first: the owner does not end with it.
   *
   * @param how Milliseconds that a task may take which traps exits, default 5,000; others end at once. Or `brutal_kill`.
   * @throws {TaskError} `not_owner`.
   */
  async shutdown(how: number | "brutal_kill" = PATIENCE): Promise<TaskOutcome<T> | undefined> {
    const isBrutal = how === "brutal_kill";
    if (!isBrutal) checkTimeout(how);
    this.#checkOwner();
    const cell = this.#cell as Cell;
    const isOver = cell.hasEnded;
    this.#owner?.self.unlink(cell);
    signalExit(cell, this.#owner, isBrutal ? "kill" : "shutdown", false);
    const stopTimer = isBrutal ? undefined : this.#after(how, () => signalExit(cell, this.#owner, "kill", false));
    const reason = await cell.exited;
    stopTimer?.();
    if (this.#outcome?.status === "ok") return this.#outcome;
    if (isOver && this.#isGivenUp) return this.#outcome;
    return reason === (isBrutal ? "killed" : "shutdown") ? undefined : { status: "exit", reason };
  }

  /** @internal */
  attach(cell: Cell): boolean {
    if (this.#cell !== undefined) return true;
    if (this.#owner?.alive === false) return false;
    this.#adopt(cell);
    return true;
  }

  /** @internal */
  succeed(value: T): void {
    this.#settle({ status: "ok", value });
  }

  #adopt(cell: Cell): void {
    this.#cell = cell;
    // Its start was refused; a watch would only know that there is no such process.
    if (cell.hasEnded) this.#settle({ status: "exit", reason: cell.reason as ExitReason });
    this.#watch = new EndWatch(cell, (reason) => this.#settle({ status: "exit", reason }));
    this.#watch.list();
    if (this.#isLinked && this.#owner !== undefined) link(this.#owner, cell);
  }

  /** The one funnel: the first outcome is the outcome, and whatever comes later is dropped. */
  #settle(outcome: TaskOutcome<T>): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#watch?.unlist();
    for (const proceed of this.#waiting) proceed();
  }

  async #outcomeWithin(timeout: number): Promise<TaskOutcome<T> | undefined> {
    checkTimeout(timeout);
    this.#checkOwner();
    if (this.#outcome === undefined) {
      await new Promise<void>((resolve) => {
        const proceed = () => {
          stopTimer();
          this.#waiting.delete(proceed);
          resolve();
        };
        this.#waiting.add(proceed);
        const stopTimer = this.#after(timeout, proceed);
      });
    }
    return this.#outcome;
  }

  /** The timers of an owner end with it. Then only the task's own end ends the wait. */
  #after(delay: number, callback: () => void): () => void {
    if (this.#owner !== undefined) {
      const timer = new Timer(this.#owner, delay, callback);
      return () => timer.cancel();
    }
    const { clock } = this.#runtime;
    const timer = clock.setTimer(delay, callback);
    return () => clock.clearTimer(timer);
  }

  #checkOwner(): void {
    const { current } = this.#runtime;
    if (this.#owner === undefined || current === undefined || current === this.#owner) return;
    throw new TaskError("not_owner", this.process.label);
  }
}
