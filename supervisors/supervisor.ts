import {
  type CallOptions,
  type Definition,
  type Ignore,
  ignore,
  type Process,
  reply,
  type Self,
  server,
  shutdownWith,
} from "../actors/index.js";
import { deleteChild, restartChild, startChild, terminateChild } from "./administration.js";
import { checkSpecs, policyOf } from "./check.js";
import type { ChildSpec } from "./child-spec.js";
import { Child, type Retry } from "./children.js";
import { ChildStartError } from "./errors.js";
import { type Init, resolveOptions } from "./init.js";
import type {
  ChildCounts,
  ChildInfo,
  DeleteChildResult,
  RestartChildResult,
  StartChildResult,
  TerminateChildResult,
} from "./outcome.js";
import type { AutoShutdown, Intensity, Strategy } from "./policy.js";
import { type Methods, query, request, supervising } from "./reference.js";
import { stopInOrder } from "./shutdown.js";
import { Supervision } from "./supervision.js";

interface CommonOptions {
  /** Default `one_for_one`. */
  readonly strategy?: Strategy | undefined;
  /** When to give up; default: more than 3 restarts within 5,000 ms. */
  readonly intensity?: Intensity | undefined;
}

/** Significant children need an `autoShutdown` that heeds them. */
interface PlainOptions extends CommonOptions {
  readonly autoShutdown?: "never" | undefined;
  /** Started in this order, stopped in the opposite one. */
  readonly children: readonly ChildSpec<Process, false>[];
}

interface AutoShutdownOptions extends CommonOptions {
  /** Default `never`. */
  readonly autoShutdown: Exclude<AutoShutdown, "never">;
  /** Started in this order, stopped in the opposite one. */
  readonly children: readonly ChildSpec[];
}

export type SupervisorOptions = PlainOptions | AutoShutdownOptions;

/**
 * A supervisor as everybody else sees it. All of these are calls to its process: while it starts, stops or restarts
 * children they wait, for ever unless `timeout` (milliseconds) or `signal` says otherwise. A caller that gives up changes
 * nothing: what it asked for is done all the same. Never call a supervisor from the `init` of one of its children: each
 * would wait for the other.
 *
 * @throws {CallError} when the supervisor has ended or ends meanwhile, or the caller gives up.
 */
export interface SupervisorRef extends Process {
  /**
   * Adds a child after the others and starts it. One that fails to start is not kept, nor is a temporary one that
   * says `ignore`. It is lost when the supervisor itself is restarted (OTP S15).
   */
  startChild<R extends Process>(spec: ChildSpec<R>, options?: CallOptions): Promise<StartChildResult<R>>;
  /**
   * Stops a child and keeps its spec; a temporary one is forgotten. Ends the attempts to restart it. `ok`, too, when it
   * was stopped already.
   */
  terminateChild(id: string, options?: CallOptions): Promise<TerminateChildResult>;
  /** Starts a child that is stopped. That is no restart in the sense of the intensity. */
  restartChild(id: string, options?: CallOptions): Promise<RestartChildResult>;
  /** Forgets a child that is stopped. */
  deleteChild(id: string, options?: CallOptions): Promise<DeleteChildResult>;
  /** All children, the newest first. */
  whichChildren(options?: CallOptions): Promise<ChildInfo[]>;
  countChildren(options?: CallOptions): Promise<ChildCounts>;
}

interface Protocol {
  readonly calls: {
    startChild(spec: ChildSpec): StartChildResult;
    terminateChild(id: string): TerminateChildResult;
    restartChild(id: string): RestartChildResult;
    deleteChild(id: string): DeleteChildResult;
    whichChildren(): ChildInfo[];
    countChildren(): ChildCounts;
  };
  readonly info: Retry;
}

const methods: Methods<SupervisorRef> = {
  startChild: request("startChild"),
  terminateChild: request("terminateChild"),
  restartChild: request("restartChild"),
  deleteChild: request("deleteChild"),
  whichChildren: query("whichChildren"),
  countChildren: query("countChildren"),
};

