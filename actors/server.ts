import type { From } from "./call.js";
import { BadReturnError, NoHandlerError } from "./errors.js";
import { type ExitReason, failure, isOrderly } from "./exit.js";
import { type DownMessage, type ExitMessage, type Mail, MailKind, type SystemMessage } from "./mail.js";
import {
  type Behaviour,
  type CallsOf,
  type CastsOf,
  type Definition,
  type Ignore,
  type InfoOf,
  ignore,
  type ServerRef,
} from "./process.js";
import { type Next, Result } from "./result.js";
import type { Self } from "./self.js";
import { isThenable } from "./thenable.js";
import type { Timer } from "./timer.js";

type Eventually<T> = T | PromiseLike<T>;
type CallHandler<F, S, M> = F extends (...argument: infer A) => infer R
  ? (argument: A[0], state: S, self: Self<M>, from: From) => Eventually<Result<S, Awaited<R>> | Result<S>>
  : never;
type CastHandler<F, S, M> = F extends (...argument: infer A) => unknown
  ? (argument: A[0], state: S, self: Self<M>) => Eventually<Result<S>>
  : never;
type CallHandlers<P, S> = { readonly [K in keyof CallsOf<P>]: CallHandler<CallsOf<P>[K], S, InfoOf<P>> };
type CastHandlers<P, S> = { readonly [K in keyof CastsOf<P>]: CastHandler<CastsOf<P>[K], S, InfoOf<P>> };

/**
 * The callbacks of a server: gen_server's, with its meaning.
 *
 * A handler that returns a promise holds back the mailbox until it settles. It cannot be interrupted: when the process
 * is ended meanwhile, what it returns is ignored (OTP E5).
 */
export interface ServerCallbacks<P, S, A> {
  /** Runs before any mail. Throwing makes the start fail; `terminate` is not called then. */
  init(argument: A, self: Self<InfoOf<P>>): Eventually<S | Ignore | Initial<S>>;
  /** One handler per call of the protocol. */
  readonly calls: CallHandlers<P, NoInfer<S>>;
  /** One handler per cast of the protocol. */
  readonly casts: CastHandlers<P, NoInfer<S>>;
  /**
   * Everything that is neither call nor cast: messages sent with `send` or by a timer, trapped exit signals, DOWN. Not
   * called for the parent's exit signal, which stops the server. Default: ignored.
   */
  info?(
    message: InfoOf<P> | ExitMessage | DownMessage,
    state: NoInfer<S>,
    self: Self<InfoOf<P>>,
  ): Eventually<Result<NoInfer<S>>>;
  /** Runs right after the handler that asked for it, before any queued mail. */
  continue?(argument: unknown, state: NoInfer<S>, self: Self<InfoOf<P>>): Eventually<Result<NoInfer<S>>>;
  /** Runs when no mail came for the milliseconds the last handler named. */
  timeout?(state: NoInfer<S>, self: Self<InfoOf<P>>): Eventually<Result<NoInfer<S>>>;
  /**
   * Runs when a callback stopped, threw or returned nonsense, on `stop()`, and on the parent's exit signal *if* the
   * server traps exits. Not called on `kill`, on an untrapped exit signal, when `init` failed, and not after it failed
   * itself. Resources are better owned (`self.own`): that works for every end.
   */
  terminate?(reason: ExitReason, state: NoInfer<S>, self: Self<InfoOf<P>>): unknown;
  /** Facts for `Runtime.tree`. Never secrets. */
  describe?(state: NoInfer<S>): Readonly<Record<string, unknown>>;
}

/** A start state together with what shall happen next. */
class Initial<S> {
  readonly state: S;
  readonly next: Next;

  constructor(state: S, next: Next) {
    this.state = state;
    this.next = next;
  }
}

export type { Initial };

/** Returned by `init`: starts with `state` and then continues, or waits at most so long for mail. */
export function startWith<S>(state: S, next: Next): Initial<S> {
  return new Initial(state, next);
}

