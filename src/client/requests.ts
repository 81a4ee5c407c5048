import type { Clock } from "../../actors/index.js";
import { createOperation, type Operation, type OperationInit, type RequestOptions } from "../operation/operation.js";
import { generateProgressToken } from "../operation/token.js";
import { type CancelledError, InvalidResultError } from "../protocol/errors.js";
import { errorOf, type Failure, type Reach } from "../protocol/failure.js";
import { isProgressToken, type Params } from "../protocol/message.js";
import type { KnownMethod, ResultByMethod } from "../protocol/results.js";
import type { StandardResult, StandardSchema } from "../protocol/standard-schema.js";
import { onAbort } from "./aborts.js";
import { Call, TokenListeners } from "./call.js";
import type { Hub } from "./hub.js";
import { type OperationPromise, operationPromise } from "./operation-promise.js";

export interface RequestsParts {
  readonly clock: Clock;
  readonly hub: Hub;
  readonly schemas: { readonly [M in KnownMethod]: StandardSchema };
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

/** Makes the promises that a client's methods return, and has their operations carried out. */
export class Requests {
  readonly listeners = new TokenListeners();
  readonly #parts: RequestsParts;
  readonly #underWay = new Set<Call>();
  /** Why nothing new is begun any more. */
  #refusal: Failure | undefined = undefined;
  #whenIdle: (() => void) | undefined = undefined;

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  /** One request of the specification, as a caller's promise. */
  perform<M extends KnownMethod>(
    method: M,
    params: Params | undefined,
    options: RequestOptions | undefined,
  ): OperationPromise<ResultByMethod[M]> {
    return this.begin(method, options, (call) => this.run(operationOf(method, params, options), call));
  }

  /** Makes the promise that a caller gets, and what its handle acts on. `body` may take several operations. */
  begin<T>(
    method: string,
    options: Pick<RequestOptions, "progress" | "signal"> | undefined,
    body: (call: Call) => Promise<T>,
  ): OperationPromise<T> {
    const { hub, clock, defaults } = this.#parts;
    const progress: unknown = options?.progress;
    const given = typeof progress === "object" && progress !== null && "token" in progress ? progress.token : undefined;
    const token = isProgressToken(given) ? given : generateProgressToken();
    const cancel = (it: Call, reason: unknown) => hub.link.cancel(it.token, reason, undefined);
    const call = new Call(token, clock.now(), defaults.progressBuffer, cancel);
    return operationPromise(this.#follow(method, call, options?.signal, body), call);
  }

  async #follow<T>(
    method: string,
    call: Call,
    signal: AbortSignal | undefined,
    body: (call: Call) => Promise<T>,
  ): Promise<T> {
    const refusal = this.#refusal;
    if (refusal === undefined) this.#underWay.add(call);
    try {
      if (refusal !== undefined) throw errorOf(method, refusal, { outcome: "not_sent", attempts: 0 });
      // Here rather than further down, where the caller's line would be too far away for the stack.
      if (signal?.aborted === true) throw cancelled(method, signal.reason, signal.reason);
      const result = await body(call);
      call.end();
      return result;
    } catch (error) {
      call.end(error);
      throw error;
    } finally {
      this.#underWay.delete(call);
      if (this.#underWay.size === 0) this.#whenIdle?.();
    }
  }

  /** Begins nothing new any more. Calls back once nothing is under way, at once if that is so. */
  refuse(failure: Failure, whenIdle: () => void): void {
    this.#refusal ??= failure;
    if (this.#underWay.size === 0) whenIdle();
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
    const { hub, clock, defaults } = this.#parts;
    const { method, signal } = operation;
    if (call.cancelled !== undefined) throw cancelled(method, call.cancelled.reason);
    if (signal?.aborted) throw cancelled(method, signal.reason, signal.reason);
    const unwatch = signal && onAbort(signal, () => hub.link.cancel(call.token, signal.reason, signal.reason));
    const settlement = await hub.link.request({
      method,
      params: operation.params,
      meta: operation.meta,
      token: call.token,
      priority: operation.priority,
      retry: operation.retry ?? defaults.retry,
      timeout: operation.timeout ?? defaults.timeout,
      maxTimeout: operation.maxTimeout ?? defaults.maxTimeout,
      calledAt: call.calledAt,
      startedAt: clock.now(),
      headers: operation.headers,
      isStream: false,
      deliver: (update) => {
        if (call.show(update) > 0) hub.drop("overflow", call.token);
        hub.reporter.progressed(method, update);
        hub.events.emit("progress", update);
        return this.listeners.of(operation, call.token)?.(update);
      },
    });
    unwatch?.();
    const reach = { outcome: settlement.outcome, attempts: settlement.attempts };
    if (!settlement.ok) throw errorOf(method, settlement.failure, reach);
    let cause: unknown;
    try {
      const checked = await this.#check(operation, settlement.result);
      if (checked.issues === undefined) {
        return { value: checked.value as R, reach, hasRounds: settlement.hasRounds === true };
      }
      cause = checked.issues;
    } catch (error) {
      cause = error;
    }
    throw new InvalidResultError(method, settlement.result, { ...reach, cause });
  }

  #check(operation: Operation, result: unknown): StandardResult<unknown> | Promise<StandardResult<unknown>> {
    const { schemas } = this.#parts;
    const { method } = operation;
    const known = Object.hasOwn(schemas, method) ? schemas[method as KnownMethod] : undefined;
    const schema = operation.result ?? known;
    return schema === undefined ? { value: result } : schema["~standard"].validate(result);
  }
}

/** @throws {ConfigError} {@link InvalidRequestError} for options that cannot be. */
export function operationOf<M extends KnownMethod>(
  method: M,
  params: Params | undefined,
  options: RequestOptions | undefined,
): Operation<ResultByMethod[M]> {
  return createOperation<M>({ ...options, method, params } as OperationInit<M> & { result?: undefined });
}

function cancelled(method: string, reason: unknown, cause?: unknown): CancelledError {
  return errorOf(method, { code: "CANCELLED", reason, cause }, { outcome: "not_sent", attempts: 0 }) as CancelledError;
}
