import {
  type CallOptions,
  type Definition,
  failure,
  ignore,
  type Process,
  reply,
  type Self,
  server,
} from "../actors/index.js";
import { checkDynamicOptions, checkSpec, policyOf } from "./check.js";
import type { AnyChildSpec, ChildSpec, PartialChildSpec } from "./child-spec.js";
import { Child, type Retry } from "./children.js";
import { type Init, resolveOptions } from "./init.js";
import type { ChildCounts, ChildInfo, StartDynamicChildResult, TerminateChildResult } from "./outcome.js";
import type { Intensity, Policy } from "./policy.js";
import { type Methods, query, request, supervising } from "./reference.js";
import { stopTogether } from "./shutdown.js";
import { Supervision } from "./supervision.js";

export interface DynamicSupervisorOptions<E extends readonly unknown[] = readonly []> {
  /** How many children it may have, those being restarted included; default `Infinity`. 0 allows none. */
  readonly maxChildren?: number | undefined;
  /** When to give up; default: more than 3 restarts within 5,000 ms. */
  readonly intensity?: Intensity | undefined;
  /** Prepended to what every child is started with; its children are then made by `partialChild`. Default: none. */
  readonly extraArguments?: E | undefined;
}

/**
 * A dynamic supervisor as everybody else sees it. As with a {@link SupervisorRef}, these are calls to its process that
 * wait for ever unless `timeout` (milliseconds) or `signal` says otherwise, and a caller that gives up changes nothing.
 *
 * @throws {CallError} when the supervisor has ended or ends meanwhile, or the caller gives up.
 */
export interface DynamicSupervisorRef<E extends readonly unknown[] = readonly []> extends Process {
  /** Starts a child. One that fails to start, or says `ignore`, is not kept. */
  startChild<R extends Process>(
    spec: E extends readonly [] ? ChildSpec<R, false> : PartialChildSpec<E, R>,
    options?: CallOptions,
  ): Promise<StartDynamicChildResult<R>>;
  /**
   * Stops the child with this process and forgets it. `not_found` for one that has ended, unless it is being restarted:
   * then the attempts end.
   */
  terminateChild(process: Process, options?: CallOptions): Promise<TerminateChildResult>;
  /** All children, the newest first. */
  whichChildren(options?: CallOptions): Promise<ChildInfo[]>;
  countChildren(options?: CallOptions): Promise<ChildCounts>;
}

interface Protocol {
  readonly calls: {
    startChild(spec: AnyChildSpec): StartDynamicChildResult;
    terminateChild(process: Process): TerminateChildResult;
    whichChildren(): ChildInfo[];
    countChildren(): ChildCounts;
  };
  readonly info: Retry;
}

class DynamicSupervision extends Supervision {
  readonly maxChildren: number;
  readonly extraArguments: readonly unknown[];

  constructor(self: Self<Retry>, policy: Policy, maxChildren: number, extraArguments: readonly unknown[]) {
    super(self, policy);
    this.maxChildren = maxChildren;
    this.extraArguments = extraArguments;
  }
}

const methods: Methods<DynamicSupervisorRef> = {
  startChild: request("startChild"),
  terminateChild: request("terminateChild"),
  whichChildren: query("whichChildren"),
  countChildren: query("countChildren"),
};

/**
 * Defines a supervisor that starts without children and gets them one by one: sessions, uploads, connections. There may
 * be very many of them.
 *
 * ```ts
 * const sessions = await runtime.start(dynamicSupervisor("sessions", { maxChildren: 1_000 }));
 * const started = await sessions.startChild(child("session", session, "ada", { restart: "temporary" }));
 * if (started.status === "ok") await sessions.terminateChild(started.process);
 * ```
 *
 * What is different from a `supervisor`:
 *
 * - The strategy is `one_for_one`, and children are known by their process. A spec's id is a label and may repeat.
 * - The children have no order: on its end all of them are stopped at once, each within its own `shutdown` time.
 * - A child that ends and is not to be restarted is forgotten, a `transient` one, too; so is one that says `ignore`.
 * - No child can be significant.
 *
 * @param label What its processes are called in the tree, unless their starter says otherwise.
 * @param options Its limits, or a function that makes them from the argument the supervisor is started with.
 *
 * Source: Elixir DynamicSupervisor; Erlang stdlib, supervisor, "simple_one_for_one".
 */
export function dynamicSupervisor<A, const E extends readonly unknown[] = readonly []>(
  label: string,
  init: Init<A, DynamicSupervisorOptions<E>>,
): Definition<A, DynamicSupervisorRef<E>>;
export function dynamicSupervisor<const E extends readonly unknown[] = readonly []>(
  label: string,
  options?: DynamicSupervisorOptions<E>,
): Definition<undefined, DynamicSupervisorRef<E>>;
export function dynamicSupervisor<A, E extends readonly unknown[]>(
  label: string,
  init: DynamicSupervisorOptions<E> | Init<A, DynamicSupervisorOptions<E>> = {},
): Definition<A, DynamicSupervisorRef<E>> {
  const definition = server<Protocol>(label)<DynamicSupervision, A>({
    async init(argument, self) {
      const options = await resolveOptions(init, argument);
      return options === ignore ? ignore : begin(options, self);
    },
    calls: {
      startChild: async (spec, state) => reply(await startChild(state, spec), state),
      terminateChild: async (process, state) => reply(await terminateChild(state, process), state),
      whichChildren: (_, state) => reply(state.children.infos(), state),
      countChildren: (_, state) => reply(state.children.counts(), state),
    },
    casts: {},
    info: (message, state) => state.receive(message),
    terminate: (_, state) => stopTogether(state.self, state.children.running()),
  });
  return supervising(definition, methods);
}

function begin(options: DynamicSupervisorOptions<readonly unknown[]>, self: Self<Retry>): DynamicSupervision {
  self.trapExit = true;
  const { maxChildren = Number.POSITIVE_INFINITY, extraArguments = [], intensity } = options;
  checkDynamicOptions(maxChildren, extraArguments);
  return new DynamicSupervision(self, policyOf({ intensity }, false), maxChildren, extraArguments);
}

async function startChild(supervision: DynamicSupervision, spec: AnyChildSpec): Promise<StartDynamicChildResult> {
  const { children, policy, maxChildren, extraArguments } = supervision;
  try {
    checkSpec(spec, policy, extraArguments.length > 0);
  } catch (error) {
    return { status: "error", reason: failure(error) };
  }
  if (children.size >= maxChildren) return { status: "max_children" };
  const argument = spec.takesExtra ? [...extraArguments, spec.argument] : spec.argument;
  return supervision.add(new Child(spec, argument));
}

async function terminateChild(supervision: DynamicSupervision, process: Process): Promise<TerminateChildResult> {
  const child = supervision.children.of(process);
  if (child === undefined) return { status: "not_found" };
  await supervision.stop(child);
  return { status: "ok" };
}
