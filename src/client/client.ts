import type { Process, Runtime } from "../../actors/index.js";
import type { ServiceState, Stats } from "../connection/settings.js";
import {
  assertOperation,
  checkedOperation,
  checkLimit,
  type Operation,
  type ProgressCallback,
  type ProgressOption,
  type RequestOptions,
} from "../operation/operation.js";
import type { Settlement } from "../operation/settlement.js";
import { isThenable } from "../operation/thenable.js";
import { generateProgressToken } from "../operation/token.js";
import { InvalidRequestError } from "../protocol/errors.js";
import { errorOf } from "../protocol/failure.js";
import type { ServerInfo } from "../protocol/legacy.js";
import { isProgressToken, type Params, type ProgressToken } from "../protocol/message.js";
import type {
  CallToolResult,
  EmptyResult,
  KnownMethod,
  ListToolsResult,
  ReadResourceResult,
  ResultByMethod,
} from "../protocol/results.js";
import type { StandardSchema } from "../protocol/standard-schema.js";
import { onAbort } from "./aborts.js";
import { Call, TokenListeners } from "./call.js";
import type { ClientEvents, EventName } from "./events.js";
import type { Hub } from "./hub.js";
import { type OperationPromise, operationPromise } from "./operation-promise.js";
import { walkPages } from "./pages.js";
import { type ReadyOptions, untilReady } from "./readiness.js";
import { resultOf } from "./result.js";
import type { ToolBook } from "./tool-book.js";

/** Options of the list methods. */
export interface ListOptions extends RequestOptions {
  /** Asks for this one page only; without it every page is walked. */
  readonly cursor?: string | undefined;
}

/** What a client works with; made by `connect`. @internal */
export interface ClientParts {
  readonly runtime: Runtime;
  readonly hub: Hub;
  readonly tools: ToolBook;
  readonly schemas: { readonly [M in KnownMethod]: StandardSchema };
  readonly defaults: {
    readonly timeout: number;
    readonly maxTimeout: number;
    readonly retry: boolean | number | undefined;
    readonly progressBuffer: number;
  };
  /** Ends the client's supervision tree; resolves when nothing of it is left. */
  readonly shutDown: () => Promise<void>;
  readonly root: Process;
}

/**
 * A supervised connection to one MCP server. Its methods wait while the connection is made or made again; each returns an
 * {@link OperationPromise} and never throws synchronously.
 *
 * Disposable: `await using client = await connect(…)`.
 */
export class Client implements AsyncDisposable {
  readonly #parts: ClientParts;
  readonly #listeners = new TokenListeners();
  #closing: Promise<void> | undefined;

  /** Use `connect`. @internal */
  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  /** `starting`, `ready`, `reconnecting`, `down` (operations fail at once) or `closed`. */
  get state(): ServiceState {
    return this.#parts.hub.state;
  }

  /** What the server said of itself in the latest handshake; `undefined` before the first. */
  get server(): ServerInfo | undefined {
    return this.#parts.hub.server;
  }

