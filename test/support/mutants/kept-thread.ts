import type { RunnerTask } from "vitest";
import { type PoolOptions, type PoolWorker, ThreadsPoolWorker, type WorkerRequest } from "vitest/node";

/** After so many runs the thread is replaced: what mutants have left behind does not add up. */
const MOST_RUNS = 25;

type Listener = (message: unknown) => void;
type Run = WorkerRequest & { readonly type: "run" };

let kept: ThreadsPoolWorker | undefined;
let runs = 0;

/**
 * The thread that mutants are run in, one after the other. Vitest ends its threads after each run, and to start one and to
 * load the client and what it imports takes longer than most mutants live; so the thread stays while mutants are switched
 * on and off in code that is loaded. It gets one test file at a time, and no other after one that has found the mutant.
 *
 * A mutant of what runs while a module loads gets a thread of its own.
 */
export class KeptThread implements PoolWorker {
  readonly name = "kept thread";
  readonly #thread: ThreadsPoolWorker;
  readonly #isNew: boolean;
  readonly #hasFound: () => boolean;
  readonly #listeners: { readonly event: string; readonly given: Listener; readonly ours: Listener }[] = [];
  /** What is still to be run. */
  #rest: Run[] = [];

  constructor(options: PoolOptions) {
    const provided: Readonly<Record<string, unknown>> = { ...options.project.getProvidedContext() };
    const isKept = provided.mutantActivation === "runtime";
    this.#isNew = !isKept || kept === undefined;
    this.#thread = (isKept ? kept : undefined) ?? new ThreadsPoolWorker(options);
    const { state } = options.project.vitest;
    this.#hasFound = () => isKept && state.getFiles().some(hasFailed);
    if (isKept) kept = this.#thread;
  }

  async start(): Promise<void> {
    if (this.#isNew) await this.#thread.start();
  }

  on(event: string, given: Listener): void {
    const ours: Listener = (message) => {
      if (!isEndOfFile(message) || !this.#goOn()) given(message);
    };
    this.#listeners.push({ event, given, ours });
    this.#thread.on(event, ours);
  }

  off(event: string, listener: Listener): void {
    for (const { given, ours } of this.#listeners) if (given === listener) this.#thread.off(event, ours);
  }

  send(message: WorkerRequest): void {
    if (message.type === "run") {
      const { context } = message;
      this.#rest = context.files.map((file) => ({ ...message, context: { ...context, files: [file] } }));
      this.#goOn();
    } else if (message.type === "stop" && this.#isKept) {
      // A thread that is told to stop hears nothing any more: one that is kept is not told.
      const stopped = { type: "stopped", __vitest_worker_response__: true };
      for (const { event, given } of this.#listeners) if (event === "message") given(stopped);
    } else this.#thread.send(message);
  }

  async stop(): Promise<void> {
    for (const { event, ours } of this.#listeners) this.#thread.off(event, ours);
    if (this.#isKept && ++runs < MOST_RUNS) return;
    if (this.#isKept) {
      kept = undefined;
      runs = 0;
    }
    await this.#thread.stop();
  }

  deserialize(data: unknown): unknown {
    return this.#thread.deserialize(data);
  }

  /** Runs the next file; says whether there was one to run. */
  #goOn(): boolean {
    const next = this.#hasFound() ? undefined : this.#rest.shift();
    if (next !== undefined) this.#thread.send(next);
    return next !== undefined;
  }

  get #isKept(): boolean {
    return this.#thread === kept;
  }
}

/** Whether a test has failed: Stryker does not look at a file that failed before it had any. */
function hasFailed(task: RunnerTask): boolean {
  return task.type === "test" ? task.result?.state === "fail" : task.tasks.some(hasFailed);
}

/** Whether the thread has run what it was given, without an error of its own. */
function isEndOfFile(message: unknown): boolean {
  if (typeof message !== "object" || message === null || !("type" in message)) return false;
  return message.type === "testfileFinished" && !("error" in message && message.error !== undefined);
}
