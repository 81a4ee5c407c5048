import type { Process, Self } from "../../actors/index.js";
import { type OperationMail, type OperationNews, operationProcess } from "../operation/process.js";
import type { OperationsMail } from "./operations.js";
import type { Pending } from "./pending.js";
import type { ConnectionSettings } from "./settings.js";

/** Starts the process that carries one operation, linked to the connection. */
export function spawnOperation(
  self: Self<OperationNews | OperationsMail>,
  settings: ConnectionSettings,
  pending: Pending,
): Process<OperationMail> {
  const { ticket } = pending;
  const { stats, publish, progressBuffer, progressDrain } = settings;
  return self.spawnLink(operationProcess, {
    connection: self.process,
    reply: pending.reply,
    deliver: ticket.deliver,
    calledAt: ticket.calledAt,
    startedAt: ticket.startedAt,
    timeout: ticket.timeout,
    maxTimeout: ticket.maxTimeout,
    progressBuffer,
    progressDrain,
    report: {
      delivered: () => {
        stats.progress.delivered++;
      },
      overflowed: (count) => {
        stats.progress.overflow += count;
        publish({ type: "dropped", what: "progress.overflow", token: ticket.token });
      },
      callbackFailed: (error, count) => publish({ type: "callbackError", token: ticket.token, error, count }),
    },
  });
}