  /** Counters since the client was made. */
  get stats(): Stats {
    return structuredClone(this.#parts.hub.stats);
  }

  /** Asks whether the server is there. MCP 2025-11-25, "Ping". */
  ping(options?: RequestOptions): OperationPromise<EmptyResult> {
    return this.#perform("ping", undefined, options);
  }

  /**
   * The server's tools, all pages of them. What they say of themselves (`readOnlyHint`, `idempotentHint`) decides whether
   * later calls may be repeated. MCP 2025-11-25, "Tools".
   *
   * @throws {InvalidResultError} when the server gives a cursor twice, or more than 1,000 pages.
   */
  listTools(options?: ListOptions): OperationPromise<ListToolsResult> {
    return this.#begin(options?.progress, async (call) => {
      const result = await walkPages("tools/list", options?.cursor, (cursor) => {
        const params = cursor === undefined ? undefined : { cursor };
        return this.#run(checkedOperation<ListToolsResult>("tools/list", params, options), call);
      });
      this.#parts.tools.learn(result.tools, options?.cursor === undefined);
      return result;
    });
  }

  /**
   * Calls a tool. A result with `isError` resolves: it is the tool's answer. MCP 2025-11-25, "Tools".
   *
   * If the connection is lost meanwhile, the call is repeated only if that does no harm; see {@link RequestOptions.retry}.
   */
  callTool(name: string, args?: Params, options?: RequestOptions): OperationPromise<CallToolResult> {
    return this.#perform("tools/call", args === undefined ? { name } : { name, arguments: args }, options);
  }

  /** Reads a resource. MCP 2025-11-25, "Resources". */
  readResource(uri: string, options?: RequestOptions): OperationPromise<ReadResourceResult> {
    return this.#perform("resources/read", { uri }, options);
  }

  /** Performs an operation made with `createOperation`. */
  request<R>(operation: Operation<R>): OperationPromise<R> {
    return this.#begin(operation?.token === undefined ? undefined : { token: operation.token }, async (call) => {
      assertOperation(operation);
      return await this.#run<R>(operation, call);
    });
  }

  /**
   * Sends a notification if the client is ready; otherwise it is lost, as notifications may be.
   *
   * @throws {InvalidRequestError} when the parameters cannot be serialised: there is no promise to reject.
   */
  notify(method: string, params?: Params): void {
    this.#parts.hub.link.notify({ method, text: encodeNotification(method, params) });
  }

  /** Listens to the progress of whatever operation bears this token, now or later. Returns how to stop. */
  onProgress(token: ProgressToken, callback: ProgressCallback): () => void {
    return this.#listeners.add(token, callback);
  }

  /** Cancels every operation that has not settled. */
  cancelAll(reason?: unknown): void {
    this.#parts.hub.link.cancelAll(reason);
  }

  /** Listens to an event. Returns how to stop. */
  on<E extends EventName>(event: E, handler: (event: ClientEvents[E]) => unknown): () => void {
    return this.#parts.hub.events.on(event, handler);
  }

  /**
   * Waits until the client is ready. Rejects with the cause when it is closed or down, or when `timeout` passes or
   * `signal` aborts.
   */
  async ready(options: ReadyOptions = {}): Promise<void> {
    checkLimit("timeout", options.timeout);
    const failure = await untilReady(this.#parts.hub, this.#parts.runtime.clock, { ...options, atFirst: false });
    if (failure !== undefined) throw errorOf("ready", failure, UNSENT);
  }

  /**
   * Ends the client: what is under way rejects at once with ConnectionClosedError, the server is ended with everything it
   * has started, and the promise resolves when nothing is left. Idempotent, at any time.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#parts.hub.close({ code: "CONNECTION_CLOSED", message: "The client was closed" });
    await this.#parts.shutDown();
  }

  #perform<M extends KnownMethod>(
    method: M,
    params: Params | undefined,
    options: RequestOptions | undefined,
  ): OperationPromise<ResultByMethod[M]> {
    const call = this.#call(options?.progress);
    return operationPromise(this.#performOne(call, method, params, options), call);
  }

  async #performOne<M extends KnownMethod>(
    call: Call,
    method: M,
    params: Params | undefined,
    options: RequestOptions | undefined,
  ): Promise<ResultByMethod[M]> {
    try {
      const operation: Operation<ResultByMethod[M]> = checkedOperation(method, params, options);
      // Not through `#run`: each async function on the way costs a promise, and most calls come this way.
      const result = resultOf(operation, await this.#settlementOf(operation, call), this.#parts.schemas);
      const settled = isThenable(result) ? await result : result;
      call.end();
      return settled;
    } catch (error) {
      call.end(error);
      throw error;
    }
  }

  /** Makes the promise that a caller gets, and what its handle acts on. */
  #begin<T>(progress: ProgressOption | undefined, body: (call: Call) => Promise<T>): OperationPromise<T> {
    const call = this.#call(progress);
    return operationPromise(this.#follow(call, body), call);
  }

  #call(progress: ProgressOption | undefined): Call {
    const { hub, runtime, defaults } = this.#parts;
    const given = typeof progress === "object" ? progress?.token : undefined;
    const token = isProgressToken(given) ? given : generateProgressToken();
    return new Call(token, runtime.clock.now(), defaults.progressBuffer, hub.link);
  }

  async #follow<T>(call: Call, body: (call: Call) => Promise<T>): Promise<T> {
    try {
      const result = await body(call);
      call.end();
      return result;
    } catch (error) {
      call.end(error);
      throw error;
    }
  }

  /** One operation from the caller's side: it is made, carried out by the connection, and its result checked. */
  async #run<R>(operation: Operation<R>, call: Call): Promise<R> {
    return await resultOf(operation, await this.#settlementOf(operation, call), this.#parts.schemas);
  }

  /** Has the operation carried out. @throws {CancelledError} when it was given up before. */
  #settlementOf(operation: Operation, call: Call): Promise<Settlement> {
    const { hub, runtime, defaults } = this.#parts;
    const { method, signal } = operation;
    if (call.cancelled !== undefined)
      throw errorOf(method, { code: "CANCELLED", reason: call.cancelled.reason }, UNSENT);
    if (signal?.aborted) {
      throw errorOf(method, { code: "CANCELLED", reason: signal.reason, cause: signal.reason }, UNSENT);
    }
    const settlement = hub.link.request({
      method,
      params: operation.params,
      meta: operation.meta,
      token: call.token,
      priority: operation.priority,
      retry: operation.retry ?? defaults.retry,
      timeout: operation.timeout ?? defaults.timeout,
      maxTimeout: operation.maxTimeout ?? defaults.maxTimeout,
      calledAt: call.calledAt,
      startedAt: runtime.clock.now(),
      headers: operation.headers,
      isStream: false,
      deliver: (update) => {
        if (call.show(update) > 0) hub.drop("overflow", call.token);
        hub.events.emit("progress", update);
        return this.#listeners.of(operation, call.token)?.(update);
      },
    });
    if (signal === undefined) return settlement;
    const unwatch = onAbort(signal, () => hub.link.cancel(call.token, signal.reason, signal.reason));
    return settlement.finally(unwatch);
  }
}

function encodeNotification(method: string, params: Params | undefined): string {
  try {
    return JSON.stringify({ jsonrpc: "2.0", method, params });
  } catch (cause) {
    throw new InvalidRequestError(`Expected the parameters of ${method} to be JSON: see \`cause\``, cause);
  }
}

const UNSENT = { outcome: "not_sent", attempts: 0 } as const;