/**
 * Defines a kind of server. The protocol is a type, so that a missing handler, a wrong argument or a wrong reply does not
 * compile. It is given in a first, empty call, so that the state's type can be inferred in the second.
 *
 * ```ts
 * interface Counter {
 *   calls: { add(n: number): number };
 *   casts: { reset(): void };
 * }
 *
 * const counter = server<Counter>("counter")({
 *   init: (start: number) => start,
 *   calls: { add: (n, count) => reply(count + n, count + n) },
 *   casts: { reset: () => noreply(0) },
 * });
 *
 * const ref = await runtime.start(counter, 40);
 * await ref.call("add", 2); // 42
 * ```
 *
 * Source: Erlang stdlib, gen_server; Elixir GenServer.
 */
export function server<P>(
  label: string,
): <S, A = undefined>(callbacks: ServerCallbacks<P, S, A>) => Definition<A, ServerRef<P>> {
  return <S, A>(callbacks: ServerCallbacks<P, S, A>): Definition<A, ServerRef<P>> => ({
    label,
    type: "worker",
    create: (self, argument) =>
      new ServerBehaviour(callbacks as unknown as AnyCallbacks, self as unknown as AnySelf, argument),
  });
}

type AnySelf = Self<unknown>;
type Handler = (argument: unknown, state: unknown, self: AnySelf, from?: From) => unknown;
interface AnyCallbacks {
  init(argument: unknown, self: AnySelf): unknown;
  readonly calls: Readonly<Record<string, Handler>>;
  readonly casts: Readonly<Record<string, Handler>>;
  info?(message: unknown, state: unknown, self: AnySelf): unknown;
  continue?(argument: unknown, state: unknown, self: AnySelf): unknown;
  timeout?(state: unknown, self: AnySelf): unknown;
  terminate?(reason: ExitReason, state: unknown, self: AnySelf): unknown;
  describe?(state: unknown): Readonly<Record<string, unknown>>;
}

/** The loop of a server: picks the callback for a piece of mail, and does what its result says. */
class ServerBehaviour implements Behaviour {
  readonly #callbacks: AnyCallbacks;
  readonly #self: AnySelf;
  /** Forgotten after `init`: it may be large. */
  #argument: unknown;
  #state: unknown = undefined;
  #idle: { readonly mark: IdleMark; readonly timer: Timer } | undefined = undefined;

  constructor(callbacks: AnyCallbacks, self: AnySelf, argument: unknown) {
    this.#callbacks = callbacks;
    this.#self = self;
    this.#argument = argument;
  }

  init(): unknown {
    const argument = this.#argument;
    this.#argument = undefined;
    const begun = this.#callbacks.init(argument, this.#self);
    return isThenable(begun) ? Promise.resolve(begun).then((value) => this.#begin(value)) : this.#begin(begun);
  }

  receive(mail: Mail): unknown {
    if (mail.kind === MailKind.system) return this.#obey(mail.payload as SystemMessage, mail);
    const { payload } = mail;
    if (payload instanceof Continue) return this.#guard(mail, () => this.#continue(payload.continue));
    if (payload instanceof IdleMark) return this.#timeOut(mail, payload);
    if (this.#idle !== undefined) this.#stopIdling();
    if (mail.kind === MailKind.exit && this.#isFromParent(mail.payload as ExitMessage)) {
      return this.#terminate((mail.payload as ExitMessage).reason, undefined);
    }
    return this.#guard(mail, () => this.#dispatch(mail));
  }

  describe(): Readonly<Record<string, unknown>> {
    return this.#callbacks.describe?.(this.#state) ?? {};
  }

  #dispatch(mail: Mail): unknown {
    const callbacks = this.#callbacks;
    switch (mail.kind) {
      case MailKind.call:
        return own(callbacks.calls, mail.name, "call")(mail.payload, this.#state, this.#self, mail.from);
      case MailKind.cast:
        return own(callbacks.casts, mail.name, "cast")(mail.payload, this.#state, this.#self);
      default:
        return callbacks.info === undefined ? this.#stay() : callbacks.info(mail.payload, this.#state, this.#self);
    }
  }

  #begin(outcome: unknown): unknown {
    if (outcome === ignore) return ignore;
    if (!(outcome instanceof Initial)) {
      this.#state = outcome;
      return undefined;
    }
    this.#state = outcome.state;
    this.#proceed(outcome.next);
    return undefined;
  }

  /** Runs a callback and does what its result says; a failure terminates the server. */
  #guard(mail: Mail, callback: () => unknown): unknown {
    try {
      return this.#apply(callback(), mail);
    } catch (error) {
      return this.#terminate(failure(error), mail);
    }
  }

  #apply(result: unknown, mail: Mail): unknown {
    if (isThenable(result)) {
      return Promise.resolve(result).then(
        (value) => this.#apply(value, mail),
        (error: unknown) => this.#terminate(failure(error), mail),
      );
    }
    if (!this.#self.process.alive) return undefined;
    if (!(result instanceof Result)) return this.#terminate(failure(new BadReturnError(callbackOf(mail))), mail);
    this.#state = result.state;
    if (result.answer !== undefined) mail.from?.reply(result.answer.value);
    if (result.reason !== undefined) return this.#terminate(result.reason, mail);
    this.#proceed(result.next);
    return undefined;
  }

  #proceed(next: Next | undefined): void {
    if (next === undefined) return;
    if ("continue" in next) this.#self.sendFirst(new Continue(next.continue));
    else if (next.timeout !== undefined) this.#waitIdle(next.timeout);
  }

