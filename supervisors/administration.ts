import { failure } from "../actors/index.js";
import { checkSpec } from "./check.js";
import type { AnyChildSpec } from "./child-spec.js";
import { Child } from "./children.js";
import type { DeleteChildResult, RestartChildResult, StartChildResult, TerminateChildResult } from "./outcome.js";
import type { Supervision } from "./supervision.js";

/**
 * What can be asked of a supervisor with named children (OTP S12), on the side of its process.
 *
 *     startChild ──▶ running ◀─────────────── restartChild ─┐
 *                      │  ▲                                 │
 *            ends by itself│restart                         │
 *                      ▼  │                                 │
 *                  restarting ──── terminateChild ──▶ stopped ── deleteChild ──▶ gone
 *
 * Source: Erlang stdlib, supervisor, `start_child/2` and what follows.
 */
export async function startChild(supervision: Supervision, spec: AnyChildSpec): Promise<StartChildResult> {
  const { children, policy } = supervision;
  try {
    checkSpec(spec, policy, false);
  } catch (error) {
    return { status: "error", reason: failure(error) };
  }
  const present = children.get(spec.id);
  if (present === undefined) return supervision.add(new Child(spec, spec.argument, spec.id));
  if (present.status === "stopped") return { status: "already_present" };
  return { status: "already_started", process: present.status === "running" ? present.process : undefined };
}

export async function terminateChild(supervision: Supervision, id: string): Promise<TerminateChildResult> {
  const child = supervision.children.get(id);
  if (child === undefined) return { status: "not_found" };
  await supervision.stop(child);
  return { status: "ok" };
}

export async function restartChild(supervision: Supervision, id: string): Promise<RestartChildResult> {
  const child = supervision.children.get(id);
  if (child === undefined) return { status: "not_found" };
  if (child.status !== "stopped") return { status: child.status };
  return supervision.start(child, child.restarts);
}

export function deleteChild(supervision: Supervision, id: string): DeleteChildResult {
  const child = supervision.children.get(id);
  if (child === undefined) return { status: "not_found" };
  if (child.status !== "stopped") return { status: child.status };
  supervision.children.remove(child);
  return { status: "ok" };
}
