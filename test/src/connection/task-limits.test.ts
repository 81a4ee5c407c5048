import { describe, expect, test } from "vitest";
import { answer, say, stall, status, task, wait } from "../../../src/testing/index.js";
import { errorOf, received, textOf, watch } from "../../support/memory.js";
import { accept, elicit } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { completed, connectWithTasks, created, script, state } from "../../support/tasks.js";

describe.each(seeds)("the limits of a task, order %s", (seed) => {
  const modern = script("modern").on("tools/call", created());
  const connectWith = (of: typeof modern, options = {}) => connectWithTasks(of, { era: "modern", seed, ...options });

  test("every answer to a poll starts `timeout` anew: a task may take longer than that", async () => {
    const slow = script("modern").taskTool("work", task({}, wait(60_000), say("done")));
    const stage = await connectWith(slow);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 2_500 }));
    await stage.clock.advance(100_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 60_000 });
  });

  test("a task of a server that never ends meets `maxTimeout`", async () => {
    const stage = await connectWith(modern.on("tasks/get", state("working")));

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 5_000, maxTimeout: 60_000 }));
    await stage.clock.advance(100_000);

    expect(call).toMatchObject({ at: 60_000, error: { code: "TIMEOUT", limit: "maxTimeout", outcome: "unknown" } });
    expect(received(stage, "tasks/cancel")).toHaveLength(1);
  });

  test("a poll that is not answered is silence", async () => {
    const stage = await connectWith(modern.once("tasks/get", state("working")).on("tasks/get", stall()));

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 5_000 }));
    await stage.clock.advance(100_000);

    expect(call).toMatchObject({ at: 6_000, error: { code: "TIMEOUT", limit: "timeout", after: 5_000 } });
    expect(received(stage, "tasks/get")).toHaveLength(2);
  });

  test("a server that wants to be asked less often than `timeout` allows is asked in time", async () => {
    const rare = script("modern").taskTool("work", task({ pollInterval: 3_600_000 }, wait(50_000), say("done")));
    const stage = await connectWith(rare);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 30_000 }));
    await stage.clock.advance(100_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 72_000 });
    expect(received(stage, "tasks/get")).toHaveLength(3);
  });

  test.each([
    [0, 100],
    [1, 100],
    [-5, 1_000],
    ["fast", 1_000],
    [null, 1_000],
    [{}, 1_000],
  ])("FAULTS `pollInterval` of 0, huge or negative: %j is one of %j", async (pollIntervalMs, wanted) => {
    const stage = await connectWith(
      script("modern")
        .on("tools/call", created({ pollIntervalMs }))
        .on("tasks/get", state("working", { pollIntervalMs })),
    );

    watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(received(stage, "tasks/get")).toHaveLength(10_000 / wanted);
  });

  test("past its time to live a task that still works is given up; asked once more it may still end", async () => {
    const kept = { ttlMs: 2_500 };
    const never = script("modern").on("tools/call", created(kept)).on("tasks/get", state("working", kept));
    const inTime = script("modern").on("tools/call", created(kept)).times(2, "tasks/get", state("working", kept));
    const [one, other] = [await connectWith(never), await connectWith(inTime.on("tasks/get", completed()))];

    const lost = watch(one, one.client.callTool("work"));
    const won = watch(other, other.client.callTool("work"));
    await one.clock.advance(10_000);
    await other.clock.advance(10_000);

    expect(lost).toMatchObject({
      at: 3_000,
      error: { code: "TIMEOUT", limit: "ttl", after: 2_500, outcome: "unknown" },
    });
    expect((lost.error as Error).message).toContain("2500 ms for which its server keeps it");
    expect(received(one, "tasks/cancel")).toHaveLength(1);
    expect(won).toMatchObject({ state: "fulfilled", at: 3_000 });
  });

  test.each([0, -1, "long", null])("a time to live of %j is none", async (ttlMs) => {
    const kept = script("modern").on("tools/call", created({ ttlMs }));
    const stage = await connectWith(
      kept.times(3, "tasks/get", state("working", { ttlMs })).on("tasks/get", completed()),
    );

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
  });

  test("a task of a server that never has enough is given up after 16 rounds", async () => {
    let script_ = modern;
    for (let n = 0; n < 20; n++)
      script_ = script_.once("tasks/get", state("input_required", { inputRequests: { [n]: elicit() } }));
    let asked = 0;
    const stage = await connectWith(script_.on("tasks/update", answer({})), {
      answer: () => {
        asked++;
        return accept();
      },
    });

    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "INVALID_RESULT", outcome: "unknown" });
    expect(asked).toBe(16);
    expect(received(stage, "tasks/cancel")).toHaveLength(1);
  });

  test("a thousand tasks wait without a slot, and others are answered at once", async () => {
    const busy = script("modern")
      .taskTool("work", task({ pollInterval: 1_000 }, status("long"), wait(30_000), say("done")))
      .tool("quick", say("quick"));
    const stage = await connectWith(busy, { maxInFlight: 4, maxPending: 1_000 });

    const tasks = Array.from({ length: 1_000 }, () => watch(stage, stage.client.callTool("work")));
    await stage.clock.advance(500);
    const quick = watch(stage, stage.client.callTool("quick"));
    await stage.clock.advance(0);
    expect(quick).toMatchObject({ state: "fulfilled", at: 500 });
    await stage.clock.advance(60_000);

    expect(tasks.every((call) => textOf(call.value) === "done" && call.at === 30_000)).toBe(true);
    expect(received(stage, "tools/call")).toHaveLength(1_001);
    expect(received(stage, "tasks/get")).toHaveLength(30_000);
  });

  test("tasks are none of those that wait for a slot", async () => {
    const busy = script("modern").taskTool("work", task({}, stall())).tool("silent", stall());
    const stage = await connectWith(busy, { maxInFlight: 1, maxPending: 2 });
    for (let n = 0; n < 5; n++) {
      watch(stage, stage.client.callTool("work"));
      await stage.clock.advance(1);
    }

    const silent = Array.from({ length: 4 }, () => watch(stage, stage.client.callTool("silent")));
    await stage.clock.advance(1);

    expect(silent.map(({ error }) => (error as { code?: string } | undefined)?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      "OVERLOADED",
    ]);
  });
});
