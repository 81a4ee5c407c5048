import { connect } from "caduceus";
import { answer, ask, die, notify, progress, Script, say, scriptedStdio, stall, wait } from "caduceus/testing";
import { expect, test } from "vitest";
import { errorOf } from "../../support/memory.js";
import { hearTelemetry } from "../../support/telemetry.js";

const script = new Script()
  .tool(
    "work",
    progress(1, 2),
    ask("roots/list"),
    notify("notifications/message", { level: "info", data: "x" }),
    notify("notifications/progress", { progressToken: "foreign", progress: 1 }),
    say("done"),
  )
  .tool("hang", stall())
  .tool("die", die({ code: 7 }))
  .on("resources/read", wait(100), answer({ contents: [] }));

test("M27 a client of a child process tells on every channel but that of a transport's errors", async () => {
  const heard = hearTelemetry();
  const client = await connect(scriptedStdio(script), {
    name: "files",
    protocol: "legacy",
    roots: [{ uri: "file:///a" }],
    backoff: { initial: 1, jitter: 0 },
  });
  await client.callTool("work");
  await errorOf(client.callTool("hang", {}, { timeout: 30 }));
  const call = client.callTool("hang");
  call.cancel();
  await errorOf(call);
  const read = client.readResource("file:///a");
  await errorOf(client.callTool("die"));
  await read;
  await client.close();

  expect(new Set(heard.names())).toEqual(
    new Set([
      "client.start",
      "client.stop",
      "operation.start",
      "operation.end",
      "operation.retry",
      "operation.timeout",
      "operation.cancel",
      "operation.progress",
      "request.start",
      "request.end",
      "notification",
      "roots",
      "connection.state",
      "connection.ready",
      "connection.restart",
      "transport.connect",
      "transport.disconnect",
      "dropped",
    ]),
  );
  expect(heard.of("caduceus:client.start")).toEqual([{ client: "files", transport: "stdio" }]);
  expect(heard.of("caduceus:transport.connect")).toEqual([
    { client: "files", incarnation: 1, wire: "pipe" },
    { client: "files", incarnation: 2, wire: "pipe" },
  ]);
  expect(heard.of("caduceus:transport.disconnect")).toEqual([
    { client: "files", incarnation: 1, isOrderly: false, exitCode: 7, signal: null },
    { client: "files", incarnation: 2, isOrderly: true, exitCode: undefined, signal: undefined },
  ]);
  expect(heard.of("caduceus:transport.send").filter(({ method }) => method === "resources/read")).toHaveLength(2);
  expect(heard.of("caduceus:transport.receive").map(({ kind }) => kind)).toContain("response");
  expect(heard.of("caduceus:operation.end").map(({ method, code }) => [method, code])).toEqual([
    ["tools/call", undefined],
    ["tools/call", "TIMEOUT"],
    ["tools/call", "CANCELLED"],
    ["tools/call", "CONNECTION_LOST"],
    ["resources/read", undefined],
  ]);
  expect(heard.of("caduceus:operation.end").every(({ duration }) => duration >= 0)).toBe(true);
});

test("M27 a program that cannot be started is told as transports that end before they are open", async () => {
  const heard = hearTelemetry();
  await errorOf(connect({ command: "no-such-program-anywhere" }, { name: "none" }));

  expect(heard.of("caduceus:transport.connect")).toEqual([]);
  expect(heard.of("caduceus:transport.disconnect")[0]).toMatchObject({ incarnation: 1, isOrderly: false });
  expect(heard.of("caduceus:client.stop")).toMatchObject([{ client: "none", isDefect: false }]);
});
