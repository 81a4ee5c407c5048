import type { InputRequest } from "./codec.js";
import { readInputRequests } from "./input-requests.js";
import { isRecord, type Params, type RpcError, rpcErrorOf } from "./message.js";

/** The extension's name, under which client and server declare it. */
const EXTENSION = "io.modelcontextprotocol/tasks";

/** Capabilities with the extension among them. What they say of it themselves is left alone. */
export function withTasks(capabilities: Params): Params {
  const declared = isRecord(capabilities.extensions) ? capabilities.extensions : {};
  return { ...capabilities, extensions: { [EXTENSION]: {}, ...declared } };
}

const STATUSES = ["working", "input_required", "completed", "failed", "cancelled"] as const;
type TaskStatus = (typeof STATUSES)[number];

/** What every state of a task says. */
interface TaskFacts {
  readonly id: string;
  readonly status: TaskStatus;
  readonly statusMessage: string | undefined;
  /** Milliseconds the server keeps the task, from its creation; `undefined`: for ever, or it does not say. */
  readonly ttl: number | undefined;
  /** Milliseconds between two polls, as the server would like them. */
  readonly pollInterval: number | undefined;
  /** All the server said of it. */
  readonly said: Params;
}

/** What follows from a task's state. */
export type TaskNext =
  | { readonly do: "wait" }
  /** These are to be answered; what was answered before may be among them. */
  | { readonly do: "answer"; readonly requests: readonly InputRequest[] }
  /** The server asks on the stream of a request for the result, which ends with the task. */
  | { readonly do: "listen" }
  /** It has ended: its result, or error, is to be asked for. */
  | { readonly do: "fetch" }
  | { readonly do: "complete"; readonly result: unknown }
  | { readonly do: "fail"; readonly error: RpcError }
  | { readonly do: "cancelled" };

export interface TaskState extends TaskFacts {
  readonly next: TaskNext;
}

export type TaskReading =
  | { readonly ok: true; readonly state: TaskState }
  | { readonly ok: false; readonly problem: string };

/** How one revision speaks of tasks. */
export interface TaskDialect {
  /**
   * Whether the client has to ask for a task, of a server with these capabilities, when a tool cannot do without; otherwise
   * the server decides.
   */
  mustAsk(capabilities: Params): boolean;
  mayCancel(capabilities: Params): boolean;
  /** The state of the task with this id, as the answer to a poll or a notification gives it. */
  read(said: unknown, id: string): TaskReading;
}

/** Source: the extension `io.modelcontextprotocol/tasks` of MCP revision 2026-07-28 (SEP-2663). */
export const modernTasks: TaskDialect = {
  mustAsk: () => false,
  mayCancel: () => true,
  read: (said, id) => readState(said, id, MODERN),
};

/** Source: MCP specification, revision 2025-11-25, "Tasks". */
export const legacyTasks: TaskDialect = {
  mustAsk: ({ tasks }) => isDeclared(tasks, ["requests", "tools", "call"]),
  mayCancel: ({ tasks }) => isDeclared(tasks, ["cancel"]),
  read: (said, id) => readState(said, id, LEGACY),
};

/** Reads the task that a modern server made of a request. Only its id, limits and status count: its result is polled for. */
export function readCreated(result: Params): TaskReading {
  return readCreation(result, MODERN);
}

/** The same, of a server of revision 2025-11-25. */
export function readLegacyCreated(task: Params): TaskReading {
  return readCreation(task, LEGACY);
}

interface Spelling {
  readonly ttl: string;
  readonly pollInterval: string;
  readonly next: (status: TaskStatus, said: Params) => TaskNext | string;
}

const MODERN: Spelling = { ttl: "ttlMs", pollInterval: "pollIntervalMs", next: modernNext };
const LEGACY: Spelling = { ttl: "ttl", pollInterval: "pollInterval", next: legacyNext };

function readCreation(said: Params, spelling: Spelling): TaskReading {
  const facts = factsOf(said, spelling);
  if (typeof facts === "string") return { ok: false, problem: facts };
  return { ok: true, state: { ...facts, next: { do: "wait" } } };
}

function readState(said: unknown, id: string, spelling: Spelling): TaskReading {
  if (!isRecord(said)) return { ok: false, problem: "The task is no object" };
  const facts = factsOf(said, spelling);
  if (typeof facts === "string") return { ok: false, problem: facts };
  if (facts.id !== id) return { ok: false, problem: "It is of another task" };
  const next = spelling.next(facts.status, said);
  if (typeof next === "string") return { ok: false, problem: next };
  return { ok: true, state: { ...facts, next } };
}

function factsOf(said: Params, spelling: Spelling): TaskFacts | string {
  const { taskId: id, status, statusMessage } = said;
  if (typeof id !== "string" || id === "") return "The task's `taskId` is no string";
  if (!isStatus(status)) return "The task's `status` is none that is known";
  const ttl = said[spelling.ttl];
  const pollInterval = said[spelling.pollInterval];
  return {
    id,
    status,
    statusMessage: typeof statusMessage === "string" ? statusMessage : undefined,
    ttl: isNumber(ttl) && ttl > 0 ? ttl : undefined,
    pollInterval: isNumber(pollInterval) && pollInterval >= 0 ? pollInterval : undefined,
    said,
  };
}

function modernNext(status: TaskStatus, { inputRequests, result, error, statusMessage }: Params): TaskNext | string {
  switch (status) {
    case "working":
      return { do: "wait" };
    case "input_required": {
      const requests = readInputRequests(inputRequests);
      return typeof requests === "string" ? requests : { do: "answer", requests };
    }
    case "completed":
      return isRecord(result) ? { do: "complete", result } : "The task is completed, but its `result` is no object";
    case "failed":
      return { do: "fail", error: rpcErrorOf(error ?? statusMessage) };
    case "cancelled":
      return { do: "cancelled" };
  }
}

function legacyNext(status: TaskStatus): TaskNext {
  switch (status) {
    case "working":
      return { do: "wait" };
    case "input_required":
      return { do: "listen" };
    case "completed":
    case "failed":
      return { do: "fetch" };
    case "cancelled":
      return { do: "cancelled" };
  }
}

function isStatus(status: unknown): status is TaskStatus {
  return (STATUSES as readonly unknown[]).includes(status);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isDeclared(capability: unknown, path: readonly string[]): boolean {
  let value = capability;
  for (const key of path) value = isRecord(value) ? value[key] : undefined;
  return value !== undefined && value !== null && value !== false;
}
