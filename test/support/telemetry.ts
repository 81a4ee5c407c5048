import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { onTestFinished } from "vitest";
import { type Telemetry, type TelemetryChannel, telemetryChannels } from "../../src/telemetry/channels.js";

/** What was told, in order. */
export interface Heard {
  readonly all: readonly { readonly name: TelemetryChannel; readonly message: object }[];
  /** What was told on one channel. */
  of<N extends TelemetryChannel>(name: N): Telemetry[N][];
  /** The channels, each as often as it told something, without those that tell of every message. */
  names(): string[];
}

/** Listens to all channels, or to these, until the test is over. Wherever the client is loaded from. */
export function hearTelemetry(channels: readonly TelemetryChannel[] = telemetryChannels): Heard {
  const all: { name: TelemetryChannel; message: object }[] = [];
  const hear = (message: unknown, name: string | symbol) => {
    all.push({ name: name as TelemetryChannel, message: message as object });
  };
  for (const name of channels) subscribe(name, hear);
  onTestFinished(() => {
    for (const name of channels) unsubscribe(name, hear);
  });
  return {
    all,
    of: <N extends TelemetryChannel>(name: N) =>
      all.filter((each) => each.name === name).map(({ message }) => message as Telemetry[N]),
    names: () =>
      all
        .map(({ name }) => name.replace("caduceus:", ""))
        .filter((name) => !["transport.send", "transport.receive"].includes(name)),
  };
}
