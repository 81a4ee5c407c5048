/**
 * `caduceus/testing`: virtual time, servers that do what a script says (in memory, over HTTP and as real child processes),
 * faults on the way to them, a recorder, and a check that nothing is left open.
 *
 * @module
 */

export { type Fault, fault } from "./faults/fault.js";
export { type FaultEvent, Faults, type FaultsOptions } from "./faults/faults.js";
export { type Direction, type FaultRule, received, sent } from "./faults/rule.js";
export { expectNoLeaks, type LeakCheck, type LeakOptions } from "./leaks/expect-no-leaks.js";
export { type Leak, LeakError } from "./leaks/leak-error.js";
export type { ResourceKind } from "./leaks/resources.js";
export { Probe, type WithinOptions } from "./probe.js";
export {
  type FaultSource,
  type MessageSource,
  type PrintOptions,
  type RecordedEvent,
  Recorder,
  type RecorderOptions,
} from "./recorder/recorder.js";
export {
  answer,
  ask,
  die,
  echo,
  fail,
  flood,
  leaveBehind,
  log,
  needInput,
  notify,
  progress,
  type Rule,
  raw,
  readOn,
  Script,
  type ScriptData,
  type ScriptEra,
  type Step,
  say,
  stall,
  status,
  stopReading,
  task,
  tell,
  together,
  wait,
} from "./script.js";
export { scriptedHttp } from "./scripted-http.js";
export type { HttpReceived, HttpRefusal, ScriptedHttp, ScriptedHttpOptions } from "./scripted-http-control.js";
export { type MemoryServer, scriptedMemory } from "./scripted-memory.js";
export { scriptedStdio } from "./scripted-stdio.js";
export type { TaskLook } from "./scripted-tasks.js";
export { randomFrom, type TestRuntime, type TestRuntimeOptions, testRuntime } from "./test-runtime.js";
