import type { Self } from "../../actors/index.js";
import type { AttemptOutcome } from "../protocol/base-error.js";
import type { Ask, InputRequest, Reading } from "../protocol/codec.js";
import type { Failure } from "../protocol/failure.js";
import { isRecord, type Params, type RequestId, type RpcError, type RpcResponse } from "../protocol/message.js";
import type { TaskNext, TaskState } from "../protocol/tasks.js";
import type { RequestFailure } from "../transport/transport.js";
import type { Agreement, Departures } from "./departures.js";
import type { OperationsMail } from "./operations.js";
import { MOST_ROUNDS, type Pending, type PendingTable } from "./pending.js";
import type { Input, Rounds } from "./rounds.js";
import type { ConnectionSettings } from "./settings.js";
import { type Errand, TaskErrands } from "./task-errands.js";
import { waitBeforePoll } from "./task-pace.js";
import { RunningTask } from "./task-running.js";
import type { Wire } from "./wire.js";

/** What the tasks need of the operations they are. */
export interface TasksShell {
  readonly departures: Departures;
  readonly table: PendingTable;
  readonly rounds: Rounds;
  readonly wire: Wire;
  readonly nextId: () => number;
  settle(pending: Pending, outcome: AttemptOutcome, failure: Failure | undefined, result?: unknown): void;
  /** Settles an operation whose task goes on, and tells the server that nobody needs it. */
  abandon(pending: Pending, failure: Failure): void;
  renegotiate(): void;
}

/** Polls in a row that may be refused for their revision. */
const MOST_REFUSALS = 3;

/**
 * The operations that their server made a task of. Each goes on being one operation: polls are further legs of it, which
 * take a slot only while they are out, and come one at a time.
 *
 *     call ─▶ created ─▶ waiting ─▶ poll ─▶ working ─▶ waiting …
 *                           ▲         ├─ input_required ─▶ handlers ─▶ tasks/update, beside the polls
 *                           │         └─ ended ─▶ settled, in the legacy era by way of tasks/result
 *                           └─ lost with its connection, or not taken
 *
 * Source: MCP extension io.modelcontextprotocol/tasks (SEP-2663); MCP specification, revision 2025-11-25, "Tasks".
 */
export class Tasks {
  readonly #self: Self<OperationsMail>;
  readonly #settings: ConnectionSettings;
  readonly #shell: TasksShell;
  readonly #errands: TaskErrands;
  readonly #byId = new Map<string, Pending>();

  constructor(self: Self<OperationsMail>, settings: ConnectionSettings, shell: TasksShell) {
    this.#self = self;
    this.#settings = settings;
    this.#shell = shell;
    this.#errands = new TaskErrands(shell.wire, shell.nextId);
  }

  /** What goes out the next time for an operation: its own request, or a poll of what became of it. */
  askOf(pending: Pending, { codec, server }: Agreement): Ask {
    const { ticket, task } = pending;
    if (task !== undefined) return about("tasks/get", task.id);
    const name = ticket.method === "tools/call" ? ticket.params?.name : undefined;
    const mayAsk = codec.tasks?.mustAsk(server.capabilities) === true && ticket.params?.task === undefined;
    pending.isAskedAsTask = mayAsk && typeof name === "string" && this.#settings.needsTask(name);
    if (!pending.isAskedAsTask) return ticket;
    const keep = Number.isFinite(ticket.maxTimeout) ? { ttl: ticket.maxTimeout } : {};
    return { ...ticket, params: { ...ticket.params, task: keep } };
  }

  /** The operation on whose request's stream something came. */
  of(id: RequestId | undefined): Pending | undefined {
    return this.#errands.of(id);
  }

  // In

