import { describe, expect, test } from "vitest";
import { type Client, connect } from "../../../src/index.js";
import { answer, die, fail, log, raw, Script, say, scriptedMemory, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, testStage, textOf, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const legacy = new Script();
const modern = new Script({ era: "modern" });
const dual = new Script({ era: "dual" });
const discovered = answer({ resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} } });

const methodsOf = ({ server }: { server: { received: readonly object[] } }) =>
  server.received.map((message) => (message as { method?: string }).method);

/** Connects with `protocol: "auto"`, for so long. */
async function tryFor(ms: number, script: Script, seed: number | undefined, options: object = {}) {
  const stage = testStage(seed);
  const server = scriptedMemory(script);
  const connecting = watch<Client>(stage, connect(server.transport, { ...options, runtime: stage.runtime }));
  await stage.clock.advance(ms);
  return { ...stage, server, connecting };
}

describe.each(seeds)("M21 which era a server is of, order %s", (seed) => {
  test.each([
    ["-32601", fail(-32_601, "Method not found")],
    ["-32602", fail(-32_602, "Invalid request parameters", "")],
    ["-32000", fail(-32_000, "Server not initialized")],
    ["an error of its own", fail(7, "What?")],
    ["a modern code without its data", fail(-32_022, "mine since 2024", {})],
    ["an empty result", answer({})],
    ["null", answer(null)],
    ["a result of something else", answer({ content: [] })],
    ["versions that are no list", answer({ supportedVersions: "2026-07-28", capabilities: {} })],
    [
      "a question",
      answer({ resultType: "input_required", requestState: "a", supportedVersions: [], capabilities: {} }),
    ],
  ])("a legacy server that answers the probe with %s costs one more pair of messages, and no time", async (_, step) => {
    const stage = await connectInMemory(legacy.on("server/discover", step), { seed, protocol: "auto" });

    expect(methodsOf(stage)).toEqual(["server/discover", "initialize", "notifications/initialized"]);
    expect(stage.clock.now()).toBe(0);
    expect(stage.server.incarnations).toBe(1);
    expect(stage.client.server).toMatchObject({ era: "legacy", protocolVersion: "2025-11-25" });
    expect(stage.client.stats.responses).toEqual({ unknown: 0, duplicate: 0 });
  });

  test.each([
    ["at most 5 s", [], 5_000],
    ["2 s after its first line on stderr", [wait(500), log("running on stdio")], 2_500],
    ["2 s after its first line on stdout", [wait(500), raw("Welcome!\n")], 2_500],
    ["5 s if its first sign is late", [wait(4_000), log("npm warn"), log("running on stdio")], 5_000],
  ])("a legacy server that ignores the probe is greeted after %s, in the same process", async (_, steps, at) => {
    const silent = legacy.on("server/discover", ...steps, stall());
    const stage = await tryFor(10_000, silent, seed);

    expect(stage.connecting.at).toBe(at);
    expect(stage.server.incarnations).toBe(1);
    expect(methodsOf(stage)).toEqual(["server/discover", "initialize", "notifications/initialized"]);
  });

  test("a server that refuses without saying what is greeted at once", async () => {
    const text = `${JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32_600, message: "Invalid" } })}\n`;
    const stage = await tryFor(0, legacy.on("server/discover", raw(text), stall()), seed);

    expect(stage.connecting.value?.server).toMatchObject({ era: "legacy" });
    expect(stage.connecting.value?.stats.messages.invalid).toBe(1);
  });

  test("a short `startTimeout` is time enough for both questions", async () => {
    const stage = await tryFor(1_000, legacy.on("server/discover", stall()), seed, { startTimeout: 1_000 });

    expect(stage.connecting).toMatchObject({ state: "fulfilled", at: 500 });
  });

  test("a late refusal of the probe is no news", async () => {
    const late = legacy.on("server/discover", wait(6_000), fail(-32_601, "Method not found"));
    const stage = await tryFor(10_000, late, seed);

    expect(stage.connecting.at).toBe(5_000);
    expect(stage.connecting.value?.state).toBe("ready");
    expect(stage.connecting.value?.stats).toMatchObject({
      restarts: { incarnations: 1 },
      responses: { unknown: 0, duplicate: 0 },
    });
  });

  test("a modern server that takes its time is greeted too, and taken for what it is when it answers", async () => {
    const slow = modern.on("server/discover", wait(8_000), discovered).on("initialize", stall());
    const stage = await tryFor(10_000, slow, seed);

    expect(stage.connecting).toMatchObject({ state: "fulfilled", at: 8_000 });
    expect(stage.connecting.value?.server).toMatchObject({ era: "modern" });
    expect(methodsOf(stage)).toEqual(["server/discover", "initialize"]);
    expect(stage.server.incarnations).toBe(1);
  });

  test("a server of both eras is a modern one", async () => {
    const stage = await connectInMemory(dual.tool("hello", say("hello")), { seed, protocol: "auto" });

    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
    expect(methodsOf(stage)).toEqual(["server/discover", "tools/call"]);
  });

  test("a server of both eras is a legacy one if it has to be", async () => {
    const stage = await connectInMemory(dual, { seed, protocol: "legacy" });

    expect(stage.client.server).toMatchObject({ era: "legacy" });
    expect(methodsOf(stage)).toEqual(["initialize", "notifications/initialized"]);
  });

  test("one that knows the probe, but only legacy revisions, is greeted in the newest of them", async () => {
    const result = { supportedVersions: ["2024-11-05", "2025-06-18"], capabilities: {} };
    const stage = await connectInMemory(legacy.on("server/discover", answer(result)), { seed, protocol: "auto" });

    expect(received(stage, "initialize")).toMatchObject([{ params: { protocolVersion: "2025-06-18" } }]);
    expect(stage.client.server).toMatchObject({ era: "legacy", protocolVersion: "2025-06-18" });
  });

  test("one that refuses the revision is greeted in a legacy one it names", async () => {
    const script = new Script({ era: "dual", modernVersions: ["2099-01-01", "2025-03-26"] });
    const stage = await connectInMemory(script, { seed, protocol: "auto" });

    expect(received(stage, "initialize")).toMatchObject([{ params: { protocolVersion: "2025-03-26" } }]);
  });

  test.each([
    ["that refuses the revision", new Script({ era: "modern", modernVersions: ["2099-01-01"] })],
    [
      "that lists others",
      modern.on("server/discover", answer({ supportedVersions: ["2099-01-01"], capabilities: {} })),
    ],
  ])(
    "a modern server %s, with none in common, is a clear error that names both sides' revisions",
    async (_, script) => {
      const stage = await tryFor(10_000, script, seed);

      expect(stage.connecting).toMatchObject({ at: 0, error: { code: "CONNECTION_LOST", outcome: "not_sent" } });
      expect(String(stage.connecting.error)).toContain("2099-01-01");
      expect(String(stage.connecting.error)).toContain("2026-07-28");
      expect(methodsOf(stage)).toEqual(["server/discover"]);
      expect(stage.runtime.size).toBe(0);
    },
  );

  test.each([
    [-32_020, undefined],
    [-32_021, { requiredCapabilities: { elicitation: {} } }],
  ])("a modern server that refuses with %i stays one: there is no fallback", async (code, data) => {
    const stage = await tryFor(10_000, dual.on("server/discover", fail(code, "no", data)), seed);

    expect(stage.connecting).toMatchObject({ at: 0, error: { code: "PROTOCOL", rpcCode: code } });
    expect(methodsOf(stage)).toEqual(["server/discover"]);
  });

  test("`modern` with a legacy server fails, and says what was expected", async () => {
    const stage = await tryFor(10_000, legacy, seed, { protocol: "modern" });

    expect(stage.connecting).toMatchObject({ at: 0, error: { code: "CONNECTION_LOST" } });
    expect(String(stage.connecting.error)).toContain("server/discover");
    expect((stage.connecting.error as Error).cause).toMatchObject({ code: "PROTOCOL", rpcCode: -32_601 });
    expect(methodsOf(stage)).toEqual(["server/discover"]);
  });

  test("`legacy` with a modern server fails with what that server says", async () => {
    const stage = await tryFor(10_000, modern, seed, { protocol: "legacy" });

    expect(stage.connecting).toMatchObject({ at: 0, error: { code: "PROTOCOL", rpcCode: -32_602 } });
    expect(String(stage.connecting.error)).toContain("2026-07-28");
  });

  test("a pinned revision is that one and no other", async () => {
    const stage = await tryFor(10_000, legacy.on("initialize", welcome({}, "2025-03-26")), seed, {
      protocol: "2025-06-18",
    });

    expect(stage.connecting.error).toMatchObject({ code: "CONNECTION_LOST" });
    expect(String(stage.connecting.error)).toContain("one of 2025-06-18, but it wants 2025-03-26");
  });
});

