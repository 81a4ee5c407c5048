import { describe, expect, test } from "vitest";
import { connect } from "../../../src/index.js";
import { answer, fail, Script, say, scriptedMemory, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, received, testStage, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const dual = new Script({ era: "dual" });
const discovered = answer({ resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} } });
const gone = fail(-32_022, "Unsupported protocol version", { supported: ["2025-11-25"], requested: "2026-07-28" });

const methodsOf = ({ server }: { server: { received: readonly object[] } }) =>
  server.received.map((message) => (message as { method?: string }).method);

describe.each(seeds)("what a server turned out to be is remembered, order %s", (seed) => {
  test("a legacy server is not probed again when it is started again", async () => {
    const stage = await connectInMemory(new Script(), { seed, protocol: "auto" });
    stage.server.kill();
    await stage.clock.advance(100);

    expect(methodsOf(stage).slice(3)).toEqual(["initialize", "notifications/initialized"]);
    expect(stage.client.state).toBe("ready");
  });

  test("nor when the client's connection has had a defect", async () => {
    const stage = await connectInMemory(new Script(), { seed, protocol: "auto" });
    processesOf(stage, "connection")[0]?.exit("kill");
    await stage.clock.advance(100);

    expect(stage.client.stats.restarts.connection).toBe(1);
    expect(methodsOf(stage).slice(3)).toEqual(["initialize", "notifications/initialized"]);
  });

  test("a modern server is asked again, but not greeted beside it however long it takes", async () => {
    const script = dual.once("server/discover", discovered).on("server/discover", wait(20_000), discovered);
    const stage = await connectInMemory(script, { seed, protocol: "auto" });
    stage.server.kill();
    await stage.clock.advance(20_100);

    expect(methodsOf(stage)).toEqual(["server/discover", "server/discover"]);
    expect(stage.client.state).toBe("ready");
  });

  test("a legacy server that refuses to be one any more is asked what it is, in the same process", async () => {
    const script = dual
      .once("server/discover", fail(-32_601, "What?"))
      .times(1, "initialize", welcomeOnce())
      .on("initialize", fail(-32_601, "This server speaks 2026-07-28"));
    const stage = await connectInMemory(script, { seed, protocol: "auto" });
    expect(stage.client.server).toMatchObject({ era: "legacy" });
    stage.server.kill();
    await stage.clock.advance(100);

    expect(methodsOf(stage).slice(3)).toEqual(["initialize", "server/discover"]);
    expect(stage.client.server).toMatchObject({ era: "modern" });
    expect(stage.server.incarnations).toBe(2);
  });

  test("a modern server that is silent is looked at anew in its next life", async () => {
    const script = new Script()
      .once("server/discover", discovered)
      .once("server/discover", stall())
      .on("server/discover", stall());
    const stage = await connectInMemory(script, { seed, protocol: "auto", startTimeout: 1_000 });
    stage.server.kill();
    // A second of silence, the wait after it, and half a second until it is greeted.
    await stage.clock.advance(100 + 1_000 + 200 + 500);

    expect(methodsOf(stage)).toEqual([
      "server/discover",
      "server/discover",
      "server/discover",
      "initialize",
      "notifications/initialized",
    ]);
    expect(stage.client.server).toMatchObject({ era: "legacy" });
  });
});

/** As a good legacy server answers `initialize`. */
function welcomeOnce() {
  return answer({
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "a", version: "1" },
  });
}

