import { expect, test, vi } from "vitest";
import { ConfigError, onTelemetry, type Telemetry, telemetryChannels } from "../../../src/index.js";
import { openChannels } from "../../../src/telemetry/open-channels.js";
import { Script, say } from "../../../src/testing/index.js";
import { connectInMemory } from "../../support/memory.js";

const script = new Script().tool("hello", say("hello"));

test("a listener hears its own channel, until it does not want to any more", async () => {
  const ends: Telemetry["caduceus:operation.end"][] = [];
  const names = new Set<string>();
  const stop = onTelemetry("caduceus:operation.end", (message, name) => {
    ends.push(message);
    names.add(name);
  });
  const { client, drive } = await connectInMemory(script);
  await drive(client.callTool("hello"));
  await drive(client.ping());
  stop();
  await drive(client.ping());

  expect(ends.map(({ method, duration }) => [method, duration])).toEqual([
    ["tools/call", 0],
    ["ping", 0],
  ]);
  expect([...names]).toEqual(["caduceus:operation.end"]);
});

test("a listener that throws or rejects is a warning without what was thrown, and the call goes on", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const stops = [
    onTelemetry("caduceus:operation.start", () => {
      throw new Error("canary");
    }),
    onTelemetry("caduceus:operation.end", () => Promise.reject(new Error("canary"))),
  ];
  const { client, drive, clock } = await connectInMemory(script);
  const result = await drive(client.callTool("hello"));
  await clock.settle();
  for (const stop of stops) stop();

  expect(result.content).toEqual([{ type: "text", text: "hello" }]);
  expect(warn.mock.calls).toEqual([
    ["A telemetry listener to caduceus:operation.start failed", "CaduceusWarning"],
    ["A telemetry listener to caduceus:operation.end failed", "CaduceusWarning"],
  ]);
});

test("a channel that does not exist, and a listener that is none, are refused", () => {
  expect(() => onTelemetry("caduceus:operation.stop" as never, () => undefined)).toThrow(ConfigError);
  expect(() => onTelemetry("caduceus:dropped", undefined as never)).toThrow(ConfigError);
});

test("there is one channel for every name, and one name for every channel", () => {
  const { raw, ...public_ } = openChannels();
  const names = Object.values(public_).map((each) => (each as unknown as { readonly name: string }).name);

  expect(names.sort()).toEqual([...telemetryChannels].sort());
  expect(raw).not.toBe(undefined);
});

test("M28 parameters are not looked at where nobody listens, or no payload is wanted", async () => {
  let looks = 0;
  const args = {
    get value() {
      looks++;
      return 1;
    },
  };
  const quiet = await connectInMemory(script);
  await quiet.drive(quiet.client.callTool("hello", args));
  const encoded = looks;
  const stop = onTelemetry("caduceus:operation.start", () => undefined);
  await quiet.drive(quiet.client.callTool("hello", args));
  expect(looks).toBe(2 * encoded);

  const shown = await connectInMemory(script, { telemetry: { payloads: { requests: true } } });
  await shown.drive(shown.client.callTool("hello", args));
  stop();
  expect(looks).toBe(3 * encoded + 1);
});
