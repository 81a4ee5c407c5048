import type { CallOptions } from "./call.js";
import type { ExitReason } from "./exit.js";
import type { Self } from "./self.js";

/**
 * A process as everybody else sees it: an address to send to, and an end to wait for. It may be passed around freely;
 * sending to a process that has ended is no error (OTP: "sending to a dead process is a no-op").
 *
 * `M` is what {@link send} takes. `Process` alone is "any process": nothing can be sent to it, but it can be linked,
 * monitored and ended.
 */
export interface Process<in M = never> extends AsyncDisposable {
  readonly id: number;
  /** What it is called in the tree, in warnings and in crash reports. */
  readonly label: string;
  /** The name it was registered under, if any; see `Runtime.whereis`. */
  readonly name: string | undefined;
  /** `false` as soon as it is ending, though what it owns may still be closing; see {@link exited}. */
  readonly alive: boolean;
  /** Resolves with the reason when the process has ended and has let go of everything it owned. Never rejects. */
  readonly exited: Promise<ExitReason>;
  /**
   * Puts a message into the mailbox and returns. Dropped without a word when the process has ended, or when its mailbox is
   * bounded and full.
   */
  readonly send: (message: M) => void;
  /**
   * Sends an exit signal, as `exit(Pid, Reason)` does: `normal` does nothing to a process that does not trap exits,
   * `kill` cannot be trapped, any other reason ends it, or becomes mail when it traps.
   */
  exit(reason: ExitReason): void;
  /**
   * Asks the process to stop in its turn, `terminate` included, and waits until it has ended; OTP's `stop/3`.
   *
   * @throws {CallError} when it has ended already (`noproc`), ends for another reason (`exit`), or takes longer than
   * `timeout` (then it goes on).
   */
  stop(reason?: ExitReason, options?: StopOptions): Promise<void>;
}

/** How long {@link Process.stop} waits. */
export interface StopOptions {
  /** Milliseconds; default `Infinity`. */
  readonly timeout?: number | undefined;
}

/** A monitor as {@link Self.monitor} returns it; each gives exactly one DOWN message. */
export interface Monitor {
  readonly process: Process;
}

/** What every process runs: how it starts, and what it does with a piece of mail. */
export interface Behaviour {
  /**
   * Runs once, before any mail. A promise holds the mailbox back. Throwing makes the start fail; returning
   * {@link ignore} ends the process as if it had never been started.
   */
  init?(): unknown;
  /**
   * Handles one piece of mail. A promise holds back the rest. Throwing ends the process with that error.
   *
   * Also gets the `system` mail that {@link Process.stop} and the runtime's end send, and has to obey its `stop` order
   * with `self.exit(reason)`: nobody else will.
   */
  receive(mail: import("./mail.js").Mail): unknown;
  /** Facts for `Runtime.tree`, such as `{ pid: 4711 }`. Never secrets. */
  describe?(): Readonly<Record<string, unknown>>;
}

/**
 * A kind of process that can be started: what `server(…)`, `machine(…)` and `supervisor(…)` return. `A` is what it
 * is started with, `R` the reference its starter gets.
 */
export interface Definition<in A = undefined, out R extends Process = Process> {
  /** The label of its processes, unless the starter gives one. */
  readonly label: string;
  readonly type: "worker" | "supervisor";
  /** Runs in the new process, before `init`; never on the starter's stack. */
  readonly create: (self: Self, argument: A) => Behaviour;
  /**
   * What its references can do besides what every process can, such as a supervisor's `startChild`. Called with the
   * process as `this`; they only send or call, like everybody else.
   */
  readonly methods?: Readonly<Record<string, (this: never, ...argument: never) => unknown>> | undefined;
  /** Only carries the type; never set. */
  readonly reference?: R;
}

/** A protocol's calls and casts, read off the type that describes a server. */
export type CallsOf<P> = P extends { readonly calls: infer C } ? C : Record<never, never>;
export type CastsOf<P> = P extends { readonly casts: infer C } ? C : Record<never, never>;
/** What a server takes with `send`; nothing unless its protocol says `info`. */
export type InfoOf<P> = P extends { readonly info: infer I } ? I : never;

type ArgumentOf<F> = F extends (...argument: infer A) => unknown ? A : never;
type ReplyOf<F> = F extends (...argument: never) => infer R ? R : never;
type WithOptions<A extends readonly unknown[], O> = A extends readonly []
  ? [argument?: undefined, options?: O]
  : A extends readonly [infer One]
    ? [argument: One, options?: O]
    : [argument?: A[0], options?: O];

/**
 * What a protocol promises its callers, as functions: TypeScript compares the parameters of functions strictly, but those
 * of methods, which protocols are written with, in both directions. The `-?` changes nothing and makes it compare
 * protocols call by call instead of by a guess at how `P` varies.
 */
interface Contract<P> {
  readonly calls: {
    readonly [K in keyof CallsOf<P>]-?: (...argument: ArgumentOf<CallsOf<P>[K]>) => ReplyOf<CallsOf<P>[K]>;
  };
  readonly casts: { readonly [K in keyof CastsOf<P>]-?: (...argument: ArgumentOf<CastsOf<P>[K]>) => void };
}

declare const contract: unique symbol;

/**
 * A server as its callers see it. A reference can be passed where less is asked for (a protocol with fewer calls), never
 * where more is.
 */
export interface ServerRef<P> extends Process<InfoOf<P>> {
  /** Only carries the type; there is no such property. */
  readonly [contract]?: Contract<P>;
  /**
   * Sends a request and waits for its reply; gen_server's `call`. The default timeout is 5,000 ms; when it passes the
   * caller fails and the server goes on (its `from.signal` is aborted, a late reply is dropped).
   *
   * @throws {CallError} `timeout`, `noproc`, `calling_self`, `aborted`, `overloaded` by a bounded mailbox, or `exit` with
   * the server's reason.
   */
  call<K extends keyof CallsOf<P> & string>(
    name: K,
    ...rest: WithOptions<ArgumentOf<CallsOf<P>[K]>, CallOptions>
  ): Promise<Awaited<ReplyOf<CallsOf<P>[K]>>>;
  /** Sends a request that wants no reply, and returns at once; gen_server's `cast`. */
  cast<K extends keyof CastsOf<P> & string>(name: K, ...argument: ArgumentOf<CastsOf<P>[K]>): void;
}

const IGNORE: unique symbol = Symbol("caduceus.ignore");

/** Returned by an `init` that has nothing to do: the process ends, and its starter is told `ignore`. */
export const ignore: typeof IGNORE = IGNORE;
export type Ignore = typeof IGNORE;