describe.each(seeds)("a verdict that a later answer speaks against, order %s", (seed) => {
  const late = dual.once("server/discover", wait(6_000), discovered).tool("slow", wait(3_000), say("done"));

  test("the server is started anew, once, as what it is; what is under way goes on, and what comes need not wait", async () => {
    const stage = await connectInMemory(late, { seed, protocol: "auto" });
    expect(stage.client.server).toMatchObject({ era: "legacy" });
    expect(stage.clock.now()).toBe(5_000);
    const call = watch(stage, stage.client.callTool("slow"));
    await stage.clock.advance(2_000);
    const next = watch(stage, stage.client.callTool("slow"));
    await stage.clock.advance(3_050);
    const last = watch(stage, stage.client.callTool("slow"));
    await stage.clock.advance(5_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 8_000 });
    expect(next).toMatchObject({ state: "fulfilled", at: 10_000 });
    // It came between two lives.
    expect(last).toMatchObject({ state: "fulfilled", at: 13_100 });
    expect(stage.server.incarnations).toBe(2);
    expect(stage.client.server).toMatchObject({ era: "modern" });
    expect(methodsOf(stage)).toEqual([
      "server/discover",
      "initialize",
      "notifications/initialized",
      "tools/call",
      "tools/call",
      "server/discover",
      "tools/call",
    ]);
  });

  test("a process that was asked in both eras and answered both is not to be trusted: it is started anew", async () => {
    const both = dual.once("server/discover", wait(6_000), discovered).once("initialize", wait(2_000), welcomeOnce());
    const stage = await connectInMemory(both, { seed, protocol: "auto" });
    expect(stage.client.server).toMatchObject({ era: "modern" });
    expect(stage.clock.now()).toBe(6_000);
    await stage.clock.advance(2_000);

    expect(stage.client.state).toBe("ready");
    expect(stage.server.incarnations).toBe(2);
    expect(methodsOf(stage).slice(2)).toEqual(["server/discover"]);
  });

  test("only once: a server that does it again is taken as it is", async () => {
    const again = dual
      .once("server/discover", wait(6_000), discovered)
      .once("server/discover", fail(-32_021, "no", { requiredCapabilities: {} }))
      .on("server/discover", wait(6_000), discovered);
    const stage = await connectInMemory(again, { seed, protocol: "auto" });
    await stage.clock.advance(60_000);

    expect(stage.client.state).toBe("ready");
    expect(stage.client.server).toMatchObject({ era: "legacy" });
    expect(stage.server.incarnations).toBe(3);
    expect(received(stage, "server/discover")).toHaveLength(3);
  });

  test("whoever listens hears why", async () => {
    const stage = await connectInMemory(late, { seed, protocol: "auto" });
    const lost: string[] = [];
    stage.client.on("lost", ({ error }) => void lost.push(error.message));
    await stage.clock.advance(2_000);

    expect(lost).toEqual(["The server is of another era than it seemed to be, so it is started anew"]);
  });
});

