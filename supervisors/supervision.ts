import {
  type ExitMessage,
  type ExitReason,
  failure,
  noreply,
  type Result,
  type Self,
  type StartResult,
  stop,
} from "../actors/index.js";
import { type Child, Children, Retry } from "./children.js";
import { type Action, decide, type Event, type State, shouldKeepSpec } from "./decision.js";
import { IntensityError, RestartError } from "./errors.js";
import type { Policy } from "./policy.js";
import { noRestarts } from "./restart-window.js";
import { stopInOrder } from "./shutdown.js";

type Eventually<T> = T | PromiseLike<T>;

/**
 * The shell around the restart decision, and the state of every supervisor's process: it keeps the children, hears their
 * ends, and does what {@link decide} says, one thing after the other. Until that is done the mailbox waits.
 *
 * Whatever is awaited here may outlast the supervisor, which can be killed at any moment; its children end with it
 * through their links. So nothing goes on after an `await` before {@link isOver} was asked.
 */
export class Supervision {
  readonly self: Self<Retry>;
  readonly policy: Policy;
  readonly children = new Children();
  #state: State<Child> = { window: noRestarts, siblings: this.children };

  constructor(self: Self<Retry>, policy: Policy) {
    this.self = self;
    this.policy = policy;
  }

  /** Whether the supervisor was ended while it waited for something. */
  get isOver(): boolean {
    return !this.self.process.alive;
  }

  /** Takes a child in and starts it. One that fails is not kept. */
  async add(child: Child): Promise<StartResult> {
    this.children.add(child);
    const result = await this.start(child, 0);
    if (result.status === "ignore") this.settle(child);
    if (result.status === "error") this.children.remove(child);
    return result;
  }

  /** Starts a child that has no process. */
  async start(child: Child, restarts: number): Promise<StartResult> {
    const { recipe } = child;
    // Only a temporary child that has run is without one, and that is never started again.
    if (recipe === undefined) return { status: "ignore" };
    const options = { ...recipe.options, restarts };
    const result = await this.self.startLink(recipe.definition, recipe.argument, options);
    if (result.status === "ok") this.children.started(child, result.process);
    return result;
  }

  /** Stops a child, or the attempts to restart it. */
  async stop(child: Child): Promise<void> {
    if (child.status === "running") await stopInOrder(this.self, [child]);
    this.settle(child);
  }

  /** The child has no process now: keeps its spec, or forgets it (OTP S6, S12, D4). */
  settle(child: Child): void {
    if (shouldKeepSpec(this.policy, child)) this.children.stopped(child);
    else this.children.remove(child);
  }

  /**
   * What the supervisor's mailbox brings besides calls: its children's ends and its own retries. The end of a process
   * that is no running child (any more) means nothing: it was stopped here, or was linked by somebody else.
   */
  receive(message: unknown): Eventually<Result<this>> {
    const at = this.self.runtime.clock.now();
    if (message instanceof Retry) {
      const { child, reason } = message;
      return child.status === "restarting" ? this.#handle({ type: "retry", child, at }, reason) : noreply(this);
    }
    if (!isExit(message)) return noreply(this);
    const { process, reason } = message;
    const child = process === undefined ? undefined : this.children.of(process);
    if (child?.status !== "running") return noreply(this);
    this.children.stopped(child);
    return this.#handle({ type: "ended", child, reason, at }, reason);
  }

  #handle(event: Event<Child>, reason: ExitReason | "timeout"): Eventually<Result<this>> {
    const [state, actions] = decide(this.policy, this.#state, event);
    this.#state = state;
    return this.#perform(actions, event.child, reason);
  }

  /** `cause` is the child whose end led to this, `reason` why it ended or failed to start. */
  async #perform(
    actions: readonly Action<Child>[],
    cause: Child,
    reason: ExitReason | "timeout",
  ): Promise<Result<this>> {
    for (const action of actions) {
      switch (action.type) {
        case "stop":
          await stopInOrder(this.self, action.children.filter(isRunning));
          for (const child of action.children) this.children.stopped(child);
          break;
        case "forget":
          for (const child of action.children) this.children.remove(child);
          break;
        case "start":
          this.#announceRestart(cause, reason);
          await this.#startAgain(action.children);
          break;
        case "giveUp":
          if (action.because === "intensity") this.#reportGivingUp(cause, reason);
          return stop("shutdown", this);
      }
      if (this.isOver) break;
    }
    return noreply(this);
  }

  async #startAgain(children: readonly Child[]): Promise<void> {
    for (const child of children) {
      const result = await this.start(child, child.restarts + 1);
      if (this.isOver) return;
      if (result.status === "error") {
        this.#retryLater(child, result.reason);
        return;
      }
      if (result.status === "ok") child.restarts++;
      else this.settle(child);
    }
  }

  /** Through the mailbox, so that what waits there (a shutdown, an order about this child) has its turn (OTP S9). */
  #retryLater(child: Child, reason: ExitReason | "timeout"): void {
    const { process } = this.self;
    this.#report(new RestartError(process.label, child.id, reason));
    this.children.restarting(child);
    process.send(new Retry(child, reason));
  }

  #announceRestart(child: Child, reason: ExitReason | "timeout"): void {
    const { process, runtime } = this.self;
    runtime.inspector?.({ type: "restart", supervisor: process, child: child.id, reason });
  }

  #reportGivingUp(child: Child, reason: ExitReason | "timeout"): void {
    const { maxRestarts, within } = this.policy;
    this.#report(new IntensityError(this.self.process.label, child.id, reason, maxRestarts, within));
  }

  #report(error: Error): void {
    this.self.runtime.crashed({ process: this.self.process, reason: failure(error) });
  }
}

function isExit(message: unknown): message is ExitMessage {
  return typeof message === "object" && message !== null && "type" in message && message.type === "EXIT";
}

function isRunning(child: Child): boolean {
  return child.status === "running";
}