describe.each(seeds)("a server that does not survive the probe, order %s", (seed) => {
  const fragile = legacy.on("server/discover", die({ code: 1 }));

  test("is started again at once, and greeted as it wants; nobody hears of it", async () => {
    const stage = await tryFor(0, fragile, seed);

    expect(stage.connecting.value?.state).toBe("ready");
    expect(methodsOf(stage)).toEqual(["server/discover", "initialize", "notifications/initialized"]);
    expect(stage.server.incarnations).toBe(2);
  });

  test("also when it answers before it ends", async () => {
    const polite = legacy.once("server/discover", fail(-32_600, "Expected initialize")).once("initialize", die());
    const stage = await tryFor(0, polite, seed);

    expect(stage.connecting.value?.state).toBe("ready");
    expect(methodsOf(stage)).toEqual(["server/discover", "initialize", "initialize", "notifications/initialized"]);
    expect(stage.server.incarnations).toBe(2);
  });

  test("is not asked again after a later loss", async () => {
    const stage = await connectInMemory(fragile, { seed, protocol: "auto" });
    stage.server.kill();
    await stage.clock.advance(100);

    expect(stage.client.state).toBe("ready");
    expect(received(stage, "server/discover")).toHaveLength(1);
    expect(stage.server.incarnations).toBe(3);
  });

  test("one that dies of anything is started twice, and what it says the second time is the error", async () => {
    const stage = await tryFor(0, fragile.on("initialize", die({ code: 7 })), seed);

    expect(stage.connecting.error).toMatchObject({ code: "CONNECTION_LOST", exitCode: 7, incarnation: 2 });
    expect(stage.server.incarnations).toBe(2);
    expect(stage.runtime.size).toBe(0);
  });
});