describe.each(seeds)("a revision that the server does not speak any more, order %s", (seed) => {
  test("what the server refused for it is repeated in what both speak now", async () => {
    const script = dual
      .once("server/discover", discovered)
      .on("server/discover", fail(-32_601, "What?"))
      .times(3, "tools/call", gone)
      .tool("work", say("done"));
    const stage = await connectInMemory(script, { seed, protocol: "auto" });
    const states: string[] = [];
    stage.client.on("state", (state) => void states.push(state));

    const calls = [1, 2, 3].map((n) => watch(stage, stage.client.callTool("work", { n })));
    await stage.clock.settle();

    expect(calls.map(({ value }) => textOf(value))).toEqual(["done", "done", "done"]);
    expect(received(stage, "server/discover")).toHaveLength(2);
    expect(received(stage, "initialize")).toHaveLength(1);
    expect(received(stage, "tools/call")).toHaveLength(6);
    expect(stage.client.server).toMatchObject({ era: "legacy" });
    expect(stage.server.incarnations).toBe(1);
    expect(states).toEqual(["reconnecting", "ready"]);
  });

  test("a late refusal in the old revision is no reason to ask again", async () => {
    const script = dual.once("tools/call", gone).once("tools/call", wait(100), gone).tool("work", say("done"));
    const stage = await connectInMemory(script, { seed, protocol: "auto" });

    const calls = [1, 2].map((n) => watch(stage, stage.client.callTool("work", { n })));
    await stage.clock.advance(100);

    expect(calls.map(({ value }) => textOf(value))).toEqual(["done", "done"]);
    expect(received(stage, "server/discover")).toHaveLength(2);
  });

  test("a server that cannot make up its mind is asked three times", async () => {
    const script = dual.tool("work", gone);
    const stage = await connectInMemory(script, { seed, protocol: "auto" });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(100);

    expect(call.error).toMatchObject({ code: "PROTOCOL", rpcCode: -32_022, outcome: "rejected", attempts: 3 });
    expect(stage.client.state).toBe("ready");
  });

  test("with `retry: Infinity` it is asked again and again, after waits that grow", async () => {
    const stage = await connectInMemory(dual.tool("work", gone), { seed, protocol: "auto" });
    const isAskedAt: number[] = [];
    const watched = watch(stage, stage.client.callTool("work", {}, { retry: Infinity, timeout: 5_000 }));
    for (let ms = 0; ms < 10_000; ms += 100) {
      await stage.clock.settle();
      while (isAskedAt.length < received(stage, "tools/call").length) isAskedAt.push(ms);
      await stage.clock.advance(100);
    }

    expect(isAskedAt.slice(0, 8)).toEqual([0, 0, 100, 300, 700, 1_500, 3_100, 6_300]);
    expect(watched.state).toBe("pending");
    expect(received(stage, "server/discover").length).toBeLessThanOrEqual(isAskedAt.length + 1);
    stage.client.cancelAll();
    await stage.clock.settle();
  });

  test("with `retry: false` it is the error, and the next call goes out in what both speak", async () => {
    const script = dual
      .once("server/discover", discovered)
      .on("server/discover", fail(-32_601, "What?"))
      .once("tools/call", gone)
      .tool("work", say("done"));
    const stage = await connectInMemory(script, { seed, protocol: "auto" });

    const first = watch(stage, stage.client.callTool("work", {}, { retry: false }));
    await stage.clock.settle();
    const second = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    expect(first.error).toMatchObject({ code: "PROTOCOL", rpcCode: -32_022, outcome: "rejected", attempts: 1 });
    expect(textOf(second.value)).toBe("done");
  });
});

describe.each(seeds)("headers that the server does not accept, order %s", (seed) => {
  const mismatch = fail(-32_020, "Header mismatch");

  test("the tools are listed anew before the call is repeated, once", async () => {
    const script = dual.once("tools/call", mismatch).tool("work", say("done"));
    const stage = await connectInMemory(script, { seed, protocol: "auto" });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    expect(textOf(call.value)).toBe("done");
    expect(methodsOf(stage)).toEqual(["server/discover", "tools/call", "tools/list", "tools/call"]);
  });

  test("a server that never accepts them is no endless loop", async () => {
    const stage = await connectInMemory(dual.tool("work", mismatch), { seed, protocol: "auto" });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    expect(call.error).toMatchObject({ code: "PROTOCOL", rpcCode: -32_020, outcome: "rejected", attempts: 2 });
    expect(received(stage, "tools/list")).toHaveLength(1);
  });

  test("a list that cannot be had is no reason not to try again", async () => {
    const script = dual.once("tools/call", mismatch).on("tools/list", fail(-1, "no")).tool("work", say("done"));
    const stage = await connectInMemory(script, { seed, protocol: "auto" });

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
  });

  test("a call that is cancelled meanwhile does not go out any more", async () => {
    const script = dual.once("tools/call", mismatch).on("tools/list", wait(1_000), answer({ tools: [] }));
    const stage = await connectInMemory(script.tool("work", say("done")), { seed, protocol: "auto" });

    const call = stage.client.callTool("work");
    const watched = watch(stage, call);
    await stage.clock.advance(500);
    call.cancel("enough");
    await stage.clock.advance(1_000);

    expect(watched).toMatchObject({ at: 500, error: { code: "CANCELLED", outcome: "rejected" } });
    expect(received(stage, "tools/call")).toHaveLength(1);
  });
});

test("clients do not share what they remember", async () => {
  const stage = testStage();
  const server = scriptedMemory(new Script());
  const one = await stage.drive(connect(server.transport, { runtime: stage.runtime }));
  const two = await stage.drive(connect(server.transport, { runtime: stage.runtime }));

  expect(server.received.filter(({ method }) => method === "server/discover")).toHaveLength(2);
  await one.close();
  await two.close();
});
