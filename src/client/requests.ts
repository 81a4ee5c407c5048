import { type Clock, isThenable } from "../../actors/index.js";
import { checkedOperation, type Operation, type RequestOptions } from "../operation/operation.js";
import type { Settlement } from "../operation/settlement.js";
import type { Tokens } from "../operation/token.js";
import type { CancelledError } from "../protocol/errors.js";
import { errorOf, type Failure, type Reach } from "../protocol/failure.js";
import { isProgressToken, type Params, type RpcError } from "../protocol/message.js";
import type { KnownMethod, ResultByMethod } from "../protocol/results.js";
import type { StandardSchema } from "../protocol/standard-schema.js";
import { Call, type CallHost, TokenListeners } from "./call.js";
import type { Hub } from "./hub.js";
import { type OperationPromise, operationPromise } from "./operation-promise.js";
import { Order, type OrderHost } from "./order.js";
import { resultOf } from "./result.js";

export interface RequestsParts {
  readonly clock: Clock;
  readonly hub: Hub;
  readonly tokens: Tokens;
  readonly schemas: { readonly [M in KnownMethod]: StandardSchema };
  /** Hears of every error that a server answered with, before the caller does. */
  readonly refused?: ((error: RpcError) => void) | undefined;
  readonly defaults: {
    readonly timeout: number;
    readonly maxTimeout: number;
    readonly retry: boolean | number | undefined;
    readonly progressBuffer: number;
  };
}

/** A checked result, and how it came about. */
export interface Carried<R> {
  readonly value: R;
  readonly reach: Reach;
  /** Whether the server asked for input on the way: then the result depends on more than the request. */
  readonly hasRounds: boolean;
}

/** Looks at a checked result with the request it answers. Throws, or returns a promise that rejects, if it is not in order. */
export type Look<R> = (result: R, params: Params | undefined, reach: Reach) => undefined | Promise<void>;

/** Makes the promises that a client's methods return, and has their operations carried out. */
export class Requests {
  readonly listeners = new TokenListeners();
  readonly #parts: RequestsParts;
  readonly #host: OrderHost;
  readonly #callHost: CallHost;
  #underWay = 0;
  /** Why nothing new is begun any more. */
  #refusal: Failure | undefined = undefined;
  #whenIdle: (() => void) | undefined = undefined;

  constructor(parts: RequestsParts) {
    this.#parts = parts;
    const { hub, tokens, defaults } = parts;
    const finish = <R>(order: Order<R>, settlement: Settlement) => this.#finish(order, settlement);
    this.#host = { hub, listeners: this.listeners, finish, defaults };
    this.#callHost = { link: hub.link, tokens, progressBuffer: defaults.progressBuffer };
  }

  /** One request of the specification, as a caller's promise. */
  perform<M extends KnownMethod>(
    method: M,
    params: Params | undefined,
    options: RequestOptions | undefined,
    look?: Look<ResultByMethod[M]>,
  ): OperationPromise<ResultByMethod[M]> {
    return this.one(method, options, () => operationOf(method, params, options), look);
  }

  /**
   * One operation as a caller's promise. Most calls come this way, so that nothing in it is an async function: each of
   * those holds about 500 B as long as its call is pending.
   */
  one<R>(
    method: string,
    options: Pick<RequestOptions, "progress" | "signal"> | undefined,
    make: () => Operation<R>,
    look?: Look<R>,
  ): OperationPromise<R> {
    const call = this.#call(options);
    return operationPromise(this.#carryOne(method, call, make, look), call);
  }

  #carryOne<R>(method: string, call: Call, make: () => Operation<R>, look: Look<R> | undefined): Promise<R> {
    this.#underWay++;
    try {
      if (this.#refusal !== undefined) throw errorOf(method, this.#refusal, UNSENT);
      const { link, reporter } = this.#parts.hub;
      const operation = make();
      if (reporter.watchesOperations) return this.#carryWatched(operation, call, look);
      const order = this.#order(operation, call, undefined, look);
      return link.requestFor(order, order);
    } catch (error) {
      return Promise.reject(this.#failed(call, error));
    }
  }

  /** The same while telemetry watches, which costs more anyway. */
  async #carryWatched<R>(operation: Operation<R>, call: Call, look: Look<R> | undefined): Promise<R> {
    try {
      const { value, reach } = await this.carry(operation, call);
      const looking: Promise<void> | undefined = look?.(value, operation.params, reach);
      if (looking !== undefined) await looking;
      this.#ended(call);
      return value;
    } catch (error) {
      throw this.#failed(call, error);
    }
  }

  #finish<R>(order: Order<R>, settlement: Settlement): R | Promise<R> {
    const { call, look } = order;
    try {
      const result = this.#resultOf(order, settlement);
      const looked = isThenable(result)
        ? result.then((value) => lookedAt(value, order, settlement, look))
        : lookedAt(result, order, settlement, look);
      if (isThenable(looked)) return this.#finishLater(call, looked as PromiseLike<R>);
      this.#ended(call);
      return looked;
    } catch (error) {
      throw this.#failed(call, error);
    }
  }