  /** The answer to an operation is a task. */
  begin(pending: Pending, state: TaskState, result: unknown): void {
    const { codec } = pending;
    if (codec === undefined) return;
    if (this.#byId.has(state.id)) {
      const cause = new Error("It is a task that another operation waits for");
      this.#shell.settle(pending, "completed", { code: "INVALID_RESULT", result, cause });
      return;
    }
    const task = new RunningTask(state, codec, this.#now);
    pending.leg = undefined;
    pending.lastOutcome = "unknown";
    this.#shell.table.becomeTask(pending, task);
    this.#shell.departures.free(pending);
    this.#byId.set(task.id, pending);
    this.#publish(pending, state);
    if (state.status === "working") this.#wait(pending, task);
    else this.#poll(pending, task);
    this.#shell.departures.look();
  }

  /** A poll is answered. */
  polled(pending: Pending, task: RunningTask, { error, result }: Pick<RpcResponse, "error" | "result">): void {
    this.#takeIn(pending, task);
    if (error !== undefined) this.#refused(pending, task, error);
    else this.#read(pending, task, result);
    this.#shell.departures.look();
  }

  /** A poll gets no answer. */
  failed(pending: Pending, task: RunningTask, { outcome, failure, retryAfter = 0 }: RequestFailure): void {
    this.#takeIn(pending, task);
    if (failure.code === "PROTOCOL") this.#refused(pending, task, failure.error);
    else if (outcome === "completed" || retryAfter >= pending.ticket.timeout) this.#shell.abandon(pending, failure);
    else this.#wait(pending, task, retryAfter);
    this.#shell.departures.look();
  }

  /** A notification of the server's; says whether it was about one of these tasks. */
  noticed(said: Params | undefined): boolean {
    const pending = this.#byId.get(said?.taskId as string);
    if (pending?.task === undefined) return false;
    const { task } = pending;
    const reading = task.codec.tasks?.read(said, task.id);
    if (reading?.ok === true) this.#heard(pending, task, reading.state);
    return true;
  }

  /** The answer to something that is no operation's leg; says whether it was one of these. */
  answered({ id, error, result }: RpcResponse): boolean {
    const errand = this.#errands.take(id);
    if (errand === undefined || errand === "ignored") return errand === "ignored";
    const { pending, kind, codec } = errand;
    const { ticket, task, isAskedAsTask } = pending;
    if (kind === "call") return this.#stray(pending, codec.read(ticket.method, result, isAskedAsTask));
    this.#over(errand);
    if (error !== undefined) this.#errandRefused(errand, error);
    else if (kind === "result") this.#shell.settle(pending, "completed", undefined, result);
    else if (task !== undefined) this.#acknowledged(pending, task);
    return true;
  }

  /** The same for what gets no answer: a poll tells whether it is still needed. */
  errandFailed({ id, outcome, failure }: RequestFailure & { readonly id: RequestId }): void {
    const errand = this.#errands.take(id);
    if (errand === undefined || errand === "ignored") return;
    const { pending, kind } = errand;
    const { task } = pending;
    if (task === undefined || kind === "call") return;
    this.#over(errand);
    if (failure.code === "PROTOCOL") this.#errandRefused(errand, failure.error);
    else if (outcome === "completed") this.#shell.abandon(pending, failure);
    else if (!task.isDue) this.#wait(pending, task);
  }

  #over({ kind, pending: { task } }: Errand): void {
    if (kind === "result" && task !== undefined) task.resultId = undefined;
    if (kind === "update" && task !== undefined) task.updateId = undefined;
  }

