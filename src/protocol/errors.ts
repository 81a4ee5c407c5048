import { BaseError, type ErrorFacts, NOTHING_SENT } from "./base-error.js";
import type { HttpError, MessageTooLargeError, UnauthorizedError } from "./http-errors.js";
import { cleanServerText } from "./server-text.js";

/**
 * `timeout`: of silence. `maxTimeout`: in all. `startTimeout`: until the client is ready. `ttl`: for which the server keeps
 * the task it has made of a call.
 */
export type TimeLimit = "timeout" | "maxTimeout" | "startTimeout" | "ttl";

function timeoutMessage(method: string, limit: TimeLimit, after: number): string {
  switch (limit) {
    case "timeout":
      return `Expected ${method} to be answered, or to make progress, within ${after} ms: raise \`timeout\` if it needs longer`;
    case "maxTimeout":
      return `Expected ${method} to end within ${after} ms in all: raise \`maxTimeout\` if it needs longer`;
    case "startTimeout":
      return `Expected the client to be ready within ${after} ms: raise \`startTimeout\` if the server needs longer`;
    case "ttl":
      return `Expected the task of ${method} to end within the ${after} ms for which its server keeps it`;
  }
}

/** The operation was silent for longer than `timeout`, or took longer than `maxTimeout`. */
export class TimeoutError extends BaseError {
  override readonly name = "TimeoutError";
  readonly code = "TIMEOUT";
  readonly method: string;
  /** Which limit passed. */
  readonly limit: TimeLimit;
  /** That limit, in milliseconds. */
  readonly after: number;

  constructor(method: string, limit: TimeLimit, after: number, facts: ErrorFacts) {
    super(timeoutMessage(method, limit, after), facts);
    this.method = method;
    this.limit = limit;
    this.after = after;
  }
}

/**
 * The caller gave the operation up (by handle, by signal or all at once), or the server did, or a handler of the host's
 * without whose answer the server does not go on.
 */
export class CancelledError extends BaseError {
  override readonly name = "CancelledError";
  readonly code = "CANCELLED";
  /**
   * What the canceller said; for a signal its `reason`, for a handler what it threw, either of which is `cause` as well.
   * Never part of the message.
   */
  readonly reason: unknown;

  constructor(method: string, reason: unknown, facts: ErrorFacts) {
    super(`${method} was cancelled`, facts);
    this.reason = reason;
  }
}

/** What is known of a connection's end. */
export interface LossFacts {
  /** The child's exit code, if it exited. */
  readonly exitCode?: number | null | undefined;
  /** The signal that ended the child, if one did. */
  readonly signal?: string | null | undefined;
  /** The last lines the server wrote to stderr. */
  readonly stderr?: readonly string[] | undefined;
  /** Which life of the transport it was; the first is 1. */
  readonly incarnation: number;
  /** When the next attempt to connect is due, on the clock of `Date.now()`. */
  readonly retryAt?: number | undefined;
}

/** The connection ended, or could not be made, before the answer came. Whether the server acted: see `outcome`. */
export class ConnectionLostError extends BaseError {
  override readonly name = "ConnectionLostError";
  readonly code = "CONNECTION_LOST";
  readonly exitCode: number | null | undefined;
  readonly signal: string | null | undefined;
  readonly incarnation: number;
  readonly retryAt: number | undefined;
  /** The last lines the server wrote to stderr; not enumerable, so that logging the error does not print them. */
  declare readonly stderr: readonly string[];

  constructor(message: string, loss: LossFacts, facts: ErrorFacts) {
    super(message, facts);
    this.exitCode = loss.exitCode;
    this.signal = loss.signal;
    this.incarnation = loss.incarnation;
    this.retryAt = loss.retryAt;
    Object.defineProperty(this, "stderr", { value: loss.stderr ?? [], enumerable: false });
  }
}

/** The client was closed, or its supervisor gave up; then `cause` says why. */
export class ConnectionClosedError extends BaseError {
  override readonly name = "ConnectionClosedError";
  readonly code = "CONNECTION_CLOSED";

  constructor(message: string, facts: ErrorFacts = NOTHING_SENT) {
    super(message, facts);
  }
}

/** More operations wait than `maxPending` allows. */
export class OverloadedError extends BaseError {
  override readonly name = "OverloadedError";
  readonly code = "OVERLOADED";

  constructor(method: string, limit: number) {
    super(
      `Expected at most ${limit} operations to wait, so ${method} was refused: slow down, or raise \`maxPending\``,
      NOTHING_SENT,
    );
  }
}

/** The server answered with a JSON-RPC error. */
export class ProtocolError extends BaseError {
  override readonly name = "ProtocolError";
  readonly code = "PROTOCOL";
  /** JSON-RPC's error code, e.g. −32602. */
  readonly rpcCode: number;
  /** What the server sent along. Never part of the message. */
  readonly data: unknown;

  constructor(
    method: string,
    rpc: { readonly code: number; readonly message: string; readonly data?: unknown },
    facts: ErrorFacts,
  ) {
    super(`The server refused ${method} with ${rpc.code}: ${cleanServerText(rpc.message)}`, facts);
    this.rpcCode = rpc.code;
    this.data = rpc.data;
  }
}

/** The server's answer is not what the specification, or the operation's `result` schema, says. */
export class InvalidResultError extends BaseError {
  override readonly name = "InvalidResultError";
  readonly code = "INVALID_RESULT";
  /** The answer as it came. */
  readonly result: unknown;

  constructor(method: string, result: unknown, facts: ErrorFacts) {
    super(
      `Expected the result of ${method} to have the shape it is specified to have: see \`result\` and \`cause\``,
      facts,
    );
    this.result = result;
  }
}

/** The request cannot be made: a bad method, parameters that cannot be serialised, a token that is in use. */
export class InvalidRequestError extends BaseError {
  override readonly name = "InvalidRequestError";
  readonly code = "INVALID_REQUEST";

  constructor(message: string, cause?: unknown) {
    super(message, { ...NOTHING_SENT, cause });
  }
}

/**
 * The server did not declare the capability that the method needs, or speaks a revision without the method. Nothing was
 * sent to the server that lacks it.
 */
export class CapabilityError extends BaseError {
  override readonly name = "CapabilityError";
  readonly code = "CAPABILITY";
  readonly capability: string;

  constructor(method: string, capability: string, facts: ErrorFacts = NOTHING_SENT) {
    super(
      `Expected the server to offer \`${capability}\`, which ${method} needs: look at \`client.server.capabilities\``,
      facts,
    );
    this.capability = capability;
  }
}

/** An option has a value it cannot have. */
export class ConfigError extends BaseError {
  override readonly name = "ConfigError";
  readonly code = "CONFIG";

  constructor(message: string, cause?: unknown) {
    super(message, { ...NOTHING_SENT, cause });
  }
}

/** Every error of this library; its `code` tells which. */
export type CaduceusError =
  | TimeoutError
  | CancelledError
  | ConnectionLostError
  | ConnectionClosedError
  | OverloadedError
  | ProtocolError
  | InvalidResultError
  | InvalidRequestError
  | CapabilityError
  | ConfigError
  | HttpError
  | UnauthorizedError
  | MessageTooLargeError;

/**
 * The base of every error of this library, for `instanceof`. The type is that of all its classes together, so that the
 * code narrows it:
 *
 * ```ts
 * if (error instanceof CaduceusError && error.code === "CONNECTION_LOST") console.log(error.exitCode);
 * ```
 */
export const CaduceusError = BaseError as unknown as abstract new (...facts: never) => CaduceusError;
