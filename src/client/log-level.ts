import type { RequestOptions } from "../operation/operation.js";
import { CapabilityError, InvalidRequestError } from "../protocol/errors.js";
import type { EmptyResult } from "../protocol/results.js";
import { LOG_LEVELS, type LogLevel } from "./events.js";
import type { Hub } from "./hub.js";
import { isLogLevel } from "./news.js";
import type { OperationPromise } from "./operation-promise.js";
import { operationOf, type Requests } from "./requests.js";

const METHOD = "logging/setLevel";

/**
 * From which level on a server sends log messages: asked for once in the legacy era, said with every request in the
 * modern one. Kept over reconnects.
 *
 * Source: MCP specification, revision 2025-11-25 and 2026-07-28, "Logging".
 */
export class LogLevels {
  readonly #hub: Hub;
  readonly #requests: Requests;

  constructor(hub: Hub, requests: Requests) {
    this.#hub = hub;
    this.#requests = requests;
  }

  set(level: LogLevel, options: RequestOptions | undefined): OperationPromise<EmptyResult> {
    return this.#requests.begin(METHOD, options, async (call) => {
      if (!isLogLevel(level)) throw new InvalidRequestError(`Expected the level to be one of ${LOG_LEVELS.join(", ")}`);
      const operation = operationOf(METHOD, { level }, options);
      const result = await this.#requests.run(operation, call).catch((error: unknown) => this.#sayLater(error));
      this.#hub.logLevel = level;
      return result;
    });
  }

  /** There is a new connection, whose server may know of nothing. */
  restore(): void {
    const { logLevel, server } = this.#hub;
    if (logLevel === undefined || server?.era !== "legacy") return;
    this.set(logLevel as LogLevel, undefined).catch((cause: unknown) =>
      this.#hub.publish({
        type: "warning",
        message: "The log level could not be set again after a reconnect",
        cause,
      }),
    );
  }

  /** Where every request says the level there is no such method, and nothing to wait for. */
  #sayLater(error: unknown): EmptyResult {
    const { server } = this.#hub;
    if (!(error instanceof CapabilityError) || server?.era !== "modern") throw error;
    if (server.capabilities.logging === undefined) throw new CapabilityError(METHOD, "logging");
    return {};
  }
}