  async #finishLater<R>(call: Call, checking: PromiseLike<R>): Promise<R> {
    try {
      const result = await checking;
      this.#ended(call);
      return result;
    } catch (error) {
      throw this.#failed(call, error);
    }
  }

  /** Makes the promise that a caller gets, and what its handle acts on. `body` may take several operations. */
  begin<T>(
    method: string,
    options: Pick<RequestOptions, "progress" | "signal"> | undefined,
    body: (call: Call) => Promise<T>,
  ): OperationPromise<T> {
    const call = this.#call(options);
    return operationPromise(this.#follow(method, call, options?.signal, body), call);
  }

  #call(options: Pick<RequestOptions, "progress"> | undefined): Call {
    const { clock } = this.#parts;
    const progress: unknown = options?.progress;
    const given = typeof progress === "object" && progress !== null && "token" in progress ? progress.token : undefined;
    return new Call(this.#callHost, clock.now(), isProgressToken(given) ? given : undefined);
  }

  async #follow<T>(
    method: string,
    call: Call,
    signal: AbortSignal | undefined,
    body: (call: Call) => Promise<T>,
  ): Promise<T> {
    this.#underWay++;
    try {
      if (this.#refusal !== undefined) throw errorOf(method, this.#refusal, UNSENT);
      // Here rather than further down, where the caller's line would be too far away for the stack.
      if (signal?.aborted === true) throw cancelled(method, signal.reason, signal.reason);
      const result = await body(call);
      this.#ended(call);
      return result;
    } catch (error) {
      throw this.#failed(call, error);
    }
  }

  #ended(call: Call, error?: unknown): void {
    call.end(error);
    this.#underWay--;
    if (this.#underWay === 0) this.#whenIdle?.();
  }

  #failed(call: Call, error: unknown): unknown {
    this.#ended(call, error);
    return error;
  }

  /** Begins nothing new any more. Calls back once nothing is under way, at once if that is so. */
  refuse(failure: Failure, whenIdle: () => void): void {
    this.#refusal ??= failure;
    if (this.#underWay === 0) whenIdle();
    else this.#whenIdle = whenIdle;
  }

  /** One operation from the caller's side: its checked result. */
  async run<R>(operation: Operation<R>, call: Call): Promise<R> {
    return (await this.carry(operation, call)).value;
  }

  /** One operation from the caller's side: it is made, carried out by the connection, and its result checked. */
  carry<R>(operation: Operation<R>, call: Call): Promise<Carried<R>> {
    const { reporter } = this.#parts.hub;
    if (!reporter.watchesOperations) return this.#carry(operation, call);
    return reporter.watch(operation, call.token, () => this.#carry(operation, call));
  }

  async #carry<R>(operation: Operation<R>, call: Call): Promise<Carried<R>> {
    const order = this.#order(operation, call, this.#parts.clock.now(), undefined);
    const settlement = await this.#parts.hub.link.request(order);
    const value = await this.#resultOf(order, settlement);
    const { outcome, attempts } = settlement;
    return { value, reach: { outcome, attempts }, hasRounds: settlement.ok && settlement.hasRounds === true };
  }

  #resultOf<R>(order: Order<R>, settlement: Settlement): R | Promise<R> {
    if (!settlement.ok && settlement.failure.code === "PROTOCOL") this.#parts.refused?.(settlement.failure.error);
    return resultOf(order, settlement, this.#parts.schemas);
  }

  /** @throws {CancelledError} for what has been given up already. */
  #order<R>(operation: Operation<R>, call: Call, startedAt: number | undefined, look: Look<R> | undefined): Order<R> {
    const { method, signal } = operation;
    if (call.cancelled !== undefined) throw cancelled(method, call.cancelled.reason);
    if (signal?.aborted) throw cancelled(method, signal.reason, signal.reason);
    if (signal !== undefined) call.obey(signal);
    return new Order(this.#host, operation, call, startedAt, look);
  }
}

const UNSENT = { outcome: "not_sent", attempts: 0 } as const;

function lookedAt<R>(result: R, { params }: Order<R>, reach: Reach, look: Look<R> | undefined): R | PromiseLike<R> {
  const looking = look?.(result, params, reach);
  return looking === undefined ? result : looking.then(() => result);
}

/** @throws {ConfigError} {@link InvalidRequestError} for options that cannot be. */
export function operationOf<M extends KnownMethod>(
  method: M,
  params: Params | undefined,
  options: RequestOptions | undefined,
): Operation<ResultByMethod[M]> {
  return checkedOperation<ResultByMethod[M]>(method, params, options ?? undefined);
}

function cancelled(method: string, reason: unknown, cause?: unknown): CancelledError {
  return errorOf(method, { code: "CANCELLED", reason, cause }, UNSENT) as CancelledError;
}
