import type { Runtime } from "../../actors/index.js";
import type { ServiceState, Stats } from "../connection/settings.js";
import {
  assertOperation,
  checkLimit,
  type Operation,
  type ProgressCallback,
  type RequestOptions,
} from "../operation/operation.js";
import { ConfigError, InvalidRequestError } from "../protocol/errors.js";
import { errorOf } from "../protocol/failure.js";
import type { ServerInfo } from "../protocol/legacy.js";
import { isRecord, type Params, type ProgressToken } from "../protocol/message.js";
import type {
  CallToolResult,
  CompleteResult,
  DiscoverResult,
  EmptyResult,
  GetPromptResult,
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
  ReadResourceResult,
} from "../protocol/results.js";
import { drained } from "./drain.js";
import type { ClientEvents, EventName, LogLevel } from "./events.js";
import type { Root } from "./handlers/types.js";
import type { Hub } from "./hub.js";
import type { ListOptions, ReadOptions } from "./lists/lists.js";
import type { OperationPromise } from "./operation-promise.js";
import { type ReadyOptions, untilReady } from "./readiness.js";
import type { ResourceHandler, Subscription } from "./subscriptions/subscriptions.js";
import type { Workings } from "./workings.js";

/** What is completed: an argument of a prompt, or of a resource template. MCP 2025-11-25, "Completion". */
export type CompletionReference =
  | { readonly type: "ref/prompt"; readonly name: string }
  | { readonly type: "ref/resource"; readonly uri: string };

/** Options of `complete`. */
export interface CompleteOptions extends RequestOptions {
  /** What the other arguments have been given already. */
  readonly context?: { readonly arguments?: Readonly<Record<string, string>> | undefined } | undefined;
}

/** Options of `close`. */
export interface CloseOptions {
  /**
   * Milliseconds that what is under way may take to finish; nothing new is begun meanwhile. Default 0: it rejects at once.
   * `Infinity` is allowed.
   */
  readonly drain?: number | undefined;
}

/** What a client works with; made by `connect`. @internal */
export interface ClientParts {
  readonly runtime: Runtime;
  readonly hub: Hub;
  readonly workings: Workings;
  /** Ends the client's supervision tree; resolves when nothing of it is left. */
  readonly shutDown: () => Promise<void>;
}

/**
 * A supervised connection to one MCP server. Its methods wait while the connection is made or made again; each request
 * returns an {@link OperationPromise} and never throws synchronously. What they reject with, besides what each says:
 * {@link TimeoutError}, {@link CancelledError}, {@link ConnectionLostError}, {@link ConnectionClosedError},
 * {@link OverloadedError}, {@link ProtocolError}, {@link InvalidResultError}, {@link CapabilityError} where the server has
 * not declared what the method needs, {@link ConfigError} and {@link InvalidRequestError} for options and parameters that
 * cannot be.
 *
 * Disposable: `await using client = await connect(…)`.
 */
export class Client implements AsyncDisposable {
  readonly #parts: ClientParts;
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

  /** Asks whether the server is there. MCP 2025-11-25, "Ping"; with 2026-07-28 this is `server/discover`. */
  ping(options?: RequestOptions): OperationPromise<EmptyResult> {
    return this.#parts.workings.requests.perform("ping", undefined, options);
  }

  /**
   * What the server says of itself: versions, capabilities, instructions. May be shown again while it is fresh. MCP
   * 2026-07-28, "Discovery".
   *
   * @throws {CapabilityError} when an earlier revision is spoken: look at `client.server`.
   */
  discover(options?: ReadOptions): OperationPromise<DiscoverResult> {
    return this.#parts.workings.lists.discover(options);
  }

  /**
   * The server's tools, all pages of them. What they say of themselves decides whether later calls may be repeated
   * (`readOnlyHint`, `idempotentHint`) and what their results must look like (`outputSchema`). Once listed, they are
   * listed again by the client itself when they change and after a reconnect. Tools whose definition is invalid are left
   * out, with a `warning`. MCP 2025-11-25, "Tools".
   *
   * @throws {InvalidResultError} when the server gives a cursor twice, or more than 1,000 pages.
   */
  listTools(options?: ListOptions): OperationPromise<ListToolsResult> {
    return this.#parts.workings.lists.tools(options);
  }

  /**
   * Calls a tool. A result with `isError` resolves: it is the tool's answer. MCP 2025-11-25, "Tools".
   *
   * If the connection is lost meanwhile, the call is repeated only if that does no harm; see {@link RequestOptions.retry}.
   *
   * @throws {InvalidResultError} when the tool was listed with an `outputSchema` that the `structuredContent` does not fit.
   */
  callTool(name: string, args?: Params, options?: RequestOptions): OperationPromise<CallToolResult> {
    const { requests, checkOutput } = this.#parts.workings;
    const params = args === undefined ? { name } : { name, arguments: args };
    return requests.perform("tools/call", params, options, checkOutput);
  }

  /** The server's resources, all pages of them. MCP 2025-11-25, "Resources". @throws {InvalidResultError} as `listTools` */
  listResources(options?: ListOptions): OperationPromise<ListResourcesResult> {
    return this.#parts.workings.lists.list("resources/list", options);
  }

  /** The server's resource templates, all pages. MCP 2025-11-25, "Resources". @throws {InvalidResultError} as `listTools` */
  listResourceTemplates(options?: ListOptions): OperationPromise<ListResourceTemplatesResult> {
    return this.#parts.workings.lists.list("resources/templates/list", options);
  }