/**
 * Defines a supervisor: a process that starts children, starts them again when they end, and stops them with itself.
 *
 * ```ts
 * import { noreply, reply, Runtime, server } from "caduceus/actors";
 * import { child, supervisor } from "caduceus/supervisors";
 *
 * const counter = server<{ calls: { next(): number }; casts: { fail(): void } }>("counter")({
 *   init: (start: number) => start,
 *   calls: { next: (_, n) => reply(n, n + 1) },
 *   casts: { fail: () => { throw new Error("out of numbers"); } },
 * });
 *
 * const counters = supervisor("counters", {
 *   strategy: "one_for_one",
 *   intensity: { maxRestarts: 5, within: 1_000 },
 *   children: [child("low", counter, 0), child("high", counter, 1_000)],
 * });
 *
 * await using runtime = new Runtime();
 * const ref = await runtime.start(counters);
 * const more = await ref.startChild(child("more", counter, 2_000));
 * if (more.status === "ok") {
 *   await more.process.call("next"); // 2000
 *   more.process.cast("fail"); // it crashes, is reported, and starts again at 2000
 * }
 * ```
 *
 * Children start in their order, each awaited; when one fails, those already started are stopped, the last one first,
 * and the start fails with a shutdown whose detail is a {@link ChildStartError}. A child whose `init` says `ignore` keeps
 * its spec and has no process. Faulty options and specs are refused, with a {@link SpecError}, before anything is started.
 *
 * The supervisor stops its children, the last one first, each awaited and within its own `shutdown` time, when it is
 * stopped, when its parent ends (with whatever reason, `normal` included), when it gives up (see {@link Intensity}) and
 * when significant children end it (see {@link AutoShutdown}). On `kill` nothing is awaited: its children get the exit
 * signal `killed` through their links. An exit signal of anybody but its parent means nothing to it, but for `kill`: from
 * outside, end it with `stop("shutdown")` or `await using`.
 *
 * A supervisor inside of a supervisor is a child like any other:
 *
 *     app (supervisor, rest_for_one)
 *     ├─ store
 *     └─ sessions (supervisor, one_for_one)
 *        ├─ session ada
 *        └─ session bob
 *
 * @param label What its processes are called in the tree, unless their starter says otherwise.
 * @param options What it supervises, or a function that makes that from the argument the supervisor is started with.
 *
 * Source: Erlang stdlib, supervisor; Elixir Supervisor.
 */
export function supervisor<A>(label: string, init: Init<A, SupervisorOptions>): Definition<A, SupervisorRef>;
export function supervisor(label: string, options: SupervisorOptions): Definition<undefined, SupervisorRef>;
export function supervisor<A>(
  label: string,
  init: SupervisorOptions | Init<A, SupervisorOptions>,
): Definition<A, SupervisorRef> {
  const definition = server<Protocol>(label)<Supervision, A>({
    async init(argument, self) {
      const options = await resolveOptions(init, argument);
      return options === ignore ? ignore : begin(options, self);
    },
    calls: {
      startChild: async (spec, state) => reply(await startChild(state, spec), state),
      terminateChild: async (id, state) => reply(await terminateChild(state, id), state),
      restartChild: async (id, state) => reply(await restartChild(state, id), state),
      deleteChild: (id, state) => reply(deleteChild(state, id), state),
      whichChildren: (_, state) => reply(state.children.infos(), state),
      countChildren: (_, state) => reply(state.children.counts(), state),
    },
    casts: {},
    info: (message, state) => state.receive(message),
    terminate: (_, state) => stopInOrder(state.self, state.children.running()),
  });
  return supervising(definition, methods);
}

/** Starts the children from left to right, or none of them (OTP S1). */
async function begin(options: SupervisorOptions, self: Self<Retry>): Promise<Supervision | Ignore> {
  self.trapExit = true;
  const policy = policyOf(options, true);
  checkSpecs(options.children, policy);
  const supervision = new Supervision(self, policy);
  for (const spec of options.children) {
    const result = await supervision.add(new Child(spec, spec.argument, spec.id));
    if (supervision.isOver) break;
    if (result.status !== "error") continue;
    await stopInOrder(self, supervision.children.running());
    self.exit(shutdownWith(new ChildStartError(spec.id, result.reason)));
    break;
  }
  return supervision;
}
