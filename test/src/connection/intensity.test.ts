import { describe, expect, test } from "vitest";
import { ConnectionClosedError } from "../../../src/index.js";
import { Script, say, stall } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, type Stage, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("work", stall()).tool("hello", say("hello"));

/** Crashes the connection's process, and lets everything happen that follows from it at this instant. */
async function crash(stage: Stage): Promise<void> {
  processesOf(stage, "connection")[0]?.send({ type: "release" } as never);
  await stage.clock.settle();
}

describe.each(seeds)("past the restart intensity, order %s", (seed) => {
  test("the client is closed; the event and every later error carry the defect as their cause", async () => {
    const stage = await connectInMemory(script, { seed });
    const closed: { readonly cause: unknown }[] = [];
    stage.client.on("closed", (event) => closed.push(event));
    for (let count = 0; count < 3; count++) await crash(stage);
    expect(stage.client.state).toBe("ready");
    const pending = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    await crash(stage);

    expect(stage.client.state).toBe("closed");
    expect(closed).toHaveLength(1);
    expect(closed[0]?.cause).toBeInstanceOf(TypeError);
    expect(pending.error).toMatchObject({ code: "CONNECTION_LOST", cause: closed[0]?.cause });
    const later = [watch(stage, stage.client.callTool("hello")), watch(stage, stage.client.ready())];
    await stage.clock.settle();
    for (const { error } of later) {
      expect(error).toBeInstanceOf(ConnectionClosedError);
      expect((error as Error).cause).toBe(closed[0]?.cause);
    }
    expect(stage.client.stats.restarts.connection).toBe(3);
    expect(stage.runtime.size).toBe(0);
    expect(stage.clock.timers).toBe(0);
  });

  test("with `max: 0` the first defect closes it; calls made meanwhile fail and are not left behind", async () => {
    const stage = await connectInMemory(script, { seed, restart: { max: 0 } });
    const unread = watch(stage, stage.client.callTool("hello"));

    processesOf(stage, "connection")[0]?.exit("kill");
    const parked = watch(stage, stage.client.callTool("hello"));
    await stage.clock.settle();

    expect(unread.state).toBe("rejected");
    expect(parked.error).toMatchObject({ code: "CONNECTION_CLOSED", outcome: "not_sent" });
    expect(stage.client.state).toBe("closed");
  });

  test("defects that are further apart than `within` do not add up", async () => {
    const stage = await connectInMemory(script, { seed, restart: { max: 1, within: 1_000 } });
    for (let count = 0; count < 5; count++) {
      await crash(stage);
      await stage.clock.advance(1_100);
    }

    expect(stage.client.state).toBe("ready");
    expect(stage.client.stats.restarts.connection).toBe(5);
  });

  test("a server's faults do not count, however many there are", async () => {
    const stage = await connectInMemory(script, { seed, restart: { max: 0 } });
    for (let count = 0; count < 20; count++) {
      stage.server.kill();
      await stage.clock.advance(20_000);
    }

    expect(stage.client.state).toBe("ready");
    expect(stage.client.stats.restarts).toEqual({ incarnations: 21, connection: 0 });
    expect(stage.crashes).toEqual([]);
  });

  test("a client whose runtime is stopped is closed, and nobody speaks of defects", async () => {
    const stage = await connectInMemory(script, { seed });
    const closed: { readonly cause: unknown }[] = [];
    stage.client.on("closed", (event) => closed.push(event));
    const pending = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    await stage.drive(stage.runtime.stop());
    const later = watch(stage, stage.client.callTool("hello"));
    await stage.clock.settle();

    expect(stage.client.state).toBe("closed");
    expect(closed).toEqual([{ cause: undefined }]);
    expect(pending.error).toMatchObject({ code: "CONNECTION_CLOSED" });
    expect(later.error).toBeInstanceOf(ConnectionClosedError);
    expect(String(later.error)).not.toMatch(/defect/);
  });
});
