// What clients hand to their transports, wherever they came from: the sources, or the built package. Plain JavaScript, so
// that programs that tests start can load it as well.
import { subscribe, unsubscribe } from "node:diagnostics_channel";

const CHANNEL = "caduceus:transport.send";

/** Calls `listen` with each message as it is sent, until the returned function is called. */
export function onSent(listen) {
  const hear = (sent) => listen(sent);
  subscribe(CHANNEL, hear);
  return () => void unsubscribe(CHANNEL, hear);
}
