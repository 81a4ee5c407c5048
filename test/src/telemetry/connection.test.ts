import { expect, test } from "vitest";
import { startClient } from "../../../src/client/start.js";
import { answer, die, raw, Script, say, scriptedMemory } from "../../../src/testing/index.js";
import { connectInMemory, errorOf, processesOf, testStage } from "../../support/memory.js";
import { hearTelemetry } from "../../support/telemetry.js";

const script = new Script().tool("hello", say("hello")).tool("die", die());

test("M27 a client starts, connects, is ready, and ends with nothing left of it", async () => {
  const heard = hearTelemetry();
  const { client, drive, clock } = await connectInMemory(script, { name: "files" });
  const start = clock.now();
  await clock.advance(250);
  await drive(client.close());
  await clock.settle();

  expect(heard.names()).toEqual([
    "client.start",
    "transport.connect",
    "connection.state",
    "connection.ready",
    "connection.state",
    "transport.disconnect",
    "client.stop",
  ]);
  expect(heard.of("caduceus:client.start")).toEqual([{ client: "files", transport: "custom" }]);
  expect(heard.of("caduceus:connection.state")).toEqual([
    { client: "files", from: "starting", to: "ready" },
    { client: "files", from: "ready", to: "closed" },
  ]);
  expect(heard.of("caduceus:connection.ready")).toEqual([
    {
      client: "files",
      incarnation: 1,
      server: { name: "scripted", version: "1.0.0" },
      protocolVersion: "2025-11-25",
      era: "legacy",
    },
  ]);
  expect(heard.of("caduceus:transport.connect")).toEqual([{ client: "files", incarnation: 1, wire: "pipe" }]);
  expect(heard.of("caduceus:transport.disconnect")).toMatchObject([{ incarnation: 1, isOrderly: true }]);
  expect(heard.of("caduceus:client.stop")).toEqual([
    { client: "files", duration: clock.now() - start, isDefect: false },
  ]);
  expect(clock.now() - start).toBeGreaterThanOrEqual(250);
});

test("M27 a transport that ends is replaced, and both are told", async () => {
  const heard = hearTelemetry();
  const { client, drive } = await connectInMemory(script);
  await drive(errorOf(client.callTool("die")));
  await drive(client.callTool("hello"));

  expect(heard.of("caduceus:transport.disconnect")).toMatchObject([{ incarnation: 1, isOrderly: false }]);
  expect(heard.of("caduceus:connection.restart")).toEqual([{ client: "custom", what: "transport", count: 2 }]);
  expect(heard.of("caduceus:transport.connect").map(({ incarnation }) => incarnation)).toEqual([1, 2]);
  expect(heard.of("caduceus:connection.state").map(({ to }) => to)).toEqual(["ready", "reconnecting", "ready"]);
});

test("M27 the connection's process is started again after a defect, and the client gives up after too many", async () => {
  const heard = hearTelemetry();
  const { client, drive, runtime } = await connectInMemory(script, { restart: { max: 1 }, onCrash: () => undefined });
  const crash = () => processesOf({ runtime }, "connection")[0]?.exit("kill");
  crash();
  await drive(client.callTool("hello"));

  expect(heard.of("caduceus:connection.restart")).toEqual([
    { client: "custom", what: "connection", count: 1 },
    { client: "custom", what: "transport", count: 2 },
  ]);
  expect(heard.of("caduceus:transport.disconnect")).toMatchObject([{ incarnation: 1, isOrderly: false }]);
  const closed = new Promise((resolve) => void client.on("closed", resolve));
  crash();
  await drive(closed);
  await drive(client.close());

  expect(heard.of("caduceus:client.stop")).toMatchObject([{ isDefect: true }]);
});

test("M27 a transport that cannot be made is an error of the first incarnation", async () => {
  const heard = hearTelemetry();
  const { runtime, drive } = testStage();
  const server = () => {
    throw new Error("canary");
  };
  await drive(errorOf(startClient(server, { runtime })));

  expect(heard.of("caduceus:transport.error")).toEqual([
    { client: "custom", incarnation: 1, what: "open", id: undefined, code: undefined },
  ]);
  expect(heard.of("caduceus:transport.connect")).toEqual([]);
  expect(heard.of("caduceus:transport.disconnect")).toEqual([]);
  expect(JSON.stringify(heard.all)).not.toContain("canary");
});

test("M27 every message is told as it is sent and as it comes in, and none of what it says", async () => {
  const heard = hearTelemetry();
  const garbage = '{"jsonrpc":"2.0","id":null,"method":"canary"}\n';
  const both = new Script().tool("hello", raw(garbage), answer({ content: [{ type: "text", text: "canary" }] }));
  const { client, drive } = await connectInMemory(both);
  await drive(client.callTool("hello", { canary: "canary" }));

  const sent = heard.of("caduceus:transport.send");
  expect(sent.map(({ kind, id, method }) => [kind, id, method])).toEqual([
    ["request", 1, "initialize"],
    ["notification", undefined, "notifications/initialized"],
    ["request", 2, "tools/call"],
  ]);
  expect(sent.every(({ length }) => length > 40)).toBe(true);
  expect(heard.of("caduceus:transport.receive").map(({ kind, id, method }) => [kind, id, method])).toEqual([
    ["response", 1, undefined],
    ["invalid", undefined, undefined],
    ["response", 2, undefined],
  ]);
  expect(heard.of("caduceus:dropped")).toEqual([{ client: "custom", what: "messages.invalid", token: undefined }]);
  expect(JSON.stringify(heard.all)).not.toContain("canary");
});

test("M27 a batch is told one by one", async () => {
  const heard = hearTelemetry();
  const batch = JSON.stringify([
    { jsonrpc: "2.0", method: "notifications/tools/list_changed" },
    { jsonrpc: "2.0", method: "notifications/prompts/list_changed" },
  ]);
  const server = scriptedMemory(new Script().tool("hello", raw(`${batch}\n`), say("hello")));
  const { runtime, drive } = testStage();
  const client = await drive(startClient(server.transport, { runtime, protocol: "2025-03-26" }));
  await drive(client.callTool("hello"));

  const received = heard.of("caduceus:transport.receive").slice(1);
  expect(received.map(({ kind }) => kind)).toEqual(["notification", "notification", "response"]);
  expect(heard.of("caduceus:notification").map(({ method }) => method)).toEqual([
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed",
  ]);
});
