// What clients hand to their transports, wherever they came from: the sources, or the built package. Plain JavaScript, so
// that programs that tests start can load it as well.
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** On which a client of ours, wherever it is loaded from, shows what it sends as it is. It is for these tests alone. */
export const RAW_CHANNEL = Symbol.for("caduceus.raw");

/** Calls `listen` with each message as it is sent, until the returned function is called. */
export function onSent(listen) {
  const hear = (sent) => listen(sent);
  subscribe(RAW_CHANNEL, hear);
  return () => void unsubscribe(RAW_CHANNEL, hear);
}
