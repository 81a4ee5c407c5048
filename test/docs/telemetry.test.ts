import { onTelemetry, telemetryChannels } from "caduceus";
import { ask, die, fail, notify, progress, Script, say, stall } from "caduceus/testing";
import { expect, test } from "vitest";
import { type Span, type Tracer, traceOperations } from "../../docs/examples/spans.js";
import { startClient } from "../../src/client/start.js";
import { connectInMemory, errorOf, testStage } from "../support/memory.js";
import { hearTelemetry } from "../support/telemetry.js";
import { codeBlocks, names, table } from "./pages.js";
import { printed } from "./printed.js";

const page = "docs/telemetry.md";
const rows = table(page, "channel", "tells", "fields");

const script = new Script()
  .tool(
    "work",
    progress(1),
    ask("roots/list"),
    notify("notifications/message", { level: "info", data: "x" }),
    notify("notifications/progress", { progressToken: "foreign", progress: 1 }),
    say("done"),
  )
  .tool("hang", stall())
  .tool("forbidden", fail(-32_000, "no"))
  .once("resources/read", die())
  .on("resources/read", { do: "answer", result: { contents: [] } });

test("the table of channels has every one, and no other", () => {
  expect(names(rows)).toEqual(telemetryChannels);
});

test("the table of channels has the fields that messages have", async () => {
  const heard = hearTelemetry();
  const { client, drive } = await connectInMemory(script, { roots: [] });
  await drive(client.callTool("work"));
  await drive(errorOf(client.callTool("hang", {}, { timeout: 5 })));
  const call = client.callTool("hang");
  call.cancel();
  await drive(errorOf(call));
  await drive(client.readResource("file:///a"));
  await drive(client.close());
  const { runtime, drive: driveOther } = testStage();
  await driveOther(errorOf(startClient(() => Promise.reject(new Error("no")), { runtime })));

  const documented = rows.map(([name = "", , fields = ""]) => [names([[name]])[0], names([[fields]]).sort()]);
  const seen = telemetryChannels.map((name) => {
    const keys = heard.of(name).map((message) => Object.keys(message).filter((key) => key !== "client"));
    return [name, [...new Set(keys.flat())].sort()];
  });
  expect(seen).toEqual(documented);
});

test("telemetry.ts prints what the page shows, and the durations of what ended", async () => {
  const [payload, duration, ...others] = await printed("telemetry");
  const shown = codeBlocks(page).find(({ language }) => language === "text");

  expect(`${payload}\n`).toBe(shown?.text);
  expect(duration).toMatch(/^files: tools\/call index took \d+ ms: ok$/);
  expect(others).toEqual([]);
});

test("the option is written in the page as `connect` takes it", async () => {
  const block = codeBlocks(page).find(({ language }) => language === "json");
  const { telemetry } = JSON.parse(block?.text ?? "{}") as { telemetry: object };
  const shown: unknown[] = [];
  const stop = onTelemetry("caduceus:operation.progress", (message) => void shown.push("payload" in message));
  const said = new Script().tool("work", progress(1, 2, "half"), say("done"));
  const { client, drive } = await connectInMemory(said, { telemetry });
  await drive(client.callTool("work"));
  stop();

  expect(shown).toEqual([true]);
});

test("spans.ts makes a span of each operation, and ends it", async () => {
  const log: string[] = [];
  const tracer: Tracer = {
    startSpan(name, { attributes }) {
      log.push(`start ${name} ${attributes["mcp.client.name"]}`);
      const span: Span = {
        setAttribute: (key, value) => log.push(`${key} ${value}`),
        addEvent: (event) => log.push(`event ${event}`),
        setStatus: ({ code, message }) => log.push(`status ${code} ${message}`),
        end: () => log.push("end"),
      };
      return span;
    },
  };
  const stop = traceOperations(tracer);
  const { client, drive } = await connectInMemory(script, { name: "files" });
  await drive(client.readResource("file:///a"));
  await drive(errorOf(client.callTool("forbidden")));
  const call = client.callTool("hang");
  stop();
  call.cancel();
  await drive(errorOf(call));

  expect(log).toEqual([
    ...["start resources/read files", "event retry", "mcp.attempts 2", "status 1 undefined", "end"],
    ...[
      "start tools/call forbidden files",
      "mcp.attempts 1",
      "rpc.jsonrpc.error_code -32000",
      "status 2 PROTOCOL",
      "end",
    ],
    ...["start tools/call hang files", "end"],
  ]);
});
