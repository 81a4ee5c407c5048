import type { Process, StartResult } from "../actors/index.js";

/**
 * What the administration of a supervisor answers. What OTP answers is a value here, told apart by `status`; an exception
 * means that there was no answer (a `CallError`).
 */
export type StartChildResult<R extends Process = Process> =
  | StartResult<R>
  /** A child of this id is running, or is being restarted (then without a process). */
  | { readonly status: "already_started"; readonly process: Process | undefined }
  /** A child of this id is there but stopped: `restartChild` it, or `deleteChild` it first. */
  | { readonly status: "already_present" };

export type StartDynamicChildResult<R extends Process = Process> =
  | StartResult<R>
  /** There are as many children as `maxChildren` allows, those being restarted included. */
  | { readonly status: "max_children" };

export type TerminateChildResult = { readonly status: "ok" } | { readonly status: "not_found" };

export type RestartChildResult =
  | StartResult
  | { readonly status: "running" }
  | { readonly status: "restarting" }
  | { readonly status: "not_found" };

export type DeleteChildResult =
  | { readonly status: "ok" }
  | { readonly status: "running" }
  | { readonly status: "restarting" }
  | { readonly status: "not_found" };

/** One child as `whichChildren` tells of it. */
export type ChildInfo = { readonly id: string; readonly type: "worker" | "supervisor" } & (
  | { readonly status: "running"; readonly process: Process }
  | { readonly status: "restarting" | "stopped"; readonly process: undefined }
);

/** How many children there are, as `countChildren` tells. */
export interface ChildCounts {
  /** All children, with a process or without. */
  readonly specs: number;
  /** Those with a process. */
  readonly active: number;
  /** Those of type supervisor, with a process or without. */
  readonly supervisors: number;
  /** Those of type worker, with a process or without. */
  readonly workers: number;
}
