import {
  CallError,
  type Definition,
  type Process,
  type Self,
  StartError,
  Task,
  TaskError,
  type TaskOptions,
  type Work,
} from "../actors/index.js";
import { child, type Shutdown } from "./child-spec.js";
import { type DynamicSupervisorOptions, type DynamicSupervisorRef, dynamicSupervisor } from "./dynamic-supervisor.js";

/** How many tasks a task supervisor may have at once; default `Infinity`. */
export type TaskSupervisorOptions = Pick<DynamicSupervisorOptions, "maxChildren">;

export interface SupervisedTaskOptions extends TaskOptions {
  /** How the supervisor ends the task when it ends itself, or on `terminateChild`; default 5,000 ms. */
  readonly shutdown?: Shutdown | undefined;
}

/**
 * A task supervisor as everybody else sees it.
 *
 * @throws {CallError} when the supervisor has ended or ends meanwhile.
 */
export interface TaskSupervisorRef
  extends Process,
    Pick<DynamicSupervisorRef, "terminateChild" | "whichChildren" | "countChildren"> {
  /**
   * Starts a task under the supervisor that is linked to this process, too.
   *
   * @throws {TaskError} `max_children`.
   * @throws {StartError} for options that are faulty.
   */
  async<T, M>(self: Self<M>, work: Work<T>, options?: SupervisedTaskOptions): Promise<Task<T>>;
  /**
   * Starts a task that is linked to nobody but the supervisor: it may fail without its owner, and go on after its owner
   * has ended. Throws as {@link async} does.
   */
  asyncNolink<T, M>(self: Self<M>, work: Work<T>, options?: SupervisedTaskOptions): Promise<Task<T>>;
}

/**
 * Defines a supervisor of tasks: a place in the tree for them, a limit of how many there are, and an orderly end.
 *
 * ```ts
 * const tasks = await runtime.start(taskSupervisor("tasks", { maxChildren: 10 }));
 * const task = await tasks.asyncNolink(self, (signal) => download(url, signal)); // in the code of a process
 * const outcome = await task.yield(30_000) ?? await task.shutdown();
 * if (outcome?.status === "ok") use(outcome.value);
 * ```
 *
 * A task is a `temporary` child: it is never restarted, since the {@link Task} in its owner's hands is one life.
 *
 * Source: Elixir Task.Supervisor.
 *
 * @param label What its processes are called in the tree, unless their starter says otherwise.
 */
export function taskSupervisor(
  label: string,
  { maxChildren }: TaskSupervisorOptions = {},
): Definition<undefined, TaskSupervisorRef> {
  const { type, create, methods } = dynamicSupervisor(label, { maxChildren });
  return { label, type, create, methods: { ...methods, async: starter("async"), asyncNolink: starter("asyncNolink") } };
}

function starter(method: "async" | "asyncNolink") {
  return async function <T, M>(
    this: DynamicSupervisorRef,
    self: Self<M>,
    work: Work<T>,
    { label = "task", shutdown }: SupervisedTaskOptions = {},
  ): Promise<Task<T>> {
    const { task, definition } = Task.unstarted(self, work, method === "async");
    const result = await this.startChild(child(label, definition, undefined, { restart: "temporary", shutdown }));
    switch (result.status) {
      case "ok":
        return task;
      case "max_children":
        throw new TaskError("max_children", this.label);
      case "ignore":
        // Its owner has ended while it waited for the supervisor.
        throw new CallError("noproc", method);
      case "error":
        throw new StartError(label, result.reason);
    }
  };
}
