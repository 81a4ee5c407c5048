/**
 * `caduceus/actors`: processes with mailboxes, links, monitors, exit signals, timers and owned resources, and what OTP
 * builds on them: servers, state machines, registries, tasks.
 *
 * @module
 */
export type { Alias, AliasOptions } from "./alias.js";
export { type CallOptions, callFor, type From, type Taker } from "./call.js";
export type { Clock } from "./clock.js";
export {
  AlreadyStartedError,
  BadReturnError,
  CallError,
  type CallFailure,
  MailboxFullError,
  NoHandlerError,
  ReleaseError,
  RuntimeStoppedError,
  StartError,
} from "./errors.js";
export {
  causeOf,
  describeExit,
  type ErrorReason,
  type ExitReason,
  failure,
  isOrderly,
  type ShutdownReason,
  shutdownWith,
} from "./exit.js";
export type { CrashReport, Inspection, ProcessNode } from "./inspect.js";
export { type MachineOptions, type MachineRef, machine } from "./machine.js";
export { MachineHost } from "./machine-host.js";
export { MachineTimer } from "./machine-timer.js";
export { type DownMessage, type ExitMessage, type Mail, MailKind, type SystemMessage } from "./mail.js";
export type { MailboxOptions, Overflow } from "./mailbox.js";
export { isViaName, type ViaName } from "./name.js";
export {
  type Behaviour,
  type Definition,
  type Ignore,
  ignore,
  type Monitor,
  type Process,
  type ServerRef,
  type StopOptions,
} from "./process.js";
export { RealClock } from "./real-clock.js";
export {
  type DuplicateRegistry,
  type RegisterResult,
  type Registry,
  type RegistryEntry,
  type RegistryEvent,
  type RegistryOptions,
  registry,
  type UniqueRegistry,
  type UpdateValueResult,
  type ViaRef,
} from "./registry.js";
export type { Resource } from "./resources.js";
export { type Next, noreply, type Result, reply, stop, stopReply } from "./result.js";
export { Runtime, type RuntimeOptions, spawn } from "./runtime.js";
export type { Outcome, Self } from "./self.js";
export { type Initial, type ServerCallbacks, server, startWith } from "./server.js";
export type { SpawnOptions, StartArguments, StartOptions, StartResult } from "./start.js";
export { getState, replaceState } from "./state.js";
export { Task, type TaskOptions, type TaskOutcome } from "./task.js";
export { TaskError, type TaskFailure } from "./task-error.js";
export type { Work } from "./task-process.js";
export { isThenable } from "./thenable.js";
export type { Timer } from "./timer.js";
export { drawTree } from "./tree.js";
export { VirtualClock } from "./virtual-clock.js";
