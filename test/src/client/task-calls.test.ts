import { describe, expect, test } from "vitest";
import { answer, ask, fail, needInput, progress, say, status, task, wait } from "../../../src/testing/index.js";
import { errorOf, received, textOf, watch } from "../../support/memory.js";
import { accept, elicit } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { connectWithTasks, script, taskEras } from "../../support/tasks.js";

const orders = seeds.flatMap((seed) => taskEras.map((era) => ({ seed, era })));

describe.each(orders)("a call that becomes a task, $era, order $seed", ({ seed, era }) => {
  test("is one operation: one promise, one attempt, and the result of its task", async () => {
    const stage = await connectWithTasks(script(era).taskTool("work", task({}, wait(2_500), say("done"))), {
      era,
      seed,
    });

    const call = watch(stage, stage.client.callTool("work", { n: 1 }));
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(call.at).toBe(3_000);
    expect(received(stage, "tools/call")).toHaveLength(1);
    expect(received(stage, "tasks/get").map(({ params }) => params.taskId)).toEqual(Array(3).fill("ask-task-1"));
    expect(stage.client.stats).toMatchObject({
      operations: { started: era === "legacy" ? 2 : 1, settled: era === "legacy" ? 2 : 1 },
      responses: { unknown: 0, duplicate: 0 },
    });
  });

  test("polls as often as the server wants, each with an id of its own and without a token", async () => {
    const work = task({ pollInterval: 5_000 }, wait(12_000), say("done"));
    const stage = await connectWithTasks(script(era).taskTool("work", work), { era, seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(4_999);
    expect(received(stage, "tasks/get")).toHaveLength(0);
    await stage.clock.advance(1);
    expect(received(stage, "tasks/get")).toHaveLength(1);
    await stage.clock.advance(20_000);

    expect(call.at).toBe(15_000);
    const polls = received(stage, "tasks/get");
    expect(new Set(polls.map(({ id }) => id)).size).toBe(3);
    for (const { params } of polls) expect(params._meta).not.toHaveProperty("progressToken");
  });

  test("its progress is delivered until it has ended, and is late afterwards", async () => {
    const steps = [progress(1, 3), wait(1_500), progress(2, 3), wait(1_500), progress(3, 3), say("done")];
    const work = task({ pollInterval: 1_000 }, ...steps, wait(1_500), progress(4));
    const stage = await connectWithTasks(script(era).taskTool("work", work), { era, seed });
    const seen: unknown[] = [];

    const options = { progress: { token: "mine", callback: (it: unknown) => seen.push(it) } };
    const call = watch(stage, stage.client.callTool("work", {}, options));
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(seen).toMatchObject([1, 2, 3].map((value) => ({ token: "mine", progress: value, attempt: 1 })));
    expect(stage.client.stats.progress).toMatchObject({ delivered: 3, late: 1, unknown: 0 });
  });

  test("M17 task status is observable: every change once, with the operation's token", async () => {
    const steps = [wait(1_500), status("half"), wait(2_000), say("done")];
    const stage = await connectWithTasks(script(era).taskTool("work", task({}, ...steps)), { era, seed });
    const seen: unknown[] = [];
    stage.client.on("taskStatus", (event) => void seen.push(event));

    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "mine" } }));
    await stage.clock.settle();

    const common = { taskId: "ask-task-1", token: "mine", task: { taskId: "ask-task-1" } };
    expect(seen).toMatchObject([
      { ...common, status: "working", statusMessage: undefined },
      { ...common, status: "working", statusMessage: "half" },
      { ...common, status: "completed", statusMessage: "half" },
    ]);
    expect(seen).toHaveLength(3);
  });

  test("what the tool reports as its own failure resolves", async () => {
    const work = task({}, wait(10), answer({ content: [], isError: true }));
    const stage = await connectWithTasks(script(era).taskTool("work", work), { era, seed });

    expect(await stage.drive(stage.client.callTool("work"))).toMatchObject({ isError: true });
  });

  test("a task that fails is the error of its call", async () => {
    const work = task({}, wait(10), fail(-32_000, "no luck", { at: 3 }));
    const stage = await connectWithTasks(script(era).taskTool("work", work), { era, seed });

    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "PROTOCOL", rpcCode: -32_000, data: { at: 3 }, outcome: "completed" });
    expect((error as Error).message).toBe("The server refused tools/call with -32000: no luck");
  });

  test("a result is checked like any other", async () => {
    const work = task({}, wait(10), answer({ content: "no list" }));
    const stage = await connectWithTasks(script(era).taskTool("work", work), { era, seed });

    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "INVALID_RESULT", outcome: "completed" });
  });

  test("M22 what the server needs meanwhile is asked of the host, and the task goes on", async () => {
    const input =
      era === "modern" ? needInput({ name: elicit("name?") }) : ask("elicitation/create", { message: "name?" });
    const work = task({}, wait(500), input, wait(500), say("done"));
    const heard: unknown[] = [];
    const stage = await connectWithTasks(script(era).taskTool("work", work), {
      era,
      seed,
      answer: (request) => {
        heard.push(request);
        return accept();
      },
    });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(heard).toMatchObject([{ method: "elicitation/create", params: { message: "name?" } }]);
    expect(received(stage, "tools/call")).toHaveLength(1);
    expect(received(stage, era === "modern" ? "tasks/update" : "tasks/result")).toHaveLength(1);
  });
});
