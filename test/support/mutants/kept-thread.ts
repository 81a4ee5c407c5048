import { type PoolOptions, type PoolWorker, ThreadsPoolWorker, type WorkerRequest } from "vitest/node";

/** After so many runs the thread is replaced: what mutants have left behind does not add up. */
const MOST_RUNS = 25;

type Listener = (message: unknown) => void;

let kept: ThreadsPoolWorker | undefined;
let runs = 0;

/**
 * The thread that mutants are run in, one after the other. Vitest ends its threads after each run, and to start one and to
 * load the client and what it imports takes longer than most mutants live; so the thread stays while mutants are switched
 * on and off in code that is loaded. A mutant of what runs while a module loads gets a thread of its own.
 */
export class KeptThread implements PoolWorker {
  readonly name = "kept thread";
  readonly #thread: ThreadsPoolWorker;
  readonly #isNew: boolean;
  readonly #listeners: [event: string, listener: Listener][] = [];

  constructor(options: PoolOptions) {
    const provided: Readonly<Record<string, unknown>> = { ...options.project.getProvidedContext() };
    const isKept = provided.mutantActivation === "runtime";
    this.#isNew = !isKept || kept === undefined;
    this.#thread = (isKept ? kept : undefined) ?? new ThreadsPoolWorker(options);
    if (isKept) kept = this.#thread;
  }

  async start(): Promise<void> {
    if (this.#isNew) await this.#thread.start();
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
    this.#thread.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    this.#thread.off(event, listener);
  }

  /** A thread that is told to stop hears nothing any more: one that is kept is not told. */
  send(message: WorkerRequest): void {
    if (message.type !== "stop" || !this.#isKept) {
      this.#thread.send(message);
      return;
    }
    const stopped = { type: "stopped", __vitest_worker_response__: true };
    for (const [event, listener] of this.#listeners) if (event === "message") listener(stopped);
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners) this.#thread.off(event, listener);
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

  get #isKept(): boolean {
    return this.#thread === kept;
  }
}
