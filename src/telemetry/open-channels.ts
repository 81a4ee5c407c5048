import { channel } from "node:diagnostics_channel";
import type { Telemetry, TelemetryChannel } from "./channels.js";

interface Open<M> {
  readonly hasSubscribers: boolean;
  publish(message: M): void;
}

/**
 * For the tests of this library: each message as it goes out, unredacted. Its name is a symbol, so that nobody who lists
 * or guesses the names of channels finds it.
 */
const RAW = Symbol.for("caduceus.raw");

interface RawMessage {
  readonly incarnation: number;
  /** The revision that a header names, where there is one. */
  readonly protocolVersion: string | undefined;
  readonly text: string;
}

const names = {
  clientStart: "caduceus:client.start",
  clientStop: "caduceus:client.stop",
  operationStart: "caduceus:operation.start",
  operationEnd: "caduceus:operation.end",
  operationRetry: "caduceus:operation.retry",
  operationTimeout: "caduceus:operation.timeout",
  operationCancel: "caduceus:operation.cancel",
  operationProgress: "caduceus:operation.progress",
  requestStart: "caduceus:request.start",
  requestEnd: "caduceus:request.end",
  notification: "caduceus:notification",
  roots: "caduceus:roots",
  connectionState: "caduceus:connection.state",
  connectionReady: "caduceus:connection.ready",
  connectionRestart: "caduceus:connection.restart",
  transportConnect: "caduceus:transport.connect",
  transportSend: "caduceus:transport.send",
  transportReceive: "caduceus:transport.receive",
  transportDisconnect: "caduceus:transport.disconnect",
  transportError: "caduceus:transport.error",
  dropped: "caduceus:dropped",
} as const satisfies Readonly<Record<string, TelemetryChannel>>;

/** Every channel, by what it is called here. */
type OpenChannels = { readonly [K in keyof typeof names]: Open<Telemetry[(typeof names)[K]]> } & {
  readonly raw: Open<RawMessage>;
};

let opened: OpenChannels | undefined;

/** Every channel, looked up once per program. */
export function openChannels(): OpenChannels {
  opened ??= open();
  return opened;
}

function open(): OpenChannels {
  const channels = Object.entries(names).map(([key, name]) => [key, channel(name)] as const);
  return { ...Object.fromEntries(channels), raw: channel(RAW) } as unknown as OpenChannels;
}
