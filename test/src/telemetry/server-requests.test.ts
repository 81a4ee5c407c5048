import { expect, test } from "vitest";
import { answer, ask, echo, needInput, notify, progress, Script, say } from "../../../src/testing/index.js";
import { connectInMemory } from "../../support/memory.js";
import { hearTelemetry } from "../../support/telemetry.js";

const form = { message: "Who?", requestedSchema: { type: "object", properties: { name: { type: "string" } } } };
const sampling = { messages: [{ role: "user", content: { type: "text", text: "?" } }], maxTokens: 5 };

test("M27 what a server asks is told, with how long its answer took", async () => {
  const heard = hearTelemetry();
  const asking = new Script().tool(
    "ask",
    ask("elicitation/create", form),
    ask("sampling/createMessage", sampling),
    echo(),
  );
  const stage = await connectInMemory(asking, {
    onElicitation: () => new Promise((resolve) => stage.clock.setTimer(70, () => resolve({ action: "decline" }))),
    onSampling: () => {
      throw new Error("canary");
    },
  });
  await stage.drive(stage.client.callTool("ask"));

  expect(heard.of("caduceus:request.start").map(({ method }) => method)).toEqual([
    "elicitation/create",
    "sampling/createMessage",
  ]);
  expect(heard.of("caduceus:request.end")).toMatchObject([
    { client: "custom", method: "elicitation/create", duration: 70, ok: true, rpcCode: undefined },
    { client: "custom", method: "sampling/createMessage", duration: 0, ok: false, rpcCode: -32_603 },
  ]);
  expect(JSON.stringify(heard.all)).not.toContain("canary");
});

test("M27 roots are told when the server asks for them and when they change: how many, and not which", async () => {
  const heard = hearTelemetry();
  const roots = [{ uri: "file:///canary" }, { uri: "file:///b" }];
  const { client, drive } = await connectInMemory(new Script().tool("ask", ask("roots/list"), say("ok")), { roots });
  await drive(client.callTool("ask"));
  client.removeRoot("file:///b");
  client.setRoots([{ uri: "file:///canary" }]);

  expect(heard.of("caduceus:roots")).toEqual([
    { client: "custom", what: "asked", count: 2 },
    { client: "custom", what: "changed", count: 1 },
  ]);
  expect(heard.of("caduceus:request.end")).toMatchObject([{ method: "roots/list", ok: true }]);
  expect(JSON.stringify(heard.all)).not.toContain("canary");
});

test("M27 what a server of 2026-07-28 asks for within an answer is a request like any other", async () => {
  const heard = hearTelemetry();
  const asking = new Script({ era: "modern" }).tool("ask", needInput({ key: { method: "roots/list" } }), say("ok"));
  const { client, drive } = await connectInMemory(asking, { protocol: "modern", roots: [] });
  await drive(client.callTool("ask"));

  expect(heard.of("caduceus:request.start")).toEqual([{ client: "custom", id: "key", method: "roots/list" }]);
  expect(heard.of("caduceus:request.end")).toMatchObject([{ id: "key", ok: true }]);
  expect(heard.of("caduceus:roots")).toEqual([{ client: "custom", what: "asked", count: 0 }]);
});

test("M27 a server's notifications are told, but progress only as an operation's", async () => {
  const heard = hearTelemetry();
  const script = new Script().tool(
    "work",
    notify("notifications/message", { level: "info", data: "canary" }),
    progress(1),
    say("done"),
  );
  const { client, drive } = await connectInMemory(script);
  await drive(client.callTool("work"));

  expect(heard.of("caduceus:notification")).toEqual([{ client: "custom", method: "notifications/message" }]);
  expect(heard.of("caduceus:operation.progress")).toHaveLength(1);
  expect(JSON.stringify(heard.all)).not.toContain("canary");
});

test("M27 what was not delivered is told by the counter it is found under", async () => {
  const heard = hearTelemetry();
  const script = new Script().tool(
    "work",
    notify("notifications/progress", { progressToken: "foreign", progress: 1 }),
    answer({ content: [] }),
  );
  const { client, drive } = await connectInMemory(script);
  await drive(client.callTool("work"));

  expect(heard.of("caduceus:dropped")).toEqual([{ client: "custom", what: "progress.unknown", token: "foreign" }]);
  expect(client.stats.progress.unknown).toBe(1);
});
