import {
  answer,
  ask,
  die,
  echo,
  flood,
  needInput,
  progress,
  raw,
  readOn,
  Script,
  type ScriptEra,
  type Step,
  status,
  stopReading,
  task,
  wait,
} from "../../src/testing/index.js";

/** What the scripted server's tools do. From `tooLarge` on they are refused below the protocol: see `refusals.ts`. */
export const TOOLS = [
  "quick",
  "slow",
  "safe",
  "burst",
  "asksRoots",
  "asksModel",
  "asksUser",
  "fails",
  "wrong",
  "silent",
  "deaf",
  "dies",
  "noise",
  "backwards",
  "job",
  "old",
  "tooLarge",
  "busy",
  "broken",
  "locked",
  "forget",
  "unplug",
] as const;
export type Tool = (typeof TOOLS)[number];

/** What a progress callback does when it is called. */
export const CALLBACKS = ["none", "sync", "throws", "slow", "hangs", "cancels"] as const;

/** An attempt of these may take two requests that the server acts on. */
export const WITH_LEGS: readonly string[] = ["asksRoots", "asksModel", "asksUser"];
const elicitation = {
  message: "Which one?",
  requestedSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
};
const sampling = { messages: [{ role: "user", content: { type: "text", text: "hello" } }], maxTokens: 5 };

/** What a server does that is of this era. Every answer to a call says which call it answers. */
export function scriptOf(era: ScriptEra): Script {
  const asking = (method: string, params?: Readonly<Record<string, unknown>>): Step =>
    era === "legacy" ? ask(method, params) : needInput({ a: { method, params } }, "state");
  const script = new Script({ era })
    .tool("quick", echo())
    .tool("slow", progress(1), wait(20), progress(2), wait(20), progress(3), echo())
    .annotatedTool("safe", { readOnlyHint: true }, progress(1), wait(30), progress(2), echo())
    .tool("burst", flood(12), echo())
    .tool("asksRoots", asking("roots/list"), echo())
    .tool("asksModel", progress(1), asking("sampling/createMessage", sampling), progress(2), echo())
    .tool("asksUser", asking("elicitation/create", elicitation), wait(5), echo())
    .tool("fails", progress(1), { do: "fail", code: -32_000, message: "no" })
    .tool("wrong", answer({ content: "not a list" }))
    .tool("silent", wait(40_000), echo())
    .tool("deaf", stopReading(), wait(50), readOn(), echo())
    .tool("dies", progress(1), wait(2), die())
    .tool("noise", raw("Listening on port 1\n"), raw('{"jsonrpc":"2.0","id":999999,"result":{}}\n'), echo())
    .tool("backwards", progress(5), progress(3), progress(5), progress(6), wait(1), echo())
    .tool("tooLarge", echo())
    .tool("busy", echo())
    .tool("broken", echo())
    .tool("locked", echo())
    .tool("forget", echo())
    .tool("unplug", echo())
    .on("resources/read", wait(10), answer({ contents: [] }));
  const job = task({ pollInterval: 20 }, status("half"), wait(50), echo());
  const withJob = era === "legacy" ? script.taskTool("job", job) : script.tool("job", job);
  return withJob.tool("old", era === "legacy" ? echo() : UNSUPPORTED);
}

/** What makes a client of the modern era shake hands anew. */
const UNSUPPORTED: Step = {
  do: "fail",
  code: -32_022,
  message: "Unsupported protocol version",
  data: { supported: ["2026-07-28"], requested: "2026-07-28" },
};
