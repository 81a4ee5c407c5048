import {
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
} from "xstate";
import type { EventOf, InputOf, MachineLogic, SnapshotOf } from "./machine-logic.js";
import type { Postponed } from "./machine-postponed.js";
import { MachineTimer } from "./machine-timer.js";
import type { Self } from "./self.js";
import { isThenable } from "./thenable.js";

type Scope = AnyActorScope;
type ChildEvent = { readonly type: string; readonly actorId?: unknown };

/**
 * An xstate machine inside of a process that has more to do than run it. Whatever the process feeds it with `send` runs
 * to its end before `send` returns; what its actions throw, `send` throws. What it does by itself, when a delay is due or
 * a child has something to say, reaches the process as {@link MachineTimer} messages, to be `fire`d.
 *
 * xstate itself runs such things where they happen: in a timer's callback, or where an invoked promise is settled.
 */
export class MachineHost<M extends MachineLogic> {
  readonly #self: Self<MachineTimer>;
  readonly #postponed: Postponed | undefined;
  readonly #actor;
  #scope: Scope | undefined = undefined;
  #failure: { readonly error: unknown } | undefined = undefined;
  /** Whether the machine's process is the one at work. */
  #isTurn = false;

  constructor(self: Self<MachineTimer>, logic: M, input?: InputOf<M>);
  /** @internal */
  constructor(self: Self<MachineTimer>, logic: M, input: InputOf<M> | undefined, postponed: Postponed | undefined);
  constructor(self: Self<MachineTimer>, logic: M, input?: InputOf<M>, postponed?: Postponed) {
    this.#self = self;
    this.#postponed = postponed;
    const clock = {
      setTimeout: (callback: () => void, delay: number) => {
        const message = new MachineTimer(callback);
        message.timer = self.sendAfter(delay, message);
        return message;
      },
      clearTimeout: (message: MachineTimer | undefined) => message?.cancel(),
    };
    const hosted = this.#hosted(logic as unknown as AnyStateMachine);
    this.#actor = createActor(hosted, { clock: clock as never, input: input as never });
    // An xstate actor whose error nobody observes throws it out of a timer; this one's errors belong to the process.
    this.#actor.subscribe({ error: (error) => this.#fail(error) });
    self.own(() => this.#stop());
  }

  get snapshot(): SnapshotOf<M> {
    return this.#actor.getSnapshot() as SnapshotOf<M>;
  }

  get isDone(): boolean {
    return (this.#actor.getSnapshot() as AnyMachineSnapshot).status === "done";
  }

  /** Enters the initial state. @throws what an entry action throws. */
  start(): void {
    this.#work(() => this.#actor.start());
  }

  /** @throws what an action throws; the machine is dead then, and so should be its process. */
  send(event: EventOf<M>): void {
    this.#work(() => this.#actor.send(event as never));
  }

  /** @throws as {@link send} does. */
  fire(timer: MachineTimer): void {
    this.#work(() => timer.fire());
  }

  #work(step: () => void): void {
    const wasTurn = this.#isTurn;
    this.#isTurn = true;
    try {
      step();
    } finally {
      this.#isTurn = wasTurn;
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #stop(): void {
    this.#isTurn = true;
    this.#actor.stop();
    // xstate leaves the children of a machine running whose action has thrown.
    const { children = {} } = this.#actor.getSnapshot() as Partial<AnyMachineSnapshot>;
    for (const child of Object.values<AnyActorRef | undefined>(children)) {
      if (child !== undefined) this.#scope?.stopChild(child);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** The machine as this process runs it: everything it ever takes comes through `transition`. */
  #hosted(machine: AnyStateMachine): AnyActorLogic {
    return {
      getInitialSnapshot: (scope: Scope, input) => machine.getInitialSnapshot(this.#watched(scope), input as never),
      start: (snapshot: AnyMachineSnapshot) => machine.start(snapshot),
      transition: (snapshot: AnyMachineSnapshot, event: ChildEvent, scope: Scope) => {
        if (!this.#isTurn) return this.#mail(event, snapshot);
        const postponed = this.#postponed;
        if (postponed?.keeps(event, snapshot)) return snapshot;
        const next: AnyMachineSnapshot = machine.transition(snapshot, event, this.#watched(scope));
        if (postponed !== undefined && !next.matches(snapshot.value)) postponed.stateChanged();
        return next;
      },
      getPersistedSnapshot: (snapshot: AnyMachineSnapshot, options) => machine.getPersistedSnapshot(snapshot, options),
    };
  }

  /** What comes out of turn waits for the turn. When its child has been stopped by then, it is no news any more. */
  #mail(event: ChildEvent, snapshot: AnyMachineSnapshot): AnyMachineSnapshot {
    const id = senderOf(event);
    const child = id === undefined ? undefined : snapshot.children[id];
    const message = new MachineTimer(() => {
      const now = this.#actor.getSnapshot() as AnyMachineSnapshot;
      if (id === undefined || now.children[id] === child) this.#actor.send(event);
    });
    this.#self.sendOwn(message);
    return snapshot;
  }

  /** The scope in which an action's rejection, which xstate does not look at, ends the machine's process. */
  #watched(scope: Scope): Scope {
    this.#scope ??= {
      ...scope,
      actionExecutor: (action) => {
        const { exec } = action;
        const watched = exec && ((...given: Parameters<typeof exec>) => this.#watch(exec(...given)));
        scope.actionExecutor({ ...action, exec: watched });
      },
    };
    return this.#scope;
  }

  #watch(returned: unknown): void {
    if (!isThenable(returned)) return;
    const fail = (error: unknown) => {
      const message = new MachineTimer(() => this.#fail(error));
      this.#self.sendOwn(message);
    };
    Promise.resolve(returned).then(undefined, fail);
  }
}

const SNAPSHOT = "xstate.snapshot.";

/** The id of the child whose end or snapshot an event tells. Never throws: anybody may send anything. */
function senderOf(event: ChildEvent | undefined): string | undefined {
  const type = String(event?.type);
  if (type.startsWith(SNAPSHOT)) return type.slice(SNAPSHOT.length);
  return type.startsWith("xstate.") && typeof event?.actorId === "string" ? event.actorId : undefined;
}