  /** What is said in the place of a result is what the call itself would have been answered with. */
  #errandRefused({ kind, pending }: Errand, error: RpcError): void {
    if (kind === "result") this.#shell.settle(pending, "completed", { code: "PROTOCOL", error });
    else this.#shell.abandon(pending, { code: "PROTOCOL", error, method: "tasks/update" });
  }

  /** The host has answered what the server asked for, or cannot. */
  inputMade(pending: Pending, task: RunningTask, input: Input): void {
    task.isAsking = false;
    if (!input.ok) {
      this.#shell.abandon(pending, input.failure);
      return;
    }
    task.answers = { ...task.answers, ...input.responses };
    this.#update(pending, task);
  }

  /** The transport has ended: tasks outlive that, and are asked for again as soon as there is another. */
  lost(): void {
    this.#errands.clear();
    for (const pending of [...this.#byId.values()]) {
      const { task } = pending;
      if (task === undefined) continue;
      task.updateId = undefined;
      task.resultId = undefined;
      if (pending.stage === "waiting" && task.isDue) continue;
      this.#takeIn(pending, task);
      this.#poll(pending, task);
    }
  }

  // Out

  /** An operation has settled: whatever is out for its task is not waited for. */
  forget(pending: Pending): void {
    const { task, stage, id } = pending;
    if (task === undefined) return;
    task.timer?.cancel();
    this.#errands.ignore(task.updateId);
    this.#errands.ignore(task.resultId);
    if (stage === "writing" || stage === "sent") this.#errands.ignore(id);
    if (this.#byId.get(task.id) === pending) this.#byId.delete(task.id);
  }

  /** Nobody needs a task any more that goes on. Without a connection there is nobody to tell. */
  stop(pending: Pending, id: string): void {
    const { agreement } = this.#shell.departures;
    const mayCancel = agreement?.codec.tasks?.mayCancel(agreement.server.capabilities) === true;
    if (mayCancel) this.#errands.tell(pending, agreement.codec, about("tasks/cancel", id));
  }

  /** A call was given up before its answer: should that be a task, it is ended. */
  watch(pending: Pending): void {
    const { codec, ticket, id } = pending;
    const mayBecomeTask = codec?.tasks !== undefined && ticket.method === "tools/call";
    // Over HTTP nothing is heard any more of what was given up.
    if (mayBecomeTask && !this.#shell.wire.isHttp) this.#errands.watch(pending, id, codec);
  }

  #stray(pending: Pending, reading: Reading): boolean {
    if (reading.kind !== "task") return false;
    if (!this.#byId.has(reading.state.id)) this.stop(pending, reading.state.id);
    return true;
  }

  // What a task is

  get #now(): number {
    return this.#self.runtime.clock.now();
  }

  /** Its poll is over. */
  #takeIn(pending: Pending, task: RunningTask): void {
    task.isDue = false;
    this.#shell.table.endAttempt(pending);
    this.#shell.departures.free(pending);
  }

  /**
   * Any error says that the server knows nothing of the task, but for one about the revision. What the server has done of
   * it nobody can tell.
   */
  #refused(pending: Pending, task: RunningTask, error: RpcError): void {
    const { codec } = pending;
    const isOfOld = codec?.rejection(error) === "version" && ++task.refusals <= MOST_REFUSALS;
    if (isOfOld) {
      if (codec === this.#shell.departures.agreement?.codec) this.#shell.renegotiate();
      this.#poll(pending, task);
      return;
    }
    const hint = "The server was reached anew after it had made a task of the call, and may have forgotten it";
    const cause = codec === task.codec ? undefined : new Error(hint);
    this.#shell.settle(pending, "unknown", { code: "PROTOCOL", error, method: "tasks/get", cause });
  }

  #read(pending: Pending, task: RunningTask, said: unknown): void {
    const dialect = (pending.codec ?? task.codec).tasks;
    const reading = dialect?.read(said, task.id) ?? { ok: false, problem: "There are no tasks in this revision" };
    if (!reading.ok) {
      this.#shell.abandon(pending, { code: "INVALID_RESULT", result: said, cause: new Error(reading.problem) });
      return;
    }
    task.refusals = 0;
    this.#heard(pending, task, reading.state);
  }

  #heard(pending: Pending, task: RunningTask, state: TaskState): void {
    const isNews = state.status !== task.state.status || state.statusMessage !== task.state.statusMessage;
    task.state = state;
    // A sign of life: the limit for silence starts anew.
    pending.process?.send({ type: "attempt" });
    if (isNews) this.#publish(pending, state);
    this.#follow(pending, task, state.next);
  }

  #follow(pending: Pending, task: RunningTask, next: TaskNext): void {
    switch (next.do) {
      case "complete":
        this.#shell.settle(pending, "completed", undefined, next.result);
        return;
      case "fail":
        this.#shell.settle(pending, "completed", { code: "PROTOCOL", error: next.error });
        return;
      case "cancelled":
        this.#shell.settle(pending, "completed", { code: "CANCELLED", reason: task.state.statusMessage });
        return;
      case "fetch":
        this.#fetch(pending, task);
        return;
      case "listen":
        this.#fetch(pending, task);
        break;
      case "answer":
        this.#answer(pending, task, next.requests);
        break;
      case "wait":
        break;
    }
    if (pending.stage !== "settled" && !task.isDue) this.#goOn(pending, task);
  }

  /** Past its time to live the server need not know it any more: one answer after that is the last. */
  #goOn(pending: Pending, task: RunningTask): void {
    const { ttl } = task.state;
    if (ttl !== undefined && this.#now - task.since >= ttl) {
      this.#shell.abandon(pending, { code: "TIMEOUT", limit: "ttl", after: ttl });
    } else this.#wait(pending, task);
  }

  #wait(pending: Pending, task: RunningTask, atLeast = 0): void {
    const { timeout, maxTimeout, calledAt } = pending.ticket;
    const left = calledAt + maxTimeout - this.#now;
    const wait = Math.max(atLeast, waitBeforePoll(task.state.pollInterval, { timeout, left }));
    task.isDue = true;
    task.timer = this.#self.sendAfter(wait, { type: "again", pending });
  }

  #poll(pending: Pending, task: RunningTask): void {
    task.isDue = true;
    this.#shell.departures.queue(pending);
  }

  #fetch(pending: Pending, task: RunningTask): void {
    const codec = this.#shell.departures.agreement?.codec;
    if (task.resultId !== undefined) return;
    if (codec !== undefined)
      task.resultId = this.#errands.send("result", pending, codec, about("tasks/result", task.id));
    else if (!task.isDue) this.#wait(pending, task);
  }

  /** Has those answered that were not asked before; the next ones when these are done. */
  #answer(pending: Pending, task: RunningTask, requests: readonly InputRequest[]): void {
    this.#update(pending, task);
    if (task.isAsking || pending.stage === "settled") return;
    const fresh = requests.filter(({ key }) => !task.asked.has(key));
    if (fresh.length === 0) return;
    if (++pending.rounds > MOST_ROUNDS) {
      const cause = new Error(`It asks for input more than ${MOST_ROUNDS} times`);
      this.#shell.abandon(pending, { code: "INVALID_RESULT", result: task.state.said, cause });
      return;
    }
    for (const { key } of fresh) task.asked.add(key);
    task.isAsking = true;
    pending.pause();
    this.#shell.rounds.begin(pending, fresh, task.state.said);
  }

  /** Sends what the server has not got yet. If it does not arrive, the next poll that asks for it sends it again. */
  #update(pending: Pending, task: RunningTask): void {
    const codec = this.#shell.departures.agreement?.codec;
    const isAnythingNew = Object.keys(task.answers).length > 0 && task.updateId === undefined;
    if (codec === undefined || !isAnythingNew) return;
    const ask = about("tasks/update", task.id, { inputResponses: task.answers });
    try {
      task.sent = task.answers;
      task.updateId = this.#errands.send("update", pending, codec, ask);
    } catch (cause) {
      const message = "Expected what a handler answers to be JSON: see `cause`";
      this.#shell.abandon(pending, { code: "INVALID_REQUEST", message, cause });
    }
  }

  #acknowledged(pending: Pending, task: RunningTask): void {
    task.answers = Object.fromEntries(Object.entries(task.answers).filter(([key]) => !Object.hasOwn(task.sent, key)));
    this.#update(pending, task);
  }

  #publish({ ticket }: Pending, { said }: TaskState): void {
    this.#settings.publish({ type: "taskStatus", token: ticket.token, task: said });
  }
}

function about(method: string, taskId: string, rest: Params = {}): Ask {
  return { method, params: { taskId, ...rest }, meta: undefined };
}

/** Whether a notification is about a task. */
export function isAboutTask(method: string, params: Params | undefined): boolean {
  return (method === "notifications/tasks" || method === "notifications/tasks/status") && isRecord(params);
}
