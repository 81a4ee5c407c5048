import type { Params } from "../protocol/message.js";
import { MODERN_VERSIONS } from "../protocol/modern.js";
import type { TaskLook } from "./scripted-tasks.js";

/** One thing a scripted server does when it is asked. Plain data, so that a script can be handed to another process. */
export type Step =
  | { readonly do: "answer"; readonly result: unknown }
  | { readonly do: "fail"; readonly code: number; readonly message: string; readonly data?: unknown }
  | { readonly do: "echo" }
  | { readonly do: "progress"; readonly progress: number; readonly total?: number; readonly message?: string }
  | { readonly do: "flood"; readonly total: number }
  | { readonly do: "notify"; readonly method: string; readonly params?: Params }
  | { readonly do: "tell"; readonly method: string; readonly params?: Params }
  | { readonly do: "ask"; readonly method: string; readonly params?: Params }
  | { readonly do: "needInput"; readonly inputRequests: Params; readonly requestState?: string }
  | { readonly do: "task"; readonly look: TaskLook; readonly steps: readonly Step[] }
  | { readonly do: "status"; readonly message: string }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "stall" }
  | { readonly do: "raw"; readonly text: string }
  | { readonly do: "log"; readonly line: string }
  | { readonly do: "stopReading" }
  | { readonly do: "readOn" }
  | { readonly do: "leaveBehind" }
  | { readonly do: "die"; readonly code?: number; readonly signal?: NodeJS.Signals }
  | { readonly do: "together"; readonly steps: readonly Step[] };

/** What to do for a method, or for one tool; `times` limits it to so many requests. */
export interface Rule {
  readonly method: string;
  readonly tool?: string | undefined;
  readonly times: number;
  readonly steps: readonly Step[];
}

/** `dual`: both, by how it is asked. */
export type ScriptEra = "legacy" | "modern" | "dual";

/** A server's whole behaviour, as data. */
export interface ScriptData {
  readonly name: string;
  /** What it speaks: an `initialize` handshake, requests that say all there is to say, or both. Default `"legacy"`. */
  readonly era: ScriptEra;
  /** The revision it answers `initialize` with; default: the one it is offered. */
  readonly protocolVersion?: string | undefined;
  /** The revisions of the modern era it speaks; default: 2026-07-28. */
  readonly modernVersions: readonly string[];
  /** Goes on after the end of its stdin, and ignores SIGTERM: only SIGKILL ends it. A real process only. */
  readonly isStubborn: boolean;
  readonly rules: readonly Rule[];
  readonly tools: readonly Params[];
}

/** Answers the request with a result. */
export const answer = (result: unknown): Step => ({ do: "answer", result });
/** Answers with a tool result of one text. */
export const say = (text: string): Step => answer({ content: [{ type: "text", text }] });
/** Answers with a tool result whose text is the request's parameters as JSON. */
export const echo = (): Step => ({ do: "echo" });
/** Answers with a JSON-RPC error. */
export const fail = (code: number, message: string, data?: unknown): Step =>
  data === undefined ? { do: "fail", code, message } : { do: "fail", code, message, data };
/** Sends progress for the request's token. */
export const progress = (value: number, total?: number, message?: string): Step => ({
  do: "progress",
  progress: value,
  ...(total === undefined ? {} : { total }),
  ...(message === undefined ? {} : { message }),
});
/** Sends progress from 1 to `total`, all of it in one write. */
export const flood = (total: number): Step => ({ do: "flood", total });
/** Sends a notification. */
export const notify = (method: string, params?: Params): Step =>
  params === undefined ? { do: "notify", method } : { do: "notify", method, params };
/** Sends a notification on the stream of the request, which is a `subscriptions/listen`: it bears the request's id. */
export const tell = (method: string, params?: Params): Step =>
  params === undefined ? { do: "tell", method } : { do: "tell", method, params };
/** Sends the client a request, and goes on when it is answered. */
export const ask = (method: string, params?: Params): Step =>
  params === undefined ? { do: "ask", method } : { do: "ask", method, params };
/**
 * Answers that these requests have to be answered first, unless the request brings the answers along; then it goes on. For
 * a server of the modern era.
 */
export const needInput = (inputRequests: Params, requestState?: string): Step => ({
  do: "needInput",
  inputRequests,
  ...(requestState === undefined ? {} : { requestState }),
});
/**
 * Answers that the request has become a task, which goes on with these steps and ends with what they answer. In it
 * `needInput` waits for `tasks/update`, and `ask` of a legacy server for `tasks/result`. It ends with its incarnation.
 */
