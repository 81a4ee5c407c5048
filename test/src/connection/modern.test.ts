import { describe, expect, test } from "vitest";
import { connect, createOperation, type ServerInfo } from "../../../src/index.js";
import { answer, ask, notify, Script, say, scriptedMemory, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, errorOf, received, testStage, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const modern = new Script({ era: "modern" });

describe.each(seeds)("a server of 2026-07-28, order %s", (seed) => {
  test.each(["modern", "2026-07-28", "auto"] as const)("M30 `%s` asks it once, and that is all", async (protocol) => {
    const stage = await connectInMemory(modern, { seed, protocol });

    expect(stage.server.received).toEqual([
      {
        jsonrpc: "2.0",
        id: 1,
        method: "server/discover",
        params: {
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { name: "caduceus", version: expect.any(String) },
            "io.modelcontextprotocol/clientCapabilities": { extensions: { "io.modelcontextprotocol/tasks": {} } },
          },
        },
      },
    ]);
    expect(stage.clock.now()).toBe(0);
    expect(stage.client.server).toMatchObject({ name: "scripted", protocolVersion: "2026-07-28", era: "modern" });
  });

  test("M20 what it says of itself is readable, and it need not say it", async () => {
    const result = {
      resultType: "complete",
      supportedVersions: ["2026-07-28", "2099-01-01"],
      capabilities: { tools: {} },
      instructions: "be kind",
      ttlMs: 0,
      cacheScope: "private",
    };
    const stage = await connectInMemory(modern.on("server/discover", answer(result)), { seed, protocol: "auto" });

    expect(stage.client.server).toEqual({
      name: "",
      version: "",
      title: undefined,
      instructions: "be kind",
      capabilities: { tools: {} },
      protocolVersion: "2026-07-28",
      era: "modern",
    } satisfies ServerInfo);
  });

  test("calls go out with what every request has to say", async () => {
    const stage = await connectInMemory(modern.tool("hello", say("hello")), { seed, protocol: "auto" });

    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
    expect(received(stage, "tools/call")[0]?.params._meta).toMatchObject({
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      progressToken: expect.any(String),
    });
  });

  test("a ping is the question what it is", async () => {
    const stage = await connectInMemory(modern, { seed, protocol: "auto" });

    await stage.drive(stage.client.ping());

    expect(stage.server.received.map(({ method }) => method)).toEqual(["server/discover", "server/discover"]);
  });

  test("a timeout is told by a message where all share one stream", async () => {
    const stage = await connectInMemory(modern.tool("work", stall()), { seed, protocol: "auto" });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
    await stage.clock.advance(100);

    expect(call).toMatchObject({ at: 100, error: { code: "TIMEOUT", outcome: "unknown" } });
    expect(received(stage, "notifications/cancelled")).toMatchObject([{ params: { requestId: 2, reason: "timeout" } }]);
  });

  test.each(["resources/subscribe", "resources/unsubscribe", "logging/setLevel"] as const)(
    "M19 %s is of another era: CapabilityError, and nothing goes out",
    async (method) => {
      const stage = await connectInMemory(modern, { seed, protocol: "auto" });
      const error = await stage.drive(errorOf(stage.client.request(createOperation({ method, params: {} }))));

      expect(error).toMatchObject({ code: "CAPABILITY", capability: "protocol revision 2025-11-25", attempts: 0 });
      expect(stage.server.received).toHaveLength(1);
    },
  );

  test.each(["server/discover", "subscriptions/listen"] as const)(
    "M19 %s is nothing for a legacy server: CapabilityError, and nothing goes out",
    async (method) => {
      const stage = await connectInMemory(new Script(), { seed });
      const error = await stage.drive(errorOf(stage.client.request(createOperation({ method, params: {} }))));

      expect(error).toMatchObject({ code: "CAPABILITY", capability: "protocol revision 2026-07-28", attempts: 0 });
      expect(stage.server.received).toHaveLength(2);
    },
  );

  test("M22 it may not ask: its requests are counted and get no answer, since answers are not allowed either", async () => {
    const script = modern.tool("work", notify("notifications/x"), ask("ping"), say("never"));
    const stage = await connectInMemory(script, { seed, protocol: "auto" });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
    await stage.clock.advance(100);

    expect(call.error).toMatchObject({ code: "TIMEOUT" });
    expect(stage.client.stats.messages.invalid).toBe(1);
    expect(stage.server.received.filter(({ method }) => method === undefined)).toEqual([]);
  });

  test("what the revision has no use for is not sent", async () => {
    const stage = await connectInMemory(modern, { seed, protocol: "auto" });

    stage.client.notify("notifications/roots/list_changed");
    stage.client.notify("notifications/mine");
    await stage.clock.settle();

    expect(stage.server.received.map(({ method }) => method)).toEqual(["server/discover", "notifications/mine"]);
  });

  test("a result of a type that nobody knows is an InvalidResultError", async () => {
    const odd = { resultType: "later", content: [] };
    const stage = await connectInMemory(modern.tool("work", answer(odd)), { seed, protocol: "auto" });
    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "INVALID_RESULT", result: odd, outcome: "completed", attempts: 1 });
  });

  test("FAULTS a modern result without `resultType`: it is complete", async () => {
    const text = `${JSON.stringify({ jsonrpc: "2.0", id: 2, result: { content: [] } })}\n`;
    const stage = await connectInMemory(modern.tool("work", { do: "raw", text }), { seed, protocol: "auto" });

    expect(await stage.drive(stage.client.callTool("work"))).toEqual({ content: [] });
  });

  test("in the legacy era a `resultType` is nothing special", async () => {
    const odd = { resultType: "input_required", content: [] };
    const stage = await connectInMemory(new Script().tool("work", answer(odd)), { seed });

    expect(await stage.drive(stage.client.callTool("work"))).toEqual(odd);
  });

  test("that is slow is waited for when nothing else will do", async () => {
    const stage = testStage(seed);
    const slow = modern.on("server/discover", wait(20_000), answer({ supportedVersions: [], capabilities: {} }));
    const server = scriptedMemory(slow);
    const connecting = watch(stage, connect(server.transport, { protocol: "modern", runtime: stage.runtime }));
    await stage.clock.advance(30_000);

    expect(connecting).toMatchObject({ at: 20_000, error: { code: "CONNECTION_LOST" } });
    expect(String(connecting.error)).toContain("2026-07-28");
    expect(server.received).toHaveLength(1);
    expect(stage.runtime.size).toBe(0);
  });
});
