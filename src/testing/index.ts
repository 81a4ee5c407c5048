/**
 * `caduceus/testing`: virtual time, and servers that do what a script says, in memory and as real child processes.
 *
 * @module
 */
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
  stopReading,
  tell,
  together,
  wait,
} from "./script.js";
export { type MemoryServer, scriptedMemory } from "./scripted-memory.js";
export { scriptedStdio } from "./scripted-stdio.js";
export { randomFrom, type TestRuntime, type TestRuntimeOptions, testRuntime } from "./test-runtime.js";
