import type { Process, Self } from "../../actors/index.js";
import { type OperationHost, type OperationMail, type OperationNews, operationProcess } from "../operation/process.js";
import type { OperationsMail } from "./operations.js";
import type { Pending } from "./pending.js";
import type { ConnectionSettings } from "./settings.js";

/** What the processes of a connection's operations share: made once, so that each of them costs little. */
export function operationHost(
  connection: Process<OperationNews>,
  { stats, publish, progressBuffer, progressDrain }: ConnectionSettings,
): OperationHost {
  return {
    connection,
    progressBuffer,
    progressDrain,
    report: {
      delivered() {
        stats.progress.delivered++;
      },
      overflowed(token, count) {
        stats.progress.overflow += count;
        publish({ type: "dropped", what: "progress.overflow", token });
      },
      callbackFailed: (token, error, count) => publish({ type: "callbackError", token, error, count }),
    },
  };
}

/** Starts the process that carries one operation, linked to the connection. */
export function spawnOperation(
  self: Self<OperationNews | OperationsMail>,
  host: OperationHost,
  { ticket, from }: Pending,
): Process<OperationMail> {
  return self.spawnLink(operationProcess, { host, order: ticket, from });
}
