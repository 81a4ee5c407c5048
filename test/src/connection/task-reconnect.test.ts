import { describe, expect, test } from "vitest";
import { answer, die, fail, needInput, say, stall, task } from "../../../src/testing/index.js";
import { received, textOf, watch } from "../../support/memory.js";
import { accept, asks, elicit } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { completed, connectWithTasks, created, script, state } from "../../support/tasks.js";

describe.each(seeds)("a task and the end of its connection, order %s", (seed) => {
  const modern = script("modern").once("tools/call", created()).on("tools/call", fail(-1, "called twice"));

  test("outlives it between two polls: polling resumes, and nothing is called again", async () => {
    const polls = modern.once("tasks/get", state("working")).on("tasks/get", completed());
    const stage = await connectWithTasks(polls, { era: "modern", seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(1_500);
    stage.server.kill();
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(call.at).toBe(2_000);
    expect(stage.server.incarnations).toBe(2);
    expect(received(stage, "tools/call")).toHaveLength(1);
  });

  test("outlives it with a poll on the wire, which is made again at once, also of an unsafe call without `retry`", async () => {
    const polls = modern.once("tasks/get", die()).on("tasks/get", completed());
    const stage = await connectWithTasks(polls, { era: "modern", seed });

    const call = watch(stage, stage.client.callTool("work", {}, { retry: false }));
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(call.at).toBe(1_100);
    expect(received(stage, "tools/call")).toHaveLength(1);
  });

  test("outlives many of them: polls are no attempts", async () => {
    const polls = modern.times(5, "tasks/get", die()).on("tasks/get", fail(-32_602, "gone"));
    const stage = await connectWithTasks(polls, { era: "modern", seed, downAfter: 60_000 });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(20_000);

    expect(received(stage, "tasks/get")).toHaveLength(6);
    expect(call.error).toMatchObject({ rpcCode: -32_602, attempts: 1 });
  });

  test("a server that has forgotten it says so: nobody knows what it has done", async () => {
    const polls = modern.once("tasks/get", die()).on("tasks/get", fail(-32_602, "Task not found"));
    const stage = await connectWithTasks(polls, { era: "modern", seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(call.error).toMatchObject({ code: "PROTOCOL", rpcCode: -32_602, outcome: "unknown", attempts: 1 });
    expect((call.error as Error).message).toBe("The server refused tasks/get with -32602: Task not found");
    expect(String((call.error as Error).cause)).toContain("may have forgotten it");
    expect(received(stage, "tasks/cancel")).toEqual([]);
  });

  test("a call that is not a task yet is lost with its server, as every unsafe one is", async () => {
    const stage = await connectWithTasks(script("modern").on("tools/call", die()), { era: "modern", seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(call.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown" });
  });

  test("without a connection for `downAfter` it fails with the others: what it has done is unknown", async () => {
    const discovered = {
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: {} },
      ttlMs: 0,
      cacheScope: "private",
    };
    const mute = modern
      .on("tasks/get", die())
      .once("server/discover", answer(discovered))
      .on("server/discover", stall());
    const stage = await connectWithTasks(mute, {
      era: "modern",
      seed,
      downAfter: 3_000,
      startTimeout: 1_000,
    });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(300_000);

    expect(call.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown", attempts: 1 });
  });

  test("`timeout` counts from the last answer, over all that is lost", async () => {
    const polls = modern.once("tasks/get", state("working")).on("tasks/get", die());
    const stage = await connectWithTasks(polls, { era: "modern", seed, downAfter: 60_000 });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 5_000 }));
    await stage.clock.advance(30_000);

    expect(call).toMatchObject({ at: 6_000, error: { code: "TIMEOUT", limit: "timeout", outcome: "unknown" } });
  });

  test("what the host has answered goes out again if it was lost, and nobody is asked twice", async () => {
    const needs = state("input_required", { inputRequests: { a: elicit() } });
    const polls = modern.once("tasks/update", die()).on("tasks/update", { do: "answer", result: {} });
    let asked = 0;
    const stage = await connectWithTasks(polls.times(2, "tasks/get", needs).on("tasks/get", completed()), {
      era: "modern",
      seed,
      answer: () => {
        asked++;
        return accept();
      },
    });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(asked).toBe(1);
    expect(received(stage, "tasks/update").map(({ params }) => params.inputResponses)).toEqual([
      { a: { action: "accept", content: {} } },
      { a: { action: "accept", content: {} } },
    ]);
  });

  test("rounds of input before the task, and input in it, are told apart though their keys are the same", async () => {
    const rounds = script("modern")
      .once("tools/call", asks({ a: elicit("first") }, "kept"))
      .on("tools/call", task({}, needInput({ a: elicit("second") }), say("done")));
    const heard: unknown[] = [];
    const stage = await connectWithTasks(rounds, {
      era: "modern",
      seed,
      answer: ({ params }) => {
        heard.push(params?.message);
        return accept();
      },
    });

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
    expect(heard).toEqual(["first", "second"]);
    for (const { params } of received(stage, "tasks/get")) {
      expect(params).not.toHaveProperty("requestState");
      expect(params).not.toHaveProperty("inputResponses");
    }
  });
});

describe.each(seeds)("a task of 2025-11-25 and the end of its connection, order %s", (seed) => {
  const working = { taskId: "T", status: "working", ttl: null };
  const legacy = script("legacy")
    .taskTool("work", { do: "answer", result: { task: working } })
    .on("tasks/get", { do: "answer", result: { ...working, status: "completed" } });

  test("a result that was asked for is asked for again", async () => {
    const results = legacy.once("tasks/result", die()).on("tasks/result", say("done"));
    const stage = await connectWithTasks(results, { era: "legacy", seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(received(stage, "tools/call")).toHaveLength(1);
    expect(received(stage, "tasks/result")).toHaveLength(2);
  });
});
