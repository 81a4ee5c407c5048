import { connect } from "caduceus";
import { ask, fail, notify, progress, Script, say, scriptedHttp } from "caduceus/testing";
import { expect, onTestFinished, test } from "vitest";
import { errorOf } from "../../support/memory.js";
import { hearTelemetry } from "../../support/telemetry.js";

const script = new Script()
  .tool(
    "work",
    progress(1),
    ask("roots/list"),
    notify("notifications/message", { level: "info", data: "x" }),
    say("ok"),
  )
  .tool("forbidden", fail(-32_000, "no"));

test("M27 a client of an HTTP server tells of its transport, its operations and what the server asks", async () => {
  const server = await scriptedHttp(script);
  onTestFinished(() => server.close());
  const heard = hearTelemetry();
  const client = await connect(server.entry, { name: "web", protocol: "legacy", roots: [] });
  await client.callTool("work");
  await errorOf(client.callTool("forbidden"));
  await client.close();

  expect(heard.of("caduceus:client.start")).toEqual([{ client: "web", transport: "http" }]);
  expect(heard.of("caduceus:transport.connect")).toEqual([{ client: "web", incarnation: 1, wire: "http" }]);
  expect(heard.of("caduceus:transport.disconnect")).toMatchObject([{ incarnation: 1, isOrderly: true }]);
  expect(heard.of("caduceus:operation.end").map(({ name, ok, rpcCode }) => [name, ok, rpcCode])).toEqual([
    ["work", true, undefined],
    ["forbidden", false, -32_000],
  ]);
  expect(heard.of("caduceus:operation.progress")).toHaveLength(1);
  expect(heard.of("caduceus:request.end")).toMatchObject([{ method: "roots/list", ok: true }]);
  expect(heard.of("caduceus:notification")).toMatchObject([{ method: "notifications/message" }]);
  const id = heard.of("caduceus:transport.send").find(({ method }) => method === "tools/call")?.id;
  expect(heard.of("caduceus:transport.receive").find(({ method }) => method === "roots/list")?.via).toBe(id);
});

test("M27 a server that cannot be reached, and a request that fails by it, are a transport's errors", async () => {
  const server = await scriptedHttp(script);
  const client = await connect(server.entry, { protocol: "legacy", backoff: { initial: 1, max: 5 } });
  onTestFinished(() => client.close());
  const heard = hearTelemetry();
  await server.close();
  const call = client.callTool("work", {}, { timeout: 200 });
  await errorOf(call);

  const errors = heard.of("caduceus:transport.error");
  expect(errors.map(({ what }) => what)).toContain("unreachable");
  expect(errors.find(({ what }) => what === "request")).toMatchObject({ incarnation: 1, code: "CONNECTION_LOST" });
});
