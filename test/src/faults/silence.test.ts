import { describe, expect, test } from "vitest";
import { progress, Script, say, stall, stopReading, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const PATIENCE = 5_000;

describe.each(seeds)("heartbeat off, and an operation over a pipe timed out, order %s", (seed) => {
  test("in silence: the server is asked once, and replaced when it says nothing", async () => {
    const script = new Script().tool("freeze", stopReading(), stall()).tool("hello", say("hello"));
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.callTool("freeze", {}, { timeout: 8_000 }));
    await stage.clock.advance(8_000 + PATIENCE - 1);
    expect(call).toMatchObject({ at: 8_000, error: { code: "TIMEOUT", outcome: "unknown" } });
    expect(stage.client.state).toBe("ready");
    await stage.clock.advance(1);

    expect(stage.client.state).toBe("reconnecting");
    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
    expect(stage.server.incarnations).toBe(2);
  });

  test("in silence, but the server answers the ping: nothing else happens", async () => {
    const stage = await connectInMemory(new Script().tool("work", stall()), { seed });

    watch(stage, stage.client.callTool("work", {}, { timeout: 1_000 }));
    await stage.clock.advance(3_600_000);

    expect(received(stage, "ping")).toHaveLength(1);
    expect(stage.server.incarnations).toBe(1);
  });

  test("while the server spoke of something else: nobody asks", async () => {
    const script = new Script().tool("quiet", stall()).tool("busy", wait(600), progress(1), wait(600), say("done"));
    const stage = await connectInMemory(script, { seed });

    watch(stage, stage.client.callTool("quiet", {}, { timeout: 1_000 }));
    watch(stage, stage.client.callTool("busy"));
    await stage.clock.advance(60_000);

    expect(received(stage, "ping")).toHaveLength(0);
  });

  test("a server that is busy with an operation that still has time is left alone until that is over", async () => {
    const script = new Script().tool("compute", stopReading(), wait(20_000), say("done"), { do: "readOn" });
    const stage = await connectInMemory(script, { seed });
    const long = watch(stage, stage.client.callTool("compute", {}, { timeout: 60_000 }));
    await stage.clock.settle();

    watch(stage, stage.client.ping({ timeout: 1_000 }));
    await stage.clock.advance(60_000);

    expect(long).toMatchObject({ state: "fulfilled", at: 20_000 });
    expect(stage.server.incarnations).toBe(1);
  });

  test("that one times out too: then the server is replaced, whatever was sent to it meanwhile", async () => {
    const stage = await connectInMemory(new Script().tool("freeze", stopReading(), stall()), { seed });
    watch(stage, stage.client.callTool("freeze", {}, { timeout: 12_000 }));
    await stage.clock.settle();

    watch(stage, stage.client.ping({ timeout: 1_000 }));
    await stage.clock.advance(10_000);
    const later = watch(stage, stage.client.ping({ timeout: 600_000 }));
    await stage.clock.advance(5_999);
    expect(stage.server.incarnations).toBe(1);
    await stage.clock.advance(101);

    expect(stage.server.incarnations).toBe(2);
    expect(later.state).toBe("fulfilled");
  });

  test("an operation that never went out says nothing of the server", async () => {
    const stage = await connectInMemory(new Script().tool("work", stall()), { seed, maxInFlight: 1 });
    const long = watch(stage, stage.client.callTool("work", {}, { timeout: 600_000 }));
    await stage.clock.settle();

    watch(stage, stage.client.ping({ timeout: 1_000 }));
    await stage.clock.advance(60_000);

    expect(received(stage, "ping")).toHaveLength(0);
    expect(long.state).toBe("pending");
  });
});