  #continue(argument: unknown): unknown {
    if (this.#callbacks.continue === undefined) throw new NoHandlerError("continue", String(argument));
    return this.#callbacks.continue(argument, this.#state, this.#self);
  }

  #waitIdle(timeout: number): void {
    const mark = new IdleMark();
    this.#idle = { mark, timer: this.#self.sendAfter(timeout, mark) };
  }

  #stopIdling(): void {
    this.#idle?.timer.cancel();
    this.#idle = undefined;
  }

  #timeOut(mail: Mail, mark: IdleMark): unknown {
    if (this.#idle?.mark !== mark) return undefined;
    this.#idle = undefined;
    const callbacks = this.#callbacks;
    if (callbacks.timeout === undefined) return undefined;
    return this.#guard(mail, () => callbacks.timeout?.(this.#state, this.#self));
  }

  #stay(): Result<unknown> {
    return new Result(this.#state, undefined, undefined);
  }

  #obey(message: SystemMessage, mail: Mail): unknown {
    switch (message.order) {
      case "stop":
        return this.#terminate(message.reason, undefined);
      case "getState":
        mail.from?.reply(this.#state);
        return undefined;
      case "replaceState":
        this.#state = message.replace(this.#state);
        mail.from?.reply(this.#state);
        return undefined;
    }
  }

  /** `mail` is what the server was working on, when it is the server's own doing that it ends. */
  #terminate(reason: ExitReason, mail: Mail | undefined): unknown {
    // Ended meanwhile, by its own `exit` or by a signal: neither calls `terminate` (OTP E5, G9).
    if (!this.#self.process.alive) return undefined;
    this.#stopIdling();
    try {
      const pending = this.#callbacks.terminate?.(reason, this.#state, this.#self);
      if (isThenable(pending)) {
        return Promise.resolve(pending).then(
          () => this.#leave(reason, mail),
          (error: unknown) => this.#leave(failure(error), mail),
        );
      }
    } catch (error) {
      return this.#leave(failure(error), mail);
    }
    return this.#leave(reason, mail);
  }

  #leave(reason: ExitReason, mail: Mail | undefined): void {
    if (!this.#self.process.alive) return;
    if (!isOrderly(reason)) {
      const lastMessage = mail === undefined ? undefined : mail.kind === MailKind.info ? mail.payload : mail;
      this.#self.runtime.crashed({ process: this.#self.process, reason, lastMessage, state: this.#state });
    }
    this.#self.exit(reason);
  }

  #isFromParent(message: ExitMessage): boolean {
    return message.process !== undefined && message.process === this.#self.parent;
  }
}

/** Goes before all queued mail, so that nothing comes between a handler and its `continue` (OTP G7). */
class Continue {
  readonly continue: unknown;

  constructor(argument: unknown) {
    this.continue = argument;
  }
}

/** The message of one idle timeout; one that other mail has overtaken is recognised by not being the current one. */
class IdleMark {}

function own(handlers: Readonly<Record<string, Handler>>, name: string, kind: "call" | "cast"): Handler {
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (handler === undefined) throw new NoHandlerError(kind, name);
  return handler;
}

function callbackOf(mail: Mail | undefined): string {
  if (mail?.kind === MailKind.call) return `the call ${JSON.stringify(mail.name)}`;
  if (mail?.kind === MailKind.cast) return `the cast ${JSON.stringify(mail.name)}`;
  return "info, continue or timeout";
}
