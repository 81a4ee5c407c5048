import { type AnyMachineSnapshot, type AnyStateMachine, createActor } from "xstate";
import { type Mail, MailKind, type SystemMessage } from "./mail.js";
import type { Behaviour, Definition, Process } from "./process.js";
import type { Self } from "./self.js";
import type { Timer } from "./timer.js";

/**
 * As much of an xstate machine as the types need. xstate's own types stay out of the declarations: they do not compile
 * with `exactOptionalPropertyTypes` and without `skipLibCheck`, not even for a program that has no machine.
 */
export interface MachineLogic {
  readonly id: string;
  transition(snapshot: never, event: never, scope: never): unknown;
  getInitialSnapshot(scope: never, input?: never): unknown;
}

type EventOf<M> = M extends { transition(snapshot: never, event: infer E, scope: never): unknown } ? E : never;
type SnapshotOf<M> = M extends { getInitialSnapshot(scope: never, input?: never): infer S } ? S : never;
type Given<M> = M extends { getInitialSnapshot(scope: never, ...rest: infer R extends unknown[]): unknown }
  ? R[0]
  : never;
/** xstate declares every input as optional; a machine that declares none takes anything, `null` included. */
type InputOf<M> = null extends Given<M> ? unknown : Exclude<Given<M>, undefined>;

/** A machine's process: takes the machine's events with `send`. */
export interface MachineRef<M extends MachineLogic> extends Process<EventOf<M>> {}

/**
 * Runs an xstate machine as a process, in gen_statem's place. Events are mail; delayed transitions are timers of the
 * process's clock; trapped exit signals and DOWN arrive as events of these types. A final state ends the process with
 * `normal`; an action that throws ends it with that error.
 *
 * ```ts
 * const light = await runtime.start(machine(trafficLight));
 * light.send({ type: "tick" });
 * ```
 */
export function machine<M extends MachineLogic>(logic: M): Definition<InputOf<M>, MachineRef<M>> {
  return {
    label: logic.id,
    type: "worker",
    create: (self, input) => new MachineBehaviour(logic, self as unknown as Self<unknown>, input),
  };
}

/**
 * An xstate machine inside of a process that has more to do than run it. Whatever the process feeds it with `send` runs
 * to its end before `send` returns; what its actions throw, `send` throws. Its timers reach the process as
 * {@link MachineTimer} messages, to be `fire`d.
 */
export class MachineHost<M extends MachineLogic> {
  readonly #actor;
  #failure: { readonly error: unknown } | undefined = undefined;

  constructor(self: Self<MachineTimer>, logic: M, input?: InputOf<M>) {
    const clock = {
      setTimeout: (callback: () => void, delay: number) => {
        const message = new MachineTimer(callback);
        message.timer = self.sendAfter(delay, message);
        return message;
      },
      clearTimeout: (message: MachineTimer | undefined) => message?.cancel(),
    };
    this.#actor = createActor(logic as unknown as AnyStateMachine, { clock: clock as never, input: input as never });
    // An xstate actor whose error nobody observes throws it out of a timer; this one's errors belong to the process.
    this.#actor.subscribe({ error: (error) => this.#fail(error) });
    self.own(() => this.#actor.stop());
  }

  get snapshot(): SnapshotOf<M> {
    return this.#actor.getSnapshot() as SnapshotOf<M>;
  }

  get isDone(): boolean {
    return (this.#actor.getSnapshot() as AnyMachineSnapshot).status === "done";
  }

  /** Enters the initial state. @throws what an entry action throws. */
  start(): void {
    this.#actor.start();
    this.#rethrow();
  }

  /** @throws what an action throws; the machine is dead then, and so should be its process. */
  send(event: EventOf<M>): void {
    this.#actor.send(event as never);
    this.#rethrow();
  }

  fire(timer: MachineTimer): void {
    timer.fire();
    this.#rethrow();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** A due delay of a hosted machine. Cancelled meanwhile, it does nothing when it is read. */
export class MachineTimer {
  /** @internal */
  timer: Timer | undefined = undefined;
  #callback: (() => void) | undefined;

  /** @internal */
  constructor(callback: () => void) {
    this.#callback = callback;
  }

  /** @internal */
  cancel(): void {
    this.#callback = undefined;
    this.timer?.cancel();
  }

  /** @internal */
  fire(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }
}

class MachineBehaviour<M extends MachineLogic> implements Behaviour {
  readonly #self: Self<unknown>;
  readonly #host: MachineHost<M>;

  constructor(logic: M, self: Self<unknown>, input: unknown) {
    this.#self = self;
    this.#host = new MachineHost(self as unknown as Self<MachineTimer>, logic, input as InputOf<M>);
  }

  init(): void {
    this.#host.start();
    this.#endIfDone();
  }

  receive(mail: Mail): void {
    if (mail.kind === MailKind.system) {
      this.#obey(mail.payload as SystemMessage, mail);
      return;
    }
    if (mail.payload instanceof MachineTimer) this.#host.fire(mail.payload);
    else this.#host.send(mail.payload as EventOf<M>);
    this.#endIfDone();
  }

  describe(): Readonly<Record<string, unknown>> {
    return { state: JSON.stringify((this.#host.snapshot as AnyMachineSnapshot).value) };
  }

  #obey(message: SystemMessage, mail: Mail): void {
    if (message.order === "stop") this.#self.exit(message.reason);
    else if (message.order === "getState") mail.from?.reply(this.#host.snapshot);
    else mail.from?.reply(undefined);
  }

  #endIfDone(): void {
    if (this.#host.isDone) this.#self.exit("normal");
  }
}
