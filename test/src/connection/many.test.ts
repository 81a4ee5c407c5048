import { describe, expect, test } from "vitest";
import { Script, say, stall } from "../../../src/testing/index.js";
import { collectGarbage } from "../../support/gc.js";
import { connectInMemory, processesOf, type Stage } from "../../support/memory.js";

const COUNT = 10_000;
const options = { maxPending: COUNT };
const script = new Script().tool("work", stall()).tool("hello", say("hello"));

/** So many operations under way and waiting; how often each has settled. */
async function pendingIn(stage: Stage, limits: { readonly timeout: number }) {
  const codes: (string | undefined)[] = [];
  let settled = 0;
  const all = Array.from({ length: COUNT }, (_, index) => {
    const note = (error?: { readonly code: string }) => {
      settled++;
      codes[index] = error?.code;
    };
    return stage.client.callTool("work", {}, { ...limits, retry: 0 }).then(() => note(), note);
  });
  await stage.clock.settle();
  return {
    all: Promise.all(all),
    count: () => settled,
    /** How many ended with which code. */
    ends: () => {
      const ends: Record<string, number> = {};
      for (const code of codes) ends[String(code)] = (ends[String(code)] ?? 0) + 1;
      return ends;
    },
  };
}

describe("10,000 operations pending", { timeout: 30_000 }, () => {
  test("then close: each settles once, nothing is left", async () => {
    const stage = await connectInMemory(script, options);
    const pending = await pendingIn(stage, { timeout: 30_000 });
    expect(pending.count()).toBe(0);

    await stage.drive(stage.client.close());
    await stage.drive(pending.all);

    expect(pending.ends()).toEqual({ CONNECTION_CLOSED: COUNT });
    expect(pending.count()).toBe(COUNT);
    expect(stage.clock.timers).toBe(0);
    expect(stage.runtime.size).toBe(0);
    expect(stage.client.stats.operations).toEqual({ started: COUNT, settled: COUNT });
  });

  test("then the server dies: those on the wire fail, the others wait, then fail when it is down", async () => {
    const stage = await connectInMemory(script, options);
    const pending = await pendingIn(stage, { timeout: 3_000_000 });

    stage.server.kill();
    await stage.clock.settle();
    expect(pending.ends()).toEqual({ CONNECTION_LOST: 64 });
    await stage.clock.advance(100);
    expect(pending.count()).toBe(64);
    stage.client.cancelAll();
    await stage.drive(pending.all);

    expect(pending.ends()).toEqual({ CONNECTION_LOST: 64, CANCELLED: COUNT - 64 });
    expect(stage.client.stats.operations).toEqual({ started: COUNT, settled: COUNT });
    expect(processesOf(stage, "operation")).toEqual([]);
  });

  test("with a slot each, then the server dies: each settles once", async () => {
    const stage = await connectInMemory(script, { maxInFlight: COUNT });
    const pending = await pendingIn(stage, { timeout: 30_000 });

    stage.server.kill();
    await stage.drive(pending.all);

    expect(pending.ends()).toEqual({ CONNECTION_LOST: COUNT });
    expect(stage.client.stats.operations).toEqual({ started: COUNT, settled: COUNT });
    expect(processesOf(stage, "operation")).toEqual([]);
    await stage.clock.advance(100);
    expect(stage.client.state).toBe("ready");
  });

  test("then the limit of all of them passes at once: each settles once, in time that grows with their number", {
    retry: 2,
  }, async () => {
    const stage = await connectInMemory(script, options);
    const pending = await pendingIn(stage, { timeout: 1_000 });

    const start = performance.now();
    await stage.clock.advance(1_000);
    const took = performance.now() - start;

    // The slots that this frees are taken at the same instant; being sent starts the limit anew.
    expect(pending.ends()).toMatchObject({ TIMEOUT: expect.toSatisfy((count: number) => count >= COUNT - 64) });
    await stage.clock.advance(1_000);
    expect(pending.ends()).toEqual({ TIMEOUT: COUNT });
    expect(pending.count()).toBe(COUNT);
    expect(processesOf(stage, "operation")).toEqual([]);
    expect(stage.clock.timers).toBeLessThanOrEqual(1);
    expect(took).toBeLessThan(3_000);
    expect((await stage.drive(stage.client.callTool("hello"))).isError).toBeFalsy();
  });

  test("then the connection's process is killed: each settles once", async () => {
    const stage = await connectInMemory(script, options);
    const pending = await pendingIn(stage, { timeout: 30_000 });

    processesOf(stage, "connection")[0]?.exit("kill");
    await stage.drive(pending.all);

    expect(pending.ends()).toEqual({ CONNECTION_LOST: COUNT });
    expect(processesOf(stage, "operation")).toEqual([]);
  });

  test("then all their processes are killed: each settles once, in time that grows with their number", {
    retry: 2,
  }, async () => {
    const stage = await connectInMemory(script, options);
    const pending = await pendingIn(stage, { timeout: 30_000 });

    const start = performance.now();
    // Some go out when others end, and are killed in their turn.
    for (let left = processesOf(stage, "operation"); left.length > 0; left = processesOf(stage, "operation")) {
      for (const each of left) each.exit("kill");
      await stage.clock.settle();
    }
    const took = performance.now() - start;
    await stage.drive(pending.all);

    expect(pending.ends()).toEqual({ CONNECTION_LOST: COUNT });
    expect(took).toBeLessThan(3_000);
  });

  test("after all of it the heap is back where it was", { retry: 2 }, async () => {
    const round = async () => {
      const stage = await connectInMemory(script, options);
      const pending = await pendingIn(stage, { timeout: 1_000 });
      await stage.clock.advance(1_000);
      await stage.drive(pending.all);
      await stage.drive(stage.client.close());
      await stage.clock.settle();
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    await round();
    const before = await round();

    expect((await round()) - before).toBeLessThan(2 ** 21);
  });
});
