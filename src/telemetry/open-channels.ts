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

export interface RawMessage {
  readonly incarnation: number;
  /** The revision that a header names, where there is one. */
  readonly protocolVersion: string | undefined;
  readonly text: string;
}

let opened: ReturnType<typeof open> | undefined;

/** Every channel, looked up once per program. */
export function openChannels(): ReturnType<typeof open> {
  opened ??= open();
  return opened;
}

function open() {
  return {
    clientStart: named("caduceus:client.start"),
    clientStop: named("caduceus:client.stop"),
    operationStart: named("caduceus:operation.start"),
    operationEnd: named("caduceus:operation.end"),
    operationRetry: named("caduceus:operation.retry"),
    operationTimeout: named("caduceus:operation.timeout"),
    operationCancel: named("caduceus:operation.cancel"),
    operationProgress: named("caduceus:operation.progress"),
    requestStart: named("caduceus:request.start"),
    requestEnd: named("caduceus:request.end"),
    notification: named("caduceus:notification"),
    roots: named("caduceus:roots"),
    connectionState: named("caduceus:connection.state"),
    connectionReady: named("caduceus:connection.ready"),
    connectionRestart: named("caduceus:connection.restart"),
    transportConnect: named("caduceus:transport.connect"),
    transportSend: named("caduceus:transport.send"),
    transportReceive: named("caduceus:transport.receive"),
    transportDisconnect: named("caduceus:transport.disconnect"),
    transportError: named("caduceus:transport.error"),
    dropped: named("caduceus:dropped"),
    raw: channel(RAW) as Open<RawMessage>,
  } as const;
}

function named<N extends TelemetryChannel>(name: N): Open<Telemetry[N]> {
  return channel(name);
}
