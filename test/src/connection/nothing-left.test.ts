import { describe, expect, test } from "vitest";
import { ConnectionClosedError } from "../../../src/index.js";
import { die, progress, Script, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("hello", progress(1), say("hello")).tool("work", stall()).tool("kill", die());

describe.each(seeds)("promise 8: a process that has ended holds nothing, order %s", (seed) => {
  test("an idle client holds one timer, that of the backoff's reset, and after 30 s none", async () => {
    const { clock } = await connectInMemory(script, { seed });

    expect(clock.timers).toBe(1);
    await clock.advance(30_000);
    expect(clock.timers).toBe(0);
  });

  test("an operation that has ended holds no timer and no process", async () => {
    const stage = await connectInMemory(script, { seed });
    const before = { timers: stage.clock.timers, processes: stage.runtime.size };

    await stage.drive(stage.client.callTool("hello", {}, { progress: () => undefined }));
    const cancelled = stage.client.callTool("work");
    watch(stage, cancelled);
    await stage.clock.settle();
    cancelled.cancel();
    await stage.clock.settle();

    expect({ timers: stage.clock.timers, processes: stage.runtime.size }).toEqual(before);
    expect(processesOf(stage, "operation")).toEqual([]);
  });

  test("an operation that waits for ever holds no timer", async () => {
    const stage = await connectInMemory(script, { seed });
    const before = stage.clock.timers;
    const limits = { timeout: Number.POSITIVE_INFINITY, maxTimeout: Number.POSITIVE_INFINITY };
    watch(stage, stage.client.callTool("work", {}, limits));

    await stage.clock.settle();

    expect(stage.clock.timers).toBe(before);
  });

  test.each([
    ["when it is ready", () => undefined],
    [
      "with operations under way",
      (stage: Awaited<ReturnType<typeof connectInMemory>>) => {
        watch(stage, Promise.allSettled([1, 2, 3].map(() => stage.client.callTool("work"))));
      },
    ],
    ["while it reconnects", (stage: Awaited<ReturnType<typeof connectInMemory>>) => stage.server.kill()],
    [
      "while its connection's process is restarted",
      (stage: Awaited<ReturnType<typeof connectInMemory>>) => processesOf(stage, "connection")[0]?.exit("kill"),
    ],
  ])("after close nothing is left: closed %s", async (_, act) => {
    const stage = await connectInMemory(script, { seed });
    act(stage);
    await stage.clock.settle();

    await stage.drive(stage.client.close());

    expect(stage.clock.timers).toBe(0);
    expect(stage.runtime.size).toBe(0);
    await stage.clock.advance(120_000);
    expect(stage.runtime.size).toBe(0);
    expect(stage.server.incarnations).toBeLessThanOrEqual(2);
    expect(stage.crashes).toEqual([]);
  });

  test("close is idempotent, and resolves when nothing is left", async () => {
    const stage = await connectInMemory(script, { seed });

    const closes = [stage.client.close(), stage.client.close(), stage.client[Symbol.asyncDispose]()];
    await stage.drive(Promise.all(closes));

    expect(stage.runtime.size).toBe(0);
    await stage.drive(stage.client.close());
    expect(stage.client.state).toBe("closed");
  });

  test("what is asked of a closed client fails at once, nothing is started again", async () => {
    const stage = await connectInMemory(script, { seed });
    await stage.drive(stage.client.close());

    const call = watch(stage, stage.client.callTool("hello"));
    const ready = watch(stage, stage.client.ready());
    stage.client.notify("notifications/roots/list_changed");
    stage.client.cancelAll();
    await stage.clock.settle();

    expect(call.error).toBeInstanceOf(ConnectionClosedError);
    expect(call.error).toMatchObject({ outcome: "not_sent", attempts: 0 });
    expect(ready.error).toBeInstanceOf(ConnectionClosedError);
    expect(stage.runtime.size).toBe(0);
  });

  test("a hundred reconnects leave nothing behind", async () => {
    const stage = await connectInMemory(script, { seed, retry: false });
    for (let count = 0; count < 100; count++) {
      watch(stage, stage.client.callTool("kill"));
      await stage.clock.advance(20_000);
    }

    expect(stage.client.state).toBe("ready");
    expect(stage.clock.timers).toBeLessThanOrEqual(1);
    expect(stage.runtime.size).toBe(3);
    expect(stage.client.stats.restarts).toEqual({ incarnations: 101, connection: 0 });
  });

  test("M12 the server is not started again after close, however long it takes to end", async () => {
    const stage = await connectInMemory(new Script().tool("slow", wait(10), say("done")), { seed });
    await stage.drive(stage.client.callTool("slow"));

    await stage.drive(stage.client.close());
    await stage.clock.advance(60_000);

    expect(stage.server.incarnations).toBe(1);
  });
});
