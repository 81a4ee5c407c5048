/**
 * `caduceus/supervisors`: what keeps processes going. Child specs, supervisors with named children, dynamic supervisors for
 * children that come and go, and task supervisors.
 *
 * @module
 */
export {
  type ChildOptions,
  type ChildSpec,
  child,
  type PartialChildSpec,
  partialChild,
  type Restart,
  type Shutdown,
} from "./child-spec.js";
export { type DynamicSupervisorOptions, type DynamicSupervisorRef, dynamicSupervisor } from "./dynamic-supervisor.js";
export { ChildStartError, IntensityError, RestartError, SpecError, type SpecFault } from "./errors.js";
export type { Init } from "./init.js";
export type {
  ChildCounts,
  ChildInfo,
  DeleteChildResult,
  RestartChildResult,
  StartChildResult,
  StartDynamicChildResult,
  TerminateChildResult,
} from "./outcome.js";
export type { AutoShutdown, Intensity, Strategy } from "./policy.js";
export { type SupervisorOptions, type SupervisorRef, supervisor } from "./supervisor.js";
export {
  type SupervisedTaskOptions,
  type TaskSupervisorOptions,
  type TaskSupervisorRef,
  taskSupervisor,
} from "./task-supervisor.js";
