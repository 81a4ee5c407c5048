import { describe, expect, test } from "vitest";
import { fail, Script, say, stall, stopReading, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const heartbeat = { interval: 10_000, timeout: 1_000 };
const pings = (stage: Parameters<typeof received>[0]) => received(stage, "ping").length;

describe.each(seeds)("heartbeat on, order %s", (seed) => {
  test("a server that is silent is asked once per interval, and stays when it answers", async () => {
    const stage = await connectInMemory(new Script(), { seed, heartbeat });

    await stage.clock.advance(9_999);
    expect(pings(stage)).toBe(0);
    await stage.clock.advance(25_001);

    expect(pings(stage)).toBe(3);
    expect(stage.server.incarnations).toBe(1);
    expect(stage.client.stats).toMatchObject({ operations: { started: 0 }, responses: { unknown: 0, duplicate: 0 } });
  });

  test("a server that does not answer is lost within interval and timeout, and replaced", async () => {
    const script = new Script().once("ping", stall()).tool("hello", say("hello"));
    const stage = await connectInMemory(script, { seed, heartbeat });
    const lost: string[] = [];
    stage.client.on("lost", ({ error }) => lost.push(error.message));

    await stage.clock.advance(10_999);
    expect(stage.client.state).toBe("ready");
    await stage.clock.advance(1);
    expect(stage.client.state).toBe("reconnecting");
    expect(lost).toEqual(["The server gave no sign of life for 1000 ms after a ping"]);
    await stage.clock.advance(100);

    expect(stage.client.state).toBe("ready");
    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  });

  test("an operation under way fails with that loss, though its own limit is far", async () => {
    const script = new Script().tool("work", stopReading(), stall());
    const stage = await connectInMemory(script, { seed, heartbeat });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 600_000 }));
    await stage.clock.advance(11_000);

    expect(call).toMatchObject({ at: 11_000, error: { code: "CONNECTION_LOST", outcome: "unknown" } });
  });

  test("an error is an answer, and any other message a sign of life", async () => {
    const talking = wait(9_000);
    const script = new Script()
      .once("ping", fail(-32_601, "What is a ping?"))
      .once("ping", wait(999), { do: "raw", text: "thinking\n" }, stall())
      .tool("talk", talking, { do: "notify", method: "notifications/message" }, talking, say("done"));
    const stage = await connectInMemory(script, { seed, heartbeat });

    const call = watch(stage, stage.client.callTool("talk"));
    await stage.clock.advance(18_000);
    expect(call.state).toBe("fulfilled");
    expect(pings(stage)).toBe(0);
    await stage.clock.advance(22_000);

    expect(pings(stage)).toBe(2);
    expect(stage.server.incarnations).toBe(1);
  });

  test("it does not wait in the outbox", async () => {
    const script = new Script().tool("work", stall());
    const stage = await connectInMemory(script, { seed, heartbeat, maxInFlight: 1 });
    const calls = [1, 2].map(() => watch(stage, stage.client.callTool("work", {}, { timeout: 60_000 })));

    await stage.clock.advance(10_000);

    expect(pings(stage)).toBe(1);
    expect(calls.map(({ state }) => state)).toEqual(["pending", "pending"]);
  });

  test("nothing of it is left while there is no connection", async () => {
    const script = new Script();
    const stage = await connectInMemory(script, { seed, heartbeat, backoff: { initial: 60_000, max: 60_000 } });

    stage.server.kill();
    await stage.clock.advance(59_000);

    expect(pings(stage)).toBe(0);
  });
});
