import { describe, expect, test } from "vitest";
import { answer, needInput, say, stall, task, wait } from "../../../src/testing/index.js";
import { received, watch } from "../../support/memory.js";
import { elicit } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { completed, connectWithTasks, created, script, state, taskEras } from "../../support/tasks.js";

const orders = seeds.flatMap((seed) => taskEras.map((era) => ({ seed, era })));

describe.each(orders)("a task that nobody needs any more, $era, order $seed", ({ seed, era }) => {
  const hour = script(era).taskTool("work", task({}, wait(3_600_000), say("done")));

  test("M11 a cancel ends it on the server, with `tasks/cancel` and nothing else", async () => {
    const stage = await connectWithTasks(hour, { era, seed });

    const call = stage.client.callTool("work");
    const watched = watch(stage, call);
    await stage.clock.advance(2_500);
    call.cancel("enough");
    await stage.clock.advance(60_000);

    expect(watched).toMatchObject({ at: 2_500, error: { code: "CANCELLED", reason: "enough", outcome: "unknown" } });
    expect(received(stage, "tasks/cancel")).toMatchObject([{ params: { taskId: "ask-task-1" } }]);
    expect(received(stage, "notifications/cancelled")).toEqual([]);
    expect(received(stage, "tasks/get")).toHaveLength(2);
    expect(stage.client.stats.responses).toEqual({ unknown: 0, duplicate: 0 });
  });

  test("so do a limit", async () => {
    const stage = await connectWithTasks(hour, { era, seed });

    const call = watch(stage, stage.client.callTool("work", {}, { maxTimeout: 10_000 }));
    await stage.clock.advance(60_000);

    expect(call).toMatchObject({ at: 10_000, error: { code: "TIMEOUT", limit: "maxTimeout", outcome: "unknown" } });
    expect(received(stage, "tasks/cancel")).toHaveLength(1);
  });

  test("and the end of the client", async () => {
    const stage = await connectWithTasks(hour, { era, seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(2_500);
    await stage.drive(stage.client.close());

    expect(call.error).toMatchObject({ code: "CONNECTION_CLOSED", outcome: "unknown" });
    expect(received(stage, "tasks/cancel")).toHaveLength(1);
  });

  test("a poll on the wire is not waited for, and its answer is no news", async () => {
    const slow = script(era).taskTool("work", task({}, stall())).once("tasks/get", wait(500), answer({}));
    const stage = await connectWithTasks(slow, { era, seed });

    const call = stage.client.callTool("work");
    const watched = watch(stage, call);
    await stage.clock.advance(1_200);
    call.cancel();
    await stage.clock.advance(10_000);

    expect(watched.at).toBe(1_200);
    expect(received(stage, "notifications/cancelled")).toEqual([]);
    expect(stage.client.stats.responses).toEqual({ unknown: 0, duplicate: 0 });
  });

  test("a call that was given up before its task was there: the task is ended as soon as it is", async () => {
    const late = script(era).taskTool("work", wait(500), task({}, stall()));
    const stage = await connectWithTasks(late, { era, seed });

    const call = stage.client.callTool("work");
    const watched = watch(stage, call);
    await stage.clock.advance(100);
    call.cancel();
    await stage.clock.advance(10_000);

    expect(watched).toMatchObject({ at: 100, error: { code: "CANCELLED" } });
    expect(received(stage, "tasks/cancel")).toMatchObject([{ params: { taskId: "ask-task-1" } }]);
    expect(received(stage, "tasks/get")).toEqual([]);
  });

  test("a task the server cancels is a CancelledError, and needs no cancel", async () => {
    const said = { taskId: "T", status: "working", statusMessage: "out of paper" };
    const gone = script(era)
      .taskTool("work", answer(era === "modern" ? { resultType: "task", ...said } : { task: said }))
      .on("tasks/get", answer({ ...said, status: "cancelled" }));
    const stage = await connectWithTasks(gone, { era, seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(call.error).toMatchObject({ code: "CANCELLED", reason: "out of paper", outcome: "completed" });
    expect(received(stage, "tasks/cancel")).toEqual([]);
  });
});

describe.each(seeds)("handlers that work for a task, order %s", (seed) => {
  test("a cancel aborts them", async () => {
    const signals: AbortSignal[] = [];
    const asking = script("modern").taskTool("work", task({}, needInput({ a: elicit() }), say("done")));
    const stage = await connectWithTasks(asking, {
      era: "modern",
      seed,
      answer: (_, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });

    const call = stage.client.callTool("work");
    const watched = watch(stage, call);
    await stage.clock.advance(5_000);
    call.cancel();
    await stage.clock.advance(1_000);

    expect(watched.error).toMatchObject({ code: "CANCELLED", outcome: "unknown" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(received(stage, "tasks/cancel")).toHaveLength(1);
  });

  test("one that refuses gives the task up", async () => {
    const reason = new Error("no");
    const asking = script("modern").taskTool("work", task({}, needInput({ a: elicit() }), say("done")));
    const stage = await connectWithTasks(asking, { era: "modern", seed, answer: () => Promise.reject(reason) });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(5_000);

    expect(call.error).toMatchObject({ code: "CANCELLED", reason, outcome: "unknown" });
    expect(received(stage, "tasks/cancel")).toHaveLength(1);
  });

  test("a task that ends by itself meanwhile ends them, too", async () => {
    const signals: AbortSignal[] = [];
    const needs = state("input_required", { inputRequests: { a: elicit() } });
    const ends = script("modern").on("tools/call", created()).times(2, "tasks/get", needs).on("tasks/get", completed());
    const stage = await connectWithTasks(ends, {
      era: "modern",
      seed,
      answer: (_, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 3_000 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});
