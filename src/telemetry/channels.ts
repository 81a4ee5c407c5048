import { type Channel, channel } from "node:diagnostics_channel";
import type { RequestId } from "../protocol/message.js";

/** What is published, by the channel's name. Nothing is made for a channel that nobody listens to. */
export interface Telemetry {
  /**
   * A message is handed to a transport. Of its HTTP headers only the revision is told: they may be the caller's own.
   * `text` is the whole message, arguments of tools included: redact it before it is kept.
   */
  "caduceus:transport.send": {
    readonly incarnation: number;
    readonly kind: "request" | "notification" | "response";
    readonly id: RequestId | undefined;
    readonly method: string | undefined;
    /** The revision that a header names, where there is one. */
    readonly protocolVersion: string | undefined;
    readonly text: string;
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
