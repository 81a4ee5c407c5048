import { BaseError, type ErrorFacts } from "./base-error.js";

/** The server answered a request over HTTP with a status that is no answer to it, or with a body that is none. */
export class HttpError extends BaseError {
  override readonly name = "HttpError";
  readonly code = "HTTP";
  /** The HTTP status; a 2xx one when it is the body that is no answer. */
  readonly status: number;
  /** Milliseconds the server asked to wait (`Retry-After`), if it did. */
  readonly retryAfter: number | undefined;

  constructor(message: string, http: HttpFacts, facts: ErrorFacts) {
    super(message, facts);
    this.status = http.status;
    this.retryAfter = http.retryAfter;
  }
}

export interface HttpFacts {
  readonly status: number;
  readonly retryAfter?: number | undefined;
}

/** The server wants credentials it accepts, and the ones it got were not, even after they were renewed. */
export class UnauthorizedError extends BaseError {
  override readonly name = "UnauthorizedError";
  readonly code = "UNAUTHORIZED";
  /** The HTTP status: 401 or 403. */
  readonly status: number;

  constructor(method: string, status: number, facts: ErrorFacts) {
    super(`The server refused ${method} with HTTP ${status}: look at \`headers\` and \`auth\``, facts);
    this.status = status;
  }
}

/** The answer is larger than `maxMessageSize`. The operation has failed; the connection lives. */
export class MessageTooLargeError extends BaseError {
  override readonly name = "MessageTooLargeError";
  readonly code = "MESSAGE_TOO_LARGE";
  /** The ceiling, in bytes. */
  readonly limit: number;

  constructor(method: string, limit: number, facts: ErrorFacts) {
    super(`Expected the answer to ${method} to have at most ${limit} bytes: raise \`maxMessageSize\``, facts);
    this.limit = limit;
  }
}