  /** Reads a resource; an earlier result is shown again while it is fresh by its own word. MCP 2025-11-25, "Resources". */
  readResource(uri: string, options?: ReadOptions): OperationPromise<ReadResourceResult> {
    return this.#parts.workings.lists.read(uri, options);
  }

  /**
   * Subscribes to a resource: `handler`, and the `resourceUpdated` event, hear when it has changed. Resolves when the
   * server has agreed. The subscription lives over reconnects; several to one resource are one on the wire. MCP
   * 2025-11-25, "Resources"; 2026-07-28, "Subscriptions".
   *
   * @throws {CapabilityError} when the server has no subscriptions, or does not agree to this one.
   */
  subscribe(uri: string, handler?: ResourceHandler): Promise<Subscription> {
    return this.#parts.workings.subscriptions.subscribe(uri, handler);
  }

  /** The server's prompts, all pages of them. MCP 2025-11-25, "Prompts". @throws {InvalidResultError} as `listTools` */
  listPrompts(options?: ListOptions): OperationPromise<ListPromptsResult> {
    return this.#parts.workings.lists.list("prompts/list", options);
  }

  /** A prompt with its arguments filled in. MCP 2025-11-25, "Prompts". */
  getPrompt(
    name: string,
    args?: Readonly<Record<string, string>>,
    options?: RequestOptions,
  ): OperationPromise<GetPromptResult> {
    const params = args === undefined ? { name } : { name, arguments: args };
    return this.#parts.workings.requests.perform("prompts/get", params, options);
  }

  /** Proposes values for an argument: at most 100. MCP 2025-11-25, "Completion". */
  complete(
    ref: CompletionReference,
    argument: { readonly name: string; readonly value: string },
    options?: CompleteOptions,
  ): OperationPromise<CompleteResult> {
    const { context } = options ?? {};
    const params = context === undefined ? { ref, argument } : { ref, argument, context };
    return this.#parts.workings.requests.perform("completion/complete", params, options);
  }

  /**
   * From which level on the server shall send log messages, which are `log` events. Kept over reconnects. With 2026-07-28
   * every request says the level, so nothing is sent, and without a level there are no messages. MCP 2025-11-25, "Logging".
   */
  setLogLevel(level: LogLevel, options?: RequestOptions): OperationPromise<EmptyResult> {
    return this.#parts.workings.logLevels.set(level, options);
  }

  /** Performs an operation made with `createOperation`. Always asks the server. */
  request<R>(operation: Operation<R>): OperationPromise<R> {
    const { requests } = this.#parts.workings;
    const { method = "request", token } = operation ?? {};
    return requests.one(method, token === undefined ? undefined : { progress: { token } }, () => {
      assertOperation(operation);
      return operation;
    });
  }

  /**
   * Sends a notification if the client is ready; otherwise it is lost, as notifications may be.
   *
   * @throws {InvalidRequestError} when it cannot be made: there is no promise to reject. Nothing else is thrown.
   */
  notify(method: string, params?: Params): void {
    this.#parts.hub.link.notify({ method, text: encodeNotification(method, params) });
  }

  /**
   * Replaces the roots. The server hears of a change if it is there, and `roots` was given to `connect`. MCP 2025-11-25,
   * "Roots".
   *
   * @throws {ConfigError} for a root that cannot be; then nothing changes.
   */
  setRoots(roots: readonly Root[]): void {
    this.#parts.workings.roots.set(roots);
  }

  /** Adds a root; one with that `uri` gets the new name. @throws {ConfigError} for a root that cannot be. */
  addRoot(root: Root): void {
    this.#parts.workings.roots.add(root);
  }

  /** Removes the root with that `uri`, if there is one. */
  removeRoot(uri: string): void {
    this.#parts.workings.roots.remove(uri);
  }

  /** Listens to the progress of whatever operation bears this token, now or later. Returns how to stop. */
  onProgress(token: ProgressToken, callback: ProgressCallback): () => void {
    return this.#parts.workings.requests.listeners.add(token, callback);
  }

  /** Cancels every operation that has not settled. Subscriptions stay. */
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
    if (failure !== undefined) throw errorOf("ready", failure, { outcome: "not_sent", attempts: 0 });
  }

  /**
   * Ends the client: what is under way rejects with ConnectionClosedError (at once, or after `drain`), the server is ended
   * with everything it has started, and the promise resolves when nothing is left. Idempotent, at any time; the first
   * call's options count.
   *
   * @throws {ConfigError} for a `drain` that cannot be; then nothing is closed.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const { drain = 0 } = options;
    if (!(typeof drain === "number" && drain >= 0)) {
      throw new ConfigError("Expected `drain` to be milliseconds from 0 up, or Infinity");
    }
    this.#closing ??= this.#close(drain);
    await this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(drain: number): Promise<void> {
    const { hub, workings, runtime, shutDown } = this.#parts;
    const failure = { code: "CONNECTION_CLOSED", message: "The client was closed" } as const;
    if (drain > 0) await drained(workings.requests, failure, runtime.clock, drain);
    hub.close(failure);
    await shutDown();
  }
}

function encodeNotification(method: string, params: Params | undefined): string {
  if (typeof method !== "string" || method === "") throw new InvalidRequestError("Expected `method` to be a string");
  if (params !== undefined && !isRecord(params)) throw new InvalidRequestError("Expected `params` to be an object");
  try {
    return JSON.stringify({ jsonrpc: "2.0", method, params });
  } catch (cause) {
    throw new InvalidRequestError(`Expected the parameters of ${method} to be JSON: see \`cause\``, cause);
  }
}
