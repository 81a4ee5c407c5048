import type { Codec } from "../protocol/codec.js";
import type { RequestId } from "../protocol/message.js";
import type { Pending, PendingTable } from "./pending.js";
import type { Wire } from "./wire.js";

/** Tells the server that nobody waits for a request any more, in the way of its era. */
export function tellCancelled(wire: Wire, codec: Codec, id: RequestId, reason: string | undefined): void {
  if (!wire.isHttp || !codec.isCancelledByClosing) {
    const { method, ...rest } = codec.cancelled(id, reason);
    const head = { kind: "notification", method, headers: codec.headers(method, undefined) } as const;
    wire.write(JSON.stringify({ ...rest, method }), head);
  }
  wire.abandon(id);
}

/**
 * The server waits for us: what passes until the returned function is called is no silence of its own. Which operation it
 * asks for is known where each has a stream of its own (`one`); otherwise it may be any of those under way.
 */
export function holdClocks(table: PendingTable, via: RequestId | undefined, one: Pending | undefined): () => void {
  const held = via === undefined ? table.underWay() : one === undefined ? [] : [one];
  for (const pending of held) pending.pause();
  return () => {
    for (const pending of held) pending.resume();
  };
}
