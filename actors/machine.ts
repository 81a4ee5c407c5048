import type { AnyMachineSnapshot } from "xstate";
import { NoHandlerError } from "./errors.js";
import { failure } from "./exit.js";
import { MachineHost } from "./machine-host.js";
import type { EventOf, EventTypeOf, InputOf, MachineLogic } from "./machine-logic.js";
import { Postponed } from "./machine-postponed.js";
import { MachineTimer } from "./machine-timer.js";
import { type ExitMessage, type Mail, MailKind, type SystemMessage } from "./mail.js";
import type { Behaviour, Definition, Process } from "./process.js";
import type { Self } from "./self.js";

/** A machine's process: takes the machine's events with `send`. */
export interface MachineRef<M extends MachineLogic> extends Process<EventOf<M>> {}

/** What may be said of a machine besides its logic. */
export interface MachineOptions<M extends MachineLogic> {
  /**
   * The types of the events that are kept when the present state cannot take them, and offered again after the next state
   * change, oldest first and before all mail that has not been read; gen_statem's `postpone`. Default: none, and what a
   * state cannot take is ignored.
   *
   * A state can take what `snapshot.can` says yes to: a transition, guards included, that has a target or actions. So a
   * state in which such an event shall be lost takes it with an action that does nothing. A state change is a change of
   * `snapshot.value`; one of the context alone is none. Events that the machine raises itself are not postponed.
   */
  readonly postpone?: readonly EventTypeOf<M>[] | undefined;
  /**
   * How many events are kept at most: an integer, 1 or more; default 1,000. Past it the oldest is dropped, and the
   * inspection hook sees that (`drop`, `postponed`).
   */
  readonly postponeLimit?: number | undefined;
  /**
   * Runs in the new process before the machine does, and returns the machine to run. Here actions get at their process,
   * and here is the place to trap exit signals.
   */
  readonly provide?: ((logic: M, self: Self<EventOf<M>>) => M) | undefined;
}

const POSTPONE_LIMIT = 1_000;

/**
 * Runs an xstate machine as a process, in gen_statem's place.
 *
 * ```ts
 * const light = await runtime.start(machine(trafficLight));
 * light.send({ type: "tick" });
 * const { value } = (await getState(light)) as SnapshotFrom<typeof trafficLight>;
 * ```
 *
 * - Events are mail. Trapped exit signals and DOWN are events of the types `EXIT` and `DOWN`; the parent's exit signal ends
 *   the process with its reason, as it does a server.
 * - Delays are timers of the process, so that they follow the runtime's clock and end with the process.
 * - What a child actor tells the machine (an invoked promise's result, a callback's events, an observable's values) is mail
 *   too and handled in the process's turn. xstate itself handles it where it happens, before all that waits. What comes of
 *   a child that has been stopped by then is dropped, as xstate drops it. This holds for what the machine hears: a machine
 *   that is its child hears of its own promises where they settle, as in xstate.
 * - A final state ends the process with `normal`; at the start, right after the start.
 * - Whatever an action, a guard or a delay throws ends the process with that error, and so does what an async action
 *   rejects with and the failure of a child for which there is no `onError`. That is reported, with the last event and the
 *   snapshot. xstate rethrows a guard's error in words of its own. When the initial state fails, the start does.
 * - However the process ends, its machine is stopped and with it all children. As in xstate, exit actions do not run then.
 * - `getState` gives the snapshot. A machine's state cannot be replaced: `replaceState` changes nothing and resolves with
 *   the snapshot there is.
 *
 * What observers throw that the program itself adds to an xstate actor is out of reach: xstate throws it out of a timer.
 *
 * @throws {RangeError} when `postponeLimit` is none.
 */
export function machine<M extends MachineLogic>(
  logic: M,
  { postpone, postponeLimit = POSTPONE_LIMIT, provide }: MachineOptions<NoInfer<M>> = {},
): Definition<InputOf<M>, MachineRef<M>> {
  if (!Number.isInteger(postponeLimit) || postponeLimit < 1) {
    throw new RangeError(`Expected \`postponeLimit\` to be an integer, 1 or more, got \`${postponeLimit}\``);
  }
  return {
    label: logic.id,
    type: "worker",
    create(narrow, input) {
      const self = narrow as unknown as Self<unknown>;
      const provided = provide === undefined ? logic : provide(logic, narrow as unknown as Self<EventOf<M>>);
      const postponed = postpone === undefined ? undefined : new Postponed(self, postpone, postponeLimit);
      return new MachineBehaviour(provided, self, input, postponed);
    },
  };
}

class MachineBehaviour<M extends MachineLogic> implements Behaviour {
  readonly #self: Self<unknown>;
  readonly #host: MachineHost<M>;
  readonly #postponed: Postponed | undefined;

  constructor(logic: M, self: Self<unknown>, input: InputOf<M>, postponed: Postponed | undefined) {
    this.#self = self;
    this.#postponed = postponed;
    this.#host = new MachineHost(self as unknown as Self<MachineTimer>, logic, input, postponed);
  }

  init(): void {
    this.#host.start();
    this.#postponed?.putBack();
    // A machine that is done already has started nevertheless: its end is the first thing it reads.
    if (this.#host.isDone) this.#self.sendFirst(new MachineTimer(() => {}));
  }

  receive(mail: Mail): void {
    const { kind, payload } = mail;
    if (kind === MailKind.system) this.#obey(payload as SystemMessage, mail);
    else if (payload instanceof MachineTimer) this.#step(undefined, () => this.#host.fire(payload));
    else if (kind === MailKind.call) throw new NoHandlerError("call", mail.name);
    else if (kind === MailKind.cast) throw new NoHandlerError("cast", mail.name);
    else if (kind === MailKind.exit && this.#isFromParent(payload)) this.#self.exit((payload as ExitMessage).reason);
    else this.#step(payload, () => this.#host.send(payload as EventOf<M>));
  }

  describe(): Readonly<Record<string, unknown>> {
    const state = JSON.stringify((this.#host.snapshot as AnyMachineSnapshot).value);
    const postponed = this.#postponed?.size ?? 0;
    return postponed === 0 ? { state } : { state, postponed };
  }

  #step(event: unknown, step: () => void): void {
    try {
      step();
      if (this.#host.isDone) this.#self.exit("normal");
      else this.#postponed?.putBack();
    } catch (error) {
      this.#crash(error, event);
    }
  }

  #crash(error: unknown, lastMessage: unknown): void {
    const { process, runtime } = this.#self;
    if (!process.alive) return;
    const reason = failure(error);
    runtime.crashed({ process, reason, lastMessage, state: this.#host.snapshot });
    this.#self.exit(reason);
  }

  #obey(message: SystemMessage, mail: Mail): void {
    if (message.order === "stop") this.#self.exit(message.reason);
    else mail.from?.reply(this.#host.snapshot);
  }

  #isFromParent(message: unknown): boolean {
    const { process } = message as ExitMessage;
    return process !== undefined && process === this.#self.parent;
  }
}
