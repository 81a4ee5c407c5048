import { ConfigError, InvalidRequestError } from "../protocol/errors.js";
import { isProgressToken, isRecord, type Params, type ProgressToken } from "../protocol/message.js";
import type { KnownMethod, ResultByMethod } from "../protocol/results.js";
import { isStandardSchema, type StandardSchema } from "../protocol/standard-schema.js";
import { checkHeaders } from "./headers.js";

/** One step of a long-running operation. */
export interface ProgressUpdate {
  /** The operation's token: the caller's own, or the one that was generated for it. */
  readonly token: ProgressToken;
  /** Increases with every update of one attempt; anew after the server has asked for input. */
  readonly progress: number;
  /** What `progress` runs up to, when the server knows. */
  readonly total: number | undefined;
  readonly message: string | undefined;
  /** Which attempt made the progress; 1 unless the operation was repeated. */
  readonly attempt: number;
}

/**
 * Hears of an operation's progress. Called for one update at a time, in order: one that returns a promise is waited for
 * before it is called again. Not called after the operation has settled. What it throws is a `callbackError` event and
 * nothing else.
 */
export type ProgressCallback = (update: ProgressUpdate) => unknown;

/** A callback, a token of one's own, or both. */
export type ProgressOption =
  | ProgressCallback
  | { readonly token?: ProgressToken | undefined; readonly callback?: ProgressCallback | undefined };

/** What can be said of every request. */
export interface RequestOptions {
  /**
   * Milliseconds of silence, counted from the call, waiting included, and started anew by progress and by each attempt. It
   * stands still while a handler of the host's works for the operation. Default: the client's, which is 30,000. `Infinity`
   * is allowed.
   */
  readonly timeout?: number | undefined;
  /** Milliseconds in all, whatever happens. Default: the client's, which is 3,600,000. `Infinity` is allowed. */
  readonly maxTimeout?: number | undefined;
  readonly progress?: ProgressOption | undefined;
  /** Aborting it cancels the operation: {@link CancelledError} with `cause = signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Which of the waiting operations goes first: the greater number; default 0. */
  readonly priority?: number | undefined;
  /**
   * How often the operation may be repeated when its connection was lost. Default: 2 where that is safe. A number is
   * that many (`Infinity`: until a limit of the operation passes), `false` none; `true`, or a number, repeats a `tools/call` too, which the server may then run twice.
   */
  readonly retry?: boolean | number | undefined;
  /** Added to the request's `_meta`. */
  readonly meta?: Params | undefined;
  /** HTTP headers of this request alone; ignored where there is no HTTP. The protocol's own cannot be set. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What {@link createOperation} takes. */
export interface OperationInit<M extends string = string, R = unknown> extends RequestOptions {
  readonly method: M;
  readonly params?: Params | undefined;
  /** What the result must look like, where the specification does not say: any Standard Schema. */
  readonly result?: StandardSchema<R> | undefined;
}

/**
 * One client request as a value: what to ask, how to follow it, how long to wait. Checked and frozen; it can be kept,
 * passed around and given to `client.request`, once or, without a token of its own, many times.
 */
export interface Operation<R = unknown> {
  readonly method: string;
  readonly params: Params | undefined;
  readonly token: ProgressToken | undefined;
  readonly callback: ProgressCallback | undefined;
  readonly timeout: number | undefined;
  readonly maxTimeout: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
  readonly retry: boolean | number | undefined;
  readonly meta: Params | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly result: StandardSchema<R> | undefined;
}

/**
 * Makes an {@link Operation}.
 *
 * ```ts
 * const token = generateProgressToken();
 * const read = createOperation({ method: "resources/read", params: { uri: "file:///a" }, progress: { token }, timeout: 5_000 });
 * ```
 *
 * The result's type follows from a method of the specification; for another one it is that of the `result` schema.
 *
 * @throws {ConfigError} for a limit, priority or retry that cannot be.
 * @throws {InvalidRequestError} for a method, parameters, token or schema that cannot be.
 */
export function createOperation<M extends KnownMethod>(
  init: OperationInit<M> & { readonly result?: undefined },
): Operation<ResultByMethod[M]>;
export function createOperation<R>(init: OperationInit<string, R>): Operation<R>;
export function createOperation(init: OperationInit): Operation {
  check(isRecord(init), "an operation to be an object with a `method`", init);
  return Object.freeze(checkedOperation(init.method, init.params, init, init.result));
}

/**
 * {@link createOperation} with its parts apart, for callers that would only put them together. It is not frozen, which
 * is half of what it costs (0.05 µs of 0.10): it must not leave the client.
 */
export function checkedOperation<R = unknown>(
  method: string,
  params: Params | undefined,
  options: RequestOptions = NO_OPTIONS,
  result?: StandardSchema<R> | undefined,
): Operation<R> {
  const { signal, meta, priority = 0, retry } = options;
  check(typeof method === "string" && method.length > 0, "`method` to be a non-empty string", method);
  check(params === undefined || isRecord(params), "`params` to be an object", params);
  check(meta === undefined || isRecord(meta), "`meta` to be an object", meta);
  check(result === undefined || isStandardSchema(result), "`result` to be a Standard Schema", result);
  check(signal === undefined || isAbortSignal(signal), "`signal` to be an AbortSignal", signal);
  configure(Number.isFinite(priority), "`priority` to be a finite number", priority);
  configure(isRetry(retry), "`retry` to be true, false or a number of repeats from 0 up, or Infinity", retry);
  // Not in the constructor, which would move the caller's line out of the ten that V8 shows.
  checkLimit("timeout", options.timeout);
  checkLimit("maxTimeout", options.maxTimeout);
  return new CheckedOperation(method, params, options, priority, result);
}

const NO_OPTIONS: RequestOptions = {};

/** What has passed the checks is of this class, and nothing else is: copies have no private fields. */
class CheckedOperation<R> implements Operation<R> {
  readonly #isChecked = true;
  readonly method: string;
  readonly params: Params | undefined;
  readonly token: ProgressToken | undefined;
  readonly callback: ProgressCallback | undefined;
  readonly timeout: number | undefined;
  readonly maxTimeout: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
  readonly retry: boolean | number | undefined;
  readonly meta: Params | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly result: StandardSchema<R> | undefined;

