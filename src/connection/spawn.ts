import type { Process, Self } from "../../actors/index.js";
import { Deadlines } from "../operation/deadlines.js";
import { type OperationHost, type OperationMail, type OperationNews, operationProcess } from "../operation/process.js";
import type { OperationsMail } from "./operations.js";
import type { Pending } from "./pending.js";
import type { ConnectionSettings } from "./settings.js";

/** The timer of all operations' limits has rung. */
export interface Ring {
  readonly type: "ring";
}

const RING: Ring = { type: "ring" };

/** What the processes of a connection's operations share: made once, so that each of them costs little. */
export function operationHost(
  self: Self<OperationNews | OperationsMail>,
  { stats, publish, progressBuffer, progressDrain }: ConnectionSettings,
): OperationHost {
  return {
    connection: self.process,
    deadlines: new Deadlines(
      () => self.runtime.clock.now(),
      (delay) => {
        const timer = self.sendAfter(delay, RING);
        return () => timer.cancel();
      },
    ),
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
  { ticket, from, isOut }: Pending,
): Process<OperationMail> {
  // Put on the wire in the same turn, as most are, it need not be told so by mail.
  const lastSign = isOut ? self.runtime.clock.now() : ticket.startedAt;
  return self.spawnLink(operationProcess, { host, order: ticket, from, lastSign });
}
