import type { ProgressUpdate } from "../operation/operation.js";
import { isProgressToken, type Params } from "../protocol/message.js";
import type { Drop } from "./drop.js";
import type { PendingTable } from "./pending.js";

/**
 * Hands a progress notification to the operation whose token it bears. What is malformed, of an unknown or finished
 * operation, or does not increase, is dropped.
 *
 * Source: MCP specification, revision 2025-11-25, "Progress".
 */
export function routeProgress(params: Params | undefined, table: PendingTable, drop: Drop): void {
  const { progressToken: token, progress, total, message } = params ?? {};
  if (!isProgressToken(token) || typeof progress !== "number" || !Number.isFinite(progress)) {
    drop("messages.invalid");
    return;
  }
  const pending = table.byWireToken(token);
  if (pending === undefined) {
    drop(table.wasFinished(token) ? "progress.late" : "progress.unknown", token);
    return;
  }
  if (pending.lastProgress !== undefined && progress <= pending.lastProgress) {
    drop("progress.notIncreasing", pending.ticket.token);
    return;
  }
  pending.lastProgress = progress;
  const update: ProgressUpdate = {
    // The same one; to make it again for each update would cost more than the rest.
    token: pending.wireToken === undefined ? token : pending.ticket.token,
    progress,
    total: typeof total === "number" ? total : undefined,
    message: typeof message === "string" ? message : undefined,
    attempt: pending.attempts,
  };
  pending.process?.send({ type: "progress", update });
}
