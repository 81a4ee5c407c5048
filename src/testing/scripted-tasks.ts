import { isRecord, type Params, type RpcError, type RpcRequest } from "../protocol/message.js";

/** What a scripted server answers. */
export type TaskAnswer = { readonly result: unknown } | { readonly error: RpcError };

/** How a task presents itself. */
export interface TaskLook {
  /** Milliseconds between polls; default 1,000. */
  readonly pollInterval?: number | undefined;
  /** Milliseconds for which it is kept; default: for ever. */
  readonly ttl?: number | undefined;
}

interface ScriptedTask {
  readonly id: string;
  readonly look: TaskLook;
  readonly isModern: boolean;
  status: string;
  statusMessage: string | undefined;
  outcome: TaskAnswer | undefined;
  inputRequests: Params;
  inputResponses: Params;
  /** Called when something has come that the task may wait for. */
  changed: () => void;
}

const UNKNOWN: TaskAnswer = { error: { code: -32_602, message: "Task not found" } };

/** The tasks of a scripted server, in both eras. */
export class ScriptedTasks {
  readonly #tasks = new Map<unknown, ScriptedTask>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Makes a task, and what says so. */
  create(look: TaskLook, isModern: boolean): { readonly id: string; readonly created: Params } {
    const id = `${this.#name}-task-${this.#tasks.size + 1}`;
    const task: ScriptedTask = {
      id,
      look,
      isModern,
      status: "working",
      statusMessage: undefined,
      outcome: undefined,
      inputRequests: {},
      inputResponses: {},
      changed: () => undefined,
    };
    this.#tasks.set(id, task);
    return { id, created: isModern ? { resultType: "task", ...shown(task) } : { task: shown(task) } };
  }

  /** What the steps of a task answer; says whether there is such a task. */
  end(id: unknown, outcome: TaskAnswer): boolean {
    const task = this.#tasks.get(id);
    if (task === undefined) return false;
    if (task.status !== "cancelled") {
      task.outcome = outcome;
      task.status = "error" in outcome ? "failed" : "completed";
      task.changed();
    }
    return true;
  }

  say(id: unknown, statusMessage: string): void {
    const task = this.#tasks.get(id);
    if (task !== undefined) task.statusMessage = statusMessage;
  }

  has(id: unknown): boolean {
    return this.#tasks.has(id);
  }

  /** Has the task need input, and resolves when all of it is there. */
  async need(id: unknown, inputRequests: Params): Promise<void> {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    task.status = "input_required";
    task.inputRequests = inputRequests;
    while (!Object.keys(inputRequests).every((key) => Object.hasOwn(task.inputResponses, key))) await change(task);
    task.status = "working";
  }

  /** The same, for input that is asked for when somebody listens. */
  async listen(id: unknown): Promise<void> {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    task.status = "input_required";
    while (task.inputResponses.listening !== true) await change(task);
    task.status = "working";
  }

  /** Answers a request about a task; `undefined` for any other one. */
  serve({ method, params }: RpcRequest): TaskAnswer | Promise<TaskAnswer> | undefined {
    if (!["tasks/get", "tasks/result", "tasks/update", "tasks/cancel"].includes(method)) return undefined;
    const task = this.#tasks.get(params?.taskId);
    if (task === undefined) return UNKNOWN;
    if (method === "tasks/get") return { result: task.isModern ? detailed(task) : shown(task) };
    if (method === "tasks/result") return resultOf(task);
    if (method === "tasks/cancel") {
      if (task.outcome === undefined) task.status = "cancelled";
      task.changed();
      return { result: task.isModern ? {} : shown(task) };
    }
    const given = params?.inputResponses;
    task.inputResponses = { ...task.inputResponses, ...(isRecord(given) ? given : {}) };
    task.changed();
    return { result: {} };
  }
}

async function resultOf(task: ScriptedTask): Promise<TaskAnswer> {
  task.inputResponses = { listening: true };
  task.changed();
  while (task.outcome === undefined && task.status !== "cancelled") await change(task);
  return task.outcome ?? { error: { code: -32_602, message: "The task was cancelled" } };
}

function change(task: ScriptedTask): Promise<void> {
  return new Promise((resolve) => {
    const before = task.changed;
    task.changed = () => {
      before();
      resolve();
    };
  });
}

function shown({ id, status, statusMessage, look, isModern }: ScriptedTask): Params {
  const { ttl = null, pollInterval = 1_000 } = look;
  const dates = { createdAt: "2026-07-28T00:00:00Z", lastUpdatedAt: "2026-07-28T00:00:00Z" };
  const limits = isModern ? { ttlMs: ttl, pollIntervalMs: pollInterval } : { ttl, pollInterval };
  return { taskId: id, status, ...(statusMessage === undefined ? {} : { statusMessage }), ...dates, ...limits };
}

function detailed(task: ScriptedTask): Params {
  const { status, inputRequests } = task;
  return { ...shown(task), ...(status === "input_required" ? { inputRequests } : {}), ...task.outcome };
}
