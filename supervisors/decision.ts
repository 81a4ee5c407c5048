import { type ExitReason, isOrderly } from "../actors/index.js";
import type { Restart } from "./child-spec.js";
import type { Policy } from "./policy.js";
import { addRestart, type RestartWindow } from "./restart-window.js";

/**
 * What a supervisor does when a child has ended, as a pure function: what happened goes in, what is to be done comes out.
 * Nothing here starts, stops, waits or looks at a clock.
 *
 *     ended ──▶ restart it? ─no─▶ forget it? ──▶ shut down by itself?
 *     retry ──────┐ │ yes
 *                 ▼ ▼
 *          one more restart ──▶ too many in the window? ─yes─▶ give up
 *                                  │ no
 *                                  ▼
 *          stop the bystanders ──▶ forget the temporary ones ──▶ start
 *
 * Source: Erlang stdlib, supervisor.erl, `do_restart/3`, `restart/2` and `do_auto_shutdown/2`.
 */
export interface State<C extends Member> {
  readonly window: RestartWindow;
  readonly siblings: Siblings<C>;
}

/** A child, as far as the decision goes. */
export interface Member {
  readonly restart: Restart;
  readonly significant: boolean;
  readonly status: Status;
}

/**
 * Where a child stands: it has a process; its restart failed and will be tried again; or it has no process and waits for
 * `restartChild`.
 */
export type Status = "running" | "restarting" | "stopped";

/** The children of the supervisor in start order, for reading. */
export interface Siblings<C extends Member> {
  all(): C[];
  /** The child and those that were started after it. */
  from(child: C): C[];
  /** How many significant children are running or restarting. */
  readonly activeSignificant: number;
}

/** What happened, at a time in milliseconds. */
export type Event<C extends Member> =
  /** A child that was running has ended by itself; it is `stopped` now. */
  | { readonly type: "ended"; readonly child: C; readonly reason: ExitReason; readonly at: number }
  /** A child that is `restarting` has its next turn. */
  | { readonly type: "retry"; readonly child: C; readonly at: number };

/** What to do; a list of them is done in its order. */
export type Action<C extends Member> =
  /** Stop these, one after the other, in this order. */
  | { readonly type: "stop"; readonly children: readonly C[] }
  /** Let go of these and their specs. */
  | { readonly type: "forget"; readonly children: readonly C[] }
  /** Start these, one after the other, in this order, up to the first that fails: that one is to be retried. */
  | { readonly type: "start"; readonly children: readonly C[] }
  /** Stop everything and end with `shutdown`. */
  | { readonly type: "giveUp"; readonly because: "intensity" | "autoShutdown" };

type Decision<C extends Member> = [State<C>, Action<C>[]];

export function decide<C extends Member>(policy: Policy, state: State<C>, event: Event<C>): Decision<C> {
  if (event.type === "ended" && !shouldRestart(event.child.restart, event.reason)) {
    return [state, actionsAfterEnd(policy, state.siblings, event.child)];
  }
  const window = addRestart(state.window, event.at, policy.within);
  const actions: Action<C>[] =
    window.size > policy.maxRestarts
      ? [{ type: "giveUp", because: "intensity" }]
      : actionsToRestart(policy, state.siblings, event.child);
  return [{ ...state, window }, actions];
}

/** The restart table (OTP S6). */
function shouldRestart(restart: Restart, reason: ExitReason): boolean {
  switch (restart) {
    case "permanent":
      return true;
    case "transient":
      return !isOrderly(reason);
    case "temporary":
      return false;
  }
}

/** Whether the spec of a child without a process stays (OTP S6, D4). */
export function shouldKeepSpec(policy: Policy, child: Member): boolean {
  return policy.keepsSpecs && child.restart !== "temporary";
}

function actionsAfterEnd<C extends Member>(policy: Policy, siblings: Siblings<C>, child: C): Action<C>[] {
  const actions: Action<C>[] = [];
  if (!shouldKeepSpec(policy, child)) actions.push({ type: "forget", children: [child] });
  if (shouldShutDown(policy, siblings, child)) actions.push({ type: "giveUp", because: "autoShutdown" });
  return actions;
}

function shouldShutDown(policy: Policy, siblings: Siblings<Member>, child: Member): boolean {
  if (!child.significant) return false;
  switch (policy.autoShutdown) {
    case "never":
      return false;
    case "any_significant":
      return true;
    case "all_significant":
      return siblings.activeSignificant === 0;
  }
}

function actionsToRestart<C extends Member>(policy: Policy, siblings: Siblings<C>, child: C): Action<C>[] {
  const affected = affectedBy(policy, siblings, child);
  const bystanders = affected.filter((other) => other !== child && other.status !== "stopped");
  const temporary = affected.filter((other) => other.restart === "temporary");
  const actions: Action<C>[] = [];
  if (bystanders.length > 0) actions.push({ type: "stop", children: bystanders.reverse() });
  if (temporary.length > 0) actions.push({ type: "forget", children: temporary });
  actions.push({ type: "start", children: affected.filter((other) => other.restart !== "temporary") });
  return actions;
}

function affectedBy<C extends Member>(policy: Policy, siblings: Siblings<C>, child: C): C[] {
  switch (policy.strategy) {
    case "one_for_one":
      return [child];
    case "one_for_all":
      return siblings.all();
    case "rest_for_one":
      return siblings.from(child);
  }
}
