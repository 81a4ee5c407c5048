import type { Definition, MailboxOptions, Process, StartArguments, ViaName } from "../actors/index.js";

/**
 * When a child that ended by itself is started again:
 *
 * | | `normal`, `shutdown`, a shutdown with a detail | any other reason |
 * | --- | --- | --- |
 * | `permanent` | restart | restart |
 * | `transient` | | restart |
 * | `temporary` | | |
 *
 * You most likely want `permanent`: something that shall always be there. `transient` is for work that has an end,
 * `temporary` for work that somebody else repeats.
 *
 * Source: Elixir Supervisor, "Restart values (:restart)".
 */
export type Restart = "permanent" | "transient" | "temporary";

/**
 * How a supervisor ends a child:
 *
 * - milliseconds: exit signal `shutdown`, then, when the child has not ended by then, `kill`. 0 is allowed.
 * - `"infinity"`: exit signal `shutdown`, and wait for as long as it takes. Right for supervisors, which have limits of
 *   their own below them.
 * - `"brutal_kill"`: exit signal `kill` at once; the child's `terminate` does not run, what it owns is released.
 *
 * The time bounds the child's `terminate`. What it owns is released after that, within the runtime's `disposeTimeout`.
 *
 * Source: Elixir Supervisor, "Shutdown values (:shutdown)".
 */
export type Shutdown = number | "infinity" | "brutal_kill";

/** What may be said of a child besides what it runs. */
export type ChildOptions = CommonOptions & RestartOptions;

interface CommonOptions {
  /** Default: 5,000 ms for a worker, `"infinity"` for a supervisor. */
  readonly shutdown?: Shutdown | undefined;
  /** What it is counted as, and the default of `shutdown`; default: what the definition says. */
  readonly type?: "worker" | "supervisor" | undefined;
  /**
   * Registers the process under this name, in each of its lives: a string for `Runtime.whereis`, or what `via` of a
   * registry returned.
   */
  readonly name?: string | ViaName | undefined;
  /** What the tree and the warnings call it; default: `name` where that is a string, else the id. */
  readonly label?: string | undefined;
  /**
   * Milliseconds for the child's `init`; past it the child is killed and the start has failed with `timeout`. Default
   * `Infinity`, as in OTP: then a child whose `init` never ends holds up its supervisor, and everybody who waits for it.
   */
  readonly startTimeout?: number | undefined;
  /** Bounds the child's mailbox; default: it takes in whatever comes. A wrong bound makes the start fail. */
  readonly mailbox?: MailboxOptions | undefined;
}

/** A permanent child cannot be significant: it does not end by itself. */
type RestartOptions =
  | { readonly restart?: "permanent" | undefined; readonly significant?: false | undefined }
  | {
      /** Default `permanent`. */
      readonly restart: "transient" | "temporary";
      /** Whether its end may end the supervisor; see `autoShutdown`. Default `false`. */
      readonly significant?: boolean | undefined;
    };

/**
 * How to start, restart and stop one child; made by {@link child}. It is a value: it may be given to several supervisors
 * and holds nothing of a running process.
 *
 * `R` is the reference of the process it starts, `S` whether it is significant.
 */
export interface ChildSpec<out R extends Process = Process, out S extends boolean = boolean> {
  /** Names the child within its supervisor; a dynamic supervisor uses it as a label only. */
  readonly id: string;
  readonly definition: Definition<never, R>;
  readonly argument: unknown;
  readonly takesExtra: false;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  readonly significant: S;
  readonly type: "worker" | "supervisor";
  readonly name: string | ViaName | undefined;
  readonly label: string | undefined;
  /** Milliseconds. */
  readonly startTimeout: number;
  readonly mailbox: MailboxOptions | undefined;
}

/**
 * A child spec that leaves out what a dynamic supervisor gives to all of its children; made by {@link partialChild}. `E`
 * are the supervisor's `extraArguments`.
 */
export interface PartialChildSpec<in E extends readonly unknown[], out R extends Process = Process>
  extends Omit<ChildSpec<R, false>, "takesExtra"> {
  readonly takesExtra: true;
  /** Only carries the type; never there. */
  readonly extra?: (extra: E) => void;
}

/** Any spec, before it is known to fit where it was put. */
export type AnyChildSpec = ChildSpec | PartialChildSpec<never>;

type Significance<O> = O extends { readonly significant?: infer S } ? (unknown extends S ? false : S & boolean) : false;

/**
 * Describes a child of a supervisor. Nothing is started or checked yet: a supervisor refuses a faulty spec when it is
 * started, before it starts anything, and so does its `startChild`.
 *
 * ```ts
 * child("counter", counter, 40);
 * child("upload", upload, { file: "a.txt" }, { restart: "transient", shutdown: 30_000 });
 * ```
 *
 * @param id Names the child within its supervisor; no two children of one supervisor may share it.
 * @param definition What the child is: what `server(…)`, `machine(…)` or `supervisor(…)` returned.
 * @param argument What it is started with, each time.
 */
export function child<A, R extends Process, const O extends ChildOptions = Record<never, never>>(
  id: string,
  definition: Definition<A, R>,
  ...[argument, options]: StartArguments<A, O>
): ChildSpec<R, Significance<O>> {
  return { ...specOf(id, definition, argument, options), takesExtra: false } as ChildSpec<R, Significance<O>>;
}

/**
 * Describes a child of a dynamic supervisor with `extraArguments`: what the definition is started with is a tuple, the
 * supervisor's extra arguments first and `argument` last.
 *
 * ```ts
 * const session = server<Session>("session")({ init: ([pool, user]: readonly [Pool, string]) => … });
 * const sessions = await runtime.start(dynamicSupervisor("sessions", { extraArguments: [pool] }));
 * await sessions.startChild(partialChild("session", session, "ada"));
 * ```
 *
 * Source: Elixir DynamicSupervisor, `:extra_arguments`.
 */
export function partialChild<E extends readonly unknown[], A, R extends Process>(
  id: string,
  definition: Definition<readonly [...E, A], R>,
  argument: A,
  options?: ChildOptions & { readonly significant?: false | undefined },
): PartialChildSpec<Readonly<E>, R> {
  return { ...specOf(id, definition, argument, options), takesExtra: true } as PartialChildSpec<Readonly<E>, R>;
}

function specOf(
  id: string,
  definition: Definition<never>,
  argument: unknown,
  options: ChildOptions | undefined,
): Omit<ChildSpec, "takesExtra"> {
  const type = options?.type ?? definition?.type;
  return {
    id,
    definition,
    argument,
    restart: options?.restart ?? "permanent",
    shutdown: options?.shutdown ?? (type === "supervisor" ? "infinity" : 5_000),
    significant: options?.significant ?? false,
    type,
    name: options?.name,
    label: options?.label,
    startTimeout: options?.startTimeout ?? Number.POSITIVE_INFINITY,
    mailbox: options?.mailbox,
  };
}
