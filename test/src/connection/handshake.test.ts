import { describe, expect, test } from "vitest";
import {
  type CaduceusError,
  type Client,
  ConnectionLostError,
  connect,
  ProtocolError,
  TimeoutError,
} from "../../../src/index.js";
import {
  answer,
  ask,
  die,
  fail,
  log,
  raw,
  Script,
  say,
  scriptedMemory,
  stall,
  wait,
} from "../../../src/testing/index.js";
import { connectInMemory, received, testStage, textOf, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

/** Connects to a server that may not let it; whatever comes of it, nothing may be left. */
async function tryToConnect(script: Script, seed: number | undefined, options: object = {}) {
  const stage = testStage(seed);
  const server = scriptedMemory(script);
  const connecting = watch<Client>(stage, connect(server.transport, { ...options, runtime: stage.runtime }));
  await stage.clock.advance(120_000);
  return { ...stage, server, connecting };
}

describe.each(seeds)("the handshake, order %s", (seed) => {
  test("M21 offers the newest revision, and itself", async () => {
    const stage = await connectInMemory(new Script(), { seed });

    expect(stage.server.received).toEqual([
      {
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: {
          protocolVersion: "2025-11-25",
          capabilities: {},
          clientInfo: { name: "caduceus", version: expect.any(String) },
        },
      },
      { jsonrpc: "2.0", method: "notifications/initialized" },
    ]);
  });

  test.each(["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const)(
    "M30 %s is offered when asked for",
    async (protocol) => {
      const clientInfo = { name: "mine", version: "3", title: "Mine" };
      const stage = await connectInMemory(new Script(), { seed, protocol, clientInfo });

      expect(stage.server.received[0]).toMatchObject({ params: { protocolVersion: protocol, clientInfo } });
      expect(stage.client.server).toMatchObject({ protocolVersion: protocol });
    },
  );

  test("M20 what the server says of itself is readable", async () => {
    const result = {
      protocolVersion: "2025-03-26",
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: "files", version: "2", title: "Files" },
      instructions: "be kind",
    };
    const stage = await connectInMemory(new Script().on("initialize", answer(result)), { seed });

    expect(stage.client.server).toEqual({
      name: "files",
      version: "2",
      title: "Files",
      instructions: "be kind",
      capabilities: { tools: { listChanged: true } },
      protocolVersion: "2025-03-26",
      era: "legacy",
    });
  });

  test("M21 an unknown version is a clear error that names both sides' versions", async () => {
    const stage = await tryToConnect(new Script().on("initialize", welcome({}, "1999-01-01\u001b[2J")), seed);

    expect(stage.connecting.error).toBeInstanceOf(ConnectionLostError);
    expect(stage.connecting.error).toMatchObject({ incarnation: 1, outcome: "not_sent" });
    expect(String(stage.connecting.error)).toContain("1999-01-01 [2J");
    expect(String(stage.connecting.error)).toContain("2025-11-25");
    expect(received(stage, "notifications/initialized")).toEqual([]);
    expect(stage.runtime.size).toBe(0);
  });

  test("a refusal is a ProtocolError", async () => {
    const stage = await tryToConnect(new Script().on("initialize", fail(-32_600, "not you", { why: 1 })), seed);

    expect(stage.connecting.error).toBeInstanceOf(ProtocolError);
    expect(stage.connecting.error).toMatchObject({ rpcCode: -32_600, data: { why: 1 } });
    expect(stage.server.incarnations).toBe(1);
    expect(stage.runtime.size).toBe(0);
  });

  test.each([
    ["nothing", {}],
    ["null", null],
    ["an array", []],
    ["no server info", { protocolVersion: "2025-11-25", capabilities: {} }],
    ["a version that is a number", { protocolVersion: 5, capabilities: {}, serverInfo: { name: "a", version: "1" } }],
    [
      "capabilities that are none",
      { protocolVersion: "2025-11-25", capabilities: [], serverInfo: { name: "a", version: "1" } },
    ],
  ])("an answer of the wrong shape is a clear error: %s", async (_, result) => {
    const stage = await tryToConnect(new Script().on("initialize", answer(result)), seed);

    expect(stage.connecting.error).toBeInstanceOf(ConnectionLostError);
    expect(String(stage.connecting.error)).toContain("initialize");
    expect((stage.connecting.error as Error).cause).toBeDefined();
    expect(stage.runtime.size).toBe(0);
  });

  test("a server that never answers: TimeoutError after `startTimeout`, nothing left", async () => {
    const stage = await tryToConnect(new Script().on("initialize", stall()), seed, { startTimeout: 5_000 });

    expect(stage.connecting.error).toBeInstanceOf(TimeoutError);
    expect(stage.connecting).toMatchObject({ at: 5_000, error: { limit: "startTimeout", after: 5_000 } });
    expect(stage.runtime.size).toBe(0);
  });

  test("by default that is 60 s", async () => {
    // It would be given up as down before.
    const stage = await tryToConnect(new Script().on("initialize", stall()), seed, {
      downAfter: Number.POSITIVE_INFINITY,
    });

    expect(stage.connecting).toMatchObject({ at: 60_000, error: { code: "TIMEOUT" } });
  });

  test("later handshakes have the same limit; the server is replaced", async () => {
    const silentOnce = new Script().once("initialize", welcome()).once("initialize", stall());
    const stage = await connectInMemory(silentOnce, { seed, startTimeout: 1_000 });
    const errors: CaduceusError[] = [];
    stage.client.on("lost", ({ error, retryAt }) => {
      errors.push(error);
      expect(retryAt).toBeTypeOf("number");
    });

    stage.server.kill();
    await stage.clock.advance(1_300);

    expect(errors).toMatchObject([
      { code: "CONNECTION_LOST" },
      { code: "TIMEOUT", limit: "startTimeout", after: 1_000 },
    ]);
    expect(stage.client.state).toBe("ready");
    expect(stage.server.incarnations).toBe(3);
  });

  test("a server that dies meanwhile: ConnectionLostError with its exit code, nothing left", async () => {
    const stage = await tryToConnect(
      new Script().on("initialize", log("bad config"), wait(10), die({ code: 2 })),
      seed,
      { protocol: "legacy" },
    );

    expect(stage.connecting.error).toBeInstanceOf(ConnectionLostError);
    expect(stage.connecting).toMatchObject({ at: 10, error: { exitCode: 2, incarnation: 1 } });
    expect(stage.server.incarnations).toBe(1);
    expect(stage.runtime.size).toBe(0);
  });

  test("a transport that cannot be made rejects with the cause", async () => {
    const stage = testStage(seed);
    const cause = new Error("no such thing");
    const connecting = watch(
      stage,
      connect(async () => await Promise.reject(cause), { runtime: stage.runtime }),
    );
    await stage.clock.settle();

    expect(connecting.error).toBeInstanceOf(ConnectionLostError);
    expect((connecting.error as Error).cause).toBe(cause);
    expect(stage.runtime.size).toBe(0);
  });

  test("an aborted signal gives up at once, before and while it waits", async () => {
    const before = testStage(seed);
    const server = scriptedMemory(new Script().on("initialize", stall()));
    const early = watch(
      before,
      connect(server.transport, { runtime: before.runtime, signal: AbortSignal.abort("early") }),
    );
    const controller = new AbortController();
    const late = watch(before, connect(server.transport, { runtime: before.runtime, signal: controller.signal }));
    await before.clock.advance(1_000);
    controller.abort("late");
    await before.clock.settle();

    expect(early).toMatchObject({ at: 0, error: { code: "CANCELLED", cause: "early" } });
    expect(late).toMatchObject({ at: 1_000, error: { code: "CANCELLED", cause: "late" } });
    expect(before.runtime.size).toBe(0);
    expect(before.clock.timers).toBe(0);
  });

  test("garbage before the answer is counted and does no harm: banners, blank lines, a mark, CRLF, batches", async () => {
    const garbage = raw('Welcome!\n\n   \r\n{"half": \n\uFEFF{}\r\n[1,2,[3]]\n42\n"text"\nnull\n');
    const stage = await connectInMemory(new Script().on("initialize", garbage, welcome()), { seed });

    expect(stage.client.state).toBe("ready");
    // The banner, the half, {}, 1, 2, [3], 42, "text", null.
    expect(stage.client.stats.messages.invalid).toBe(9);
  });

  test("an answer to the handshake that comes twice is dropped", async () => {
    const stage = await connectInMemory(new Script().on("initialize", welcome(), welcome()), { seed });
    await stage.clock.settle();

    expect(stage.client.stats.responses.duplicate).toBe(1);
    expect(received(stage, "notifications/initialized")).toHaveLength(1);
  });

  test("an answer to another id is no answer", async () => {
    const text = `${JSON.stringify({ jsonrpc: "2.0", id: "1", result: { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "a", version: "1" } } })}\n`;
    const stage = await tryToConnect(new Script().on("initialize", raw(text), stall()), seed, { startTimeout: 1_000 });

    expect(stage.connecting).toMatchObject({ at: 1_000, error: { code: "TIMEOUT" } });
  });

  test("the server may ask before it answers", async () => {
    const stage = await connectInMemory(new Script().on("initialize", ask("ping"), welcome()), { seed });

    expect(stage.server.received[1]).toEqual({ jsonrpc: "2.0", id: "ask-1", result: {} });
  });

  test("`lazy` resolves at once; operations wait for the handshake", async () => {
    const script = new Script().on("initialize", wait(1_000), welcome()).tool("hello", say("hello"));
    const stage = await connectInMemory(script, { seed, lazy: true });
    expect(stage.client.state).toBe("starting");
    expect(stage.client.server).toBeUndefined();

    const call = watch(stage, stage.client.callTool("hello"));
    const ready = watch(stage, stage.client.ready());
    await stage.clock.advance(1_000);

    expect(textOf(call.value)).toBe("hello");
    expect(ready).toMatchObject({ state: "fulfilled", at: 1_000 });
    expect(stage.client.state).toBe("ready");
  });

  test("`lazy` does not give up on a first incarnation that fails", async () => {
    const script = new Script().times(3, "initialize", die()).tool("hello", say("hello"));
    const stage = await connectInMemory(script, { seed, lazy: true });

    const call = watch(stage, stage.client.callTool("hello"));
    await stage.clock.advance(700);

    expect(textOf(call.value)).toBe("hello");
    expect(stage.server.incarnations).toBe(4);
  });
});