export const task = (look: TaskLook, ...steps: readonly Step[]): Step => ({ do: "task", look, steps });
/** Says what a task is at. */
export const status = (message: string): Step => ({ do: "status", message });
/** Waits so many milliseconds, on the runtime's clock where the server is in memory. */
export const wait = (ms: number): Step => ({ do: "wait", ms });
/** Never answers. Later requests are still served. */
export const stall = (): Step => ({ do: "stall" });
/** Sends text as it is, line break or not: garbage, halves of messages, banners. */
export const raw = (text: string): Step => ({ do: "raw", text });
/** Reads nothing any more, so that what the client writes from now on stands in its pipe. */
export const stopReading = (): Step => ({ do: "stopReading" });
/** Reads again, first of all what was written meanwhile. */
export const readOn = (): Step => ({ do: "readOn" });
/** Writes a line to stderr. */
export const log = (line: string): Step => ({ do: "log", line });
/** Ends the server at once, with an exit code or by a signal (SIGKILL by default). */
export const die = (how: { readonly code?: number; readonly signal?: NodeJS.Signals } = {}): Step => ({
  do: "die",
  ...how,
});
/**
 * Starts a process that holds the server's stdout and outlives it, as wrappers do. Its pid is a line of stderr,
 * `left behind: 4711`. In memory there is nothing to leave behind.
 */
export const leaveBehind = (): Step => ({ do: "leaveBehind" });
/** Everything these steps send goes out in one write. */
export const together = (...steps: readonly Step[]): Step => ({ do: "together", steps });

/**
 * What a scripted server does, request by request. Without a rule it answers `initialize`, `ping` and `tools/list` as a
 * good server would, and everything else with −32601. With `era: "modern"` it answers `server/discover` and
 * `subscriptions/listen` instead of `initialize` and `ping`, and refuses requests that do not say what they must; `dual`
 * is both at once.
 *
 * ```ts
 * const script = new Script()
 *   .tool("index", progress(1, 2), wait(100), progress(2, 2), say("done"))
 *   .once("tools/list", die());
 * ```
 *
 * The first rule that fits and is not used up is taken, so put the special before the general.
 */
export class Script {
  readonly data: ScriptData;

  constructor(data: Partial<ScriptData> = {}) {
    this.data = {
      name: "scripted",
      era: "legacy",
      modernVersions: MODERN_VERSIONS,
      isStubborn: false,
      rules: [],
      tools: [],
      ...data,
    };
  }

  /** What to do for every request of a method. */
  on(method: string, ...steps: readonly Step[]): Script {
    return this.#with({ method, times: Number.MAX_SAFE_INTEGER, steps });
  }

  /** What to do for the first request of a method that no earlier rule takes. */
  once(method: string, ...steps: readonly Step[]): Script {
    return this.times(1, method, ...steps);
  }

  /** What to do for the first `count` requests of a method that no earlier rule takes. */
  times(count: number, method: string, ...steps: readonly Step[]): Script {
    return this.#with({ method, times: count, steps });
  }

  /** What to do when a tool is called; the tool is listed, too. */
  tool(name: string, ...steps: readonly Step[]): Script {
    return this.annotatedTool(name, undefined, ...steps);
  }

  /** Like {@link tool}, for a tool that says something of itself (`{ readOnlyHint: true }`). */
  annotatedTool(name: string, annotations: Params | undefined, ...steps: readonly Step[]): Script {
    const listed = { name, inputSchema: { type: "object" }, ...(annotations === undefined ? {} : { annotations }) };
    const tools = [...this.data.tools, listed];
    const rule: Rule = { method: "tools/call", tool: name, times: Number.MAX_SAFE_INTEGER, steps };
    return new Script({ ...this.data, tools, rules: [...this.data.rules, rule] });
  }

  /** Like {@link tool}, for one that a client of the legacy era may only call as a task. */
  taskTool(name: string, ...steps: readonly Step[]): Script {
    const listed = { name, inputSchema: { type: "object" }, execution: { taskSupport: "required" } };
    const script = this.tool(name, ...steps);
    return new Script({ ...script.data, tools: [...this.data.tools, listed] });
  }

  #with(rule: Rule): Script {
    return new Script({ ...this.data, rules: [...this.data.rules, rule] });
  }
}
