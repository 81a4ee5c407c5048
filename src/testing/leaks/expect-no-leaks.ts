import { getEventListeners } from "node:events";
import { type Process, type ProcessNode, type Runtime, VirtualClock } from "../../../actors/index.js";
import { type Leak, LeakError } from "./leak-error.js";
import { type OpenResource, Resources } from "./resources.js";

/** What {@link expectNoLeaks} looks at besides Node's own resources, and how. */
export interface LeakOptions {
  /** Their processes, and the timers of their clocks where these are virtual. Default: none. */
  readonly runtimes?: readonly Runtime[] | undefined;
  /** Their `abort` listeners. Default: none. */
  readonly signals?: readonly AbortSignal[] | undefined;
  /** Milliseconds of real time that what is about to end may take; default 2,000. */
  readonly within?: number | undefined;
  /** Says of what is left that it may be: for what the program keeps on purpose. Default: nothing may. */
  readonly ignore?: ((leak: Leak) => boolean) | undefined;
}

/** A picture of what there was; made by {@link expectNoLeaks}. */
export interface LeakCheck extends AsyncDisposable {
  /**
   * Waits until nothing is left that was not there when the picture was taken. The first call decides.
   *
   * @throws {LeakError} when there still is something after `within`.
   */
  check(): Promise<void>;
}

/** Turns in which what is ending may end, before it is waited for. */
const TURNS = 20;

/** Listeners that the library, or an agent, may add to `process`. */
const HOST_EVENTS = ["exit", "beforeExit", "SIGINT", "SIGTERM", "SIGHUP", "uncaughtException", "unhandledRejection"];

/**
 * Takes a picture of what is open now; its `check`, or the end of its scope, makes sure that nothing else is left: of
 * Node's timers, sockets, pipes, child processes and file watchers those that keep a program running; listeners on
 * `process`; and of what it was given the processes of runtimes, their virtual timers, and listeners on signals. It waits
 * for what is about to end and never sleeps; it works with any test runner.
 *
 * ```ts
 * await using _ = expectNoLeaks();
 * await using client = await connect(server); // closed first, then looked at
 * ```
 *
 * It looks at everything of this thread, so that of tests that run at the same time none can tell its own from the others'.
 * What a server's child process has started itself is not seen.
 *
 * @throws {LeakError} at the end of the scope, as `check` does.
 */
export function expectNoLeaks(options: LeakOptions = {}): LeakCheck {
  const picture = new Picture(options);
  let checked: Promise<void> | undefined;
  const check = () => {
    checked ??= picture.check();
    return checked;
  };
  return { check, [Symbol.asyncDispose]: check };
}

class Picture {
  readonly #options: LeakOptions;
  readonly #within: number;
  readonly #resources: Resources;
  readonly #processes: ReadonlySet<Process>;
  readonly #timers: ReadonlyMap<VirtualClock, number>;
  readonly #listeners: ReadonlyMap<AbortSignal, number>;
  readonly #host: ReadonlyMap<string, number>;
  #wake: () => void = () => undefined;

  constructor(options: LeakOptions) {
    const { runtimes = [], signals = [], within = 2_000 } = options;
    this.#options = options;
    this.#within = within;
    this.#processes = new Set(runtimes.flatMap((runtime) => nodesOf(runtime).map(({ process }) => process)));
    this.#timers = new Map(clocksOf(runtimes).map((clock) => [clock, clock.timers]));
    this.#listeners = new Map(signals.map((signal) => [signal, getEventListeners(signal, "abort").length]));
    this.#host = new Map(HOST_EVENTS.map((event) => [event, process.listenerCount(event)]));
    // Node opens these when they are used first, which is nobody's leak.
    void [process.stdout, process.stderr];
    this.#resources = new Resources(() => this.#wake());
  }

  async check(): Promise<void> {
    try {
      for (let turn = 0; turn < TURNS && this.#left().length > 0; turn++) await turnOver();
      if (this.#left().length > 0) await this.#untilNothing();
      const left = this.#left();
      if (left.length > 0) throw new LeakError(left, this.#within);
    } finally {
      this.#resources.stop();
    }
  }

  /** Looks again whenever something has ended, until the time is up. */
  #untilNothing(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#within);
      const look = () => {
        if (this.#left().length > 0) return;
        clearTimeout(timer);
        resolve();
      };
      this.#wake = look;
      for (const { process } of this.#newNodes()) void process.exited.then(look);
    });
  }

  #left(): Leak[] {
    const left = [
      ...this.#newNodes().map(
        ({ label }): Leak => ({ kind: "process", what: `the process ${label}`, where: undefined }),
      ),
      ...more(
        this.#timers,
        (clock) => clock.timers,
        "virtual timer",
        () => "a timer of a virtual clock",
      ),
      ...more(
        this.#listeners,
        (signal) => getEventListeners(signal, "abort").length,
        "abort listener",
        () => "a listener on a signal",
      ),
      ...more(
        this.#host,
        (event) => process.listenerCount(event),
        "host listener",
        (event) => `a listener to ${event} on \`process\``,
      ),
      ...this.#resources.open.map(leakOf),
    ];
    const { ignore } = this.#options;
    return ignore === undefined ? left : left.filter((leak) => !ignore(leak));
  }

  #newNodes(): ProcessNode[] {
    const { runtimes = [] } = this.#options;
    return runtimes.flatMap(nodesOf).filter(({ process }) => !this.#processes.has(process));
  }
}

/** One leak for each that there is more of now than before. */
function more<K>(
  before: ReadonlyMap<K, number>,
  now: (key: K) => number,
  kind: Leak["kind"],
  what: (key: K) => string,
): Leak[] {
  return [...before].flatMap(([key, count]) =>
    Array.from({ length: Math.max(0, now(key) - count) }, (): Leak => ({ kind, what: what(key), where: undefined })),
  );
}

function leakOf({ kind, where, pid }: OpenResource): Leak {
  return { kind, what: pid === undefined ? `a ${kind}` : `a ${kind} with pid ${pid}`, where };
}

function nodesOf(runtime: Runtime): ProcessNode[] {
  const all = (nodes: readonly ProcessNode[]): ProcessNode[] => nodes.flatMap((node) => [node, ...all(node.children)]);
  return all(runtime.tree());
}

function clocksOf(runtimes: readonly Runtime[]): VirtualClock[] {
  const clocks = runtimes.map(({ clock }) => clock).filter((clock) => clock instanceof VirtualClock);
  return [...new Set(clocks)];
}

function turnOver(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