  constructor(
    method: string,
    params: Params | undefined,
    { progress, timeout, maxTimeout, signal, retry, meta, headers }: RequestOptions,
    priority: number,
    result: StandardSchema<R> | undefined,
  ) {
    this.method = method;
    this.params = params;
    this.token = tokenOf(progress);
    this.callback = callbackOf(progress);
    this.timeout = timeout;
    this.maxTimeout = maxTimeout;
    this.signal = signal;
    this.priority = priority;
    this.retry = retry;
    this.meta = meta;
    this.headers = checkHeaders(headers);
    this.result = result;
  }

  static has(value: object): boolean {
    return #isChecked in value;
  }
}

/** @throws {InvalidRequestError} for something that `createOperation` has not checked. */
export function assertOperation(value: unknown): asserts value is Operation {
  check(isRecord(value) && CheckedOperation.has(value), "an operation made with `createOperation`", value);
}

/** A time limit as every option takes it: milliseconds above 0, `Infinity` included. @throws {ConfigError} */
export function checkLimit(name: string, value: number | undefined): number | undefined {
  const isLimit = value === undefined || (typeof value === "number" && value > 0);
  configure(isLimit, `\`${name}\` to be milliseconds above 0, or Infinity`, value);
  return value;
}

/** @throws {ConfigError} */
function configure(isFine: boolean, expected: string, got: unknown): asserts isFine {
  if (!isFine) throw new ConfigError(`Expected ${expected}, got ${show(got)}`);
}

function tokenOf(option: ProgressOption | undefined): ProgressToken | undefined {
  if (option === undefined || typeof option === "function") return undefined;
  check(isRecord(option), "`progress` to be a function, or an object with `token`, `callback` or both", option);
  const token: unknown = option.token;
  check(token === undefined || isProgressToken(token), "a progress token to be a string or an integer", token);
  return token as ProgressToken | undefined;
}

function callbackOf(option: ProgressOption | undefined): ProgressCallback | undefined {
  if (option === undefined || typeof option === "function") return option;
  const callback: unknown = option.callback;
  check(callback === undefined || typeof callback === "function", "`progress.callback` to be a function", callback);
  return callback as ProgressCallback | undefined;
}

function isRetry(retry: unknown): boolean {
  return (
    retry === undefined ||
    typeof retry === "boolean" ||
    retry === Number.POSITIVE_INFINITY ||
    (Number.isInteger(retry) && (retry as number) >= 0)
  );
}

function isAbortSignal(value: unknown): boolean {
  return value instanceof AbortSignal || (isRecord(value) && typeof value.addEventListener === "function");
}

function check(isFine: boolean, expected: string, got: unknown): asserts isFine {
  if (!isFine) throw new InvalidRequestError(`Expected ${expected}, got ${show(got)}`);
}

/** What was given, without its contents: an option may hold a secret. */
function show(value: unknown): string {
  if (typeof value === "string") return value === "" ? "an empty string" : "a string";
  if (typeof value === "number" || typeof value === "boolean" || value === undefined || value === null) {
    return String(value);
  }
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
