import { type Channel, channel } from "node:diagnostics_channel";

/** What is published, by the channel's name. Nothing is made for a channel that nobody listens to. */
export interface Telemetry {
  /** A message is handed to a transport. `text` is the whole of it: redact it before it is kept. */
  "caduceus:transport.send": {
    readonly incarnation: number;
    readonly text: string;
    /** Its kind, and where it has them its id, method and HTTP headers. */
    readonly head: { readonly kind: "request" | "notification" | "response" };
  };
}

const channels = new Map<keyof Telemetry, Channel>();

/** Publishes on a channel if anybody listens; `describe` is called only then. */
export function publish<N extends keyof Telemetry>(name: N, describe: () => Telemetry[N]): void {
  let found = channels.get(name);
  if (found === undefined) {
    found = channel(name);
    channels.set(name, found);
  }
  if (found.hasSubscribers) found.publish(describe());
}
