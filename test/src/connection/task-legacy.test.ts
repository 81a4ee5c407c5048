import { describe, expect, test } from "vitest";
import { createOperation } from "../../../src/index.js";
import type { Params } from "../../../src/protocol/message.js";
import { answer, ask, fail, type Script, say, stall, task, wait } from "../../../src/testing/index.js";
import { received, textOf, watch, welcome } from "../../support/memory.js";
import { accept, slowly } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { connectWithTasks, script } from "../../support/tasks.js";

describe.each(seeds)("tasks of 2025-11-25, order %s", (seed) => {
  const legacy = script("legacy");
  const connectWith = (of: Script, options = {}) => connectWithTasks(of, { era: "legacy", seed, ...options });
  const listed = (taskSupport?: string) =>
    answer({
      tools: [{ name: "work", inputSchema: { type: "object" }, ...(taskSupport && { execution: { taskSupport } }) }],
    });
  const asked = async (of: Script, params: Params = {}) => {
    const stage = await connectWith(of);
    await stage.drive(stage.client.callTool("work", params));
    return received(stage, "tools/call")[0]?.params;
  };

  test("a tool that needs it is called as one, to be kept as long as the call may take", async () => {
    const stage = await connectWith(legacy.taskTool("work", task({}, say("done"))));

    await stage.drive(stage.client.callTool("work", { n: 1 }, { maxTimeout: 60_000 }));
    await stage.drive(stage.client.callTool("work", {}, { maxTimeout: Number.POSITIVE_INFINITY }));

    const [first, second] = received(stage, "tools/call");
    expect(first?.params).toMatchObject({ name: "work", arguments: { n: 1 }, task: { ttl: 60_000 } });
    expect(second?.params.task).toEqual({});
  });

  test.each(["optional", "forbidden", undefined])("one with `taskSupport` %s is called as ever", async (support) => {
    const params = await asked(legacy.taskTool("other").on("tools/list", listed(support)).tool("work", say("done")));

    expect(params).not.toHaveProperty("task");
  });

  test("one of a server without the capability is called as ever", async () => {
    const bare = legacy.on("initialize", welcome()).taskTool("work", say("done"));

    expect(await asked(bare)).not.toHaveProperty("task");
  });

  test("one of a server of an older revision is called as ever", async () => {
    const capabilities = { tools: {}, tasks: { requests: { tools: { call: {} } } } };
    const older = legacy.on("initialize", welcome(capabilities, "2025-06-18")).taskTool("work", say("done"));

    expect(await asked(older)).not.toHaveProperty("task");
  });

  test("a server that answers at once has answered", async () => {
    const stage = await connectWith(legacy.taskTool("work", say("at once")));

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("at once");
    expect(received(stage, "tasks/get")).toEqual([]);
  });

  test("who asks for a task by hand gets what the server says of it", async () => {
    const stage = await connectWith(legacy.taskTool("work", task({}, stall())));
    const any = { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } } as const;
    const params = { name: "work", task: { ttl: 5 } };

    const result = await stage.drive(
      stage.client.request(createOperation({ method: "tools/call", params, result: any })),
    );

    expect(result).toMatchObject({ task: { taskId: "ask-task-1", status: "working" } });
    expect(received(stage, "tools/call")[0]?.params.task).toEqual({ ttl: 5 });
  });

  test("while the result is waited for polls go on, so that long work after an input is no silence", async () => {
    const work = task({}, ask("elicitation/create"), wait(60_000), say("done"));
    const stage = await connectWith(legacy.taskTool("work", work), { answer: accept });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 5_000 }));
    await stage.clock.advance(100_000);

    expect(textOf(call.value)).toBe("done");
    expect(received(stage, "tasks/result")).toHaveLength(1);
    expect(received(stage, "tasks/get").length).toBeGreaterThan(50);
  });

  test("while the host answers, `timeout` stands still for it", async () => {
    const work = task({}, ask("elicitation/create"), say("done"));
    const at: { slowly?: ReturnType<typeof slowly> } = {};
    const silent = legacy.taskTool("work", work).times(1, "tasks/get", answer(needs)).on("tasks/get", stall());
    const stage = await connectWith(silent, {
      answer: (_: unknown, signal: AbortSignal) => at.slowly?.(signal) ?? accept(),
    });
    at.slowly = slowly(stage, 20_000);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 5_000 }));
    await stage.clock.advance(100_000);

    expect(textOf(call.value)).toBe("done");
  });

  test("a waiting result takes no slot", async () => {
    const work = task({}, ask("elicitation/create"), say("done"));
    const at: { slowly?: ReturnType<typeof slowly> } = {};
    const stage = await connectWith(legacy.taskTool("work", work).tool("quick", say("quick")), {
      maxInFlight: 1,
      answer: (_: unknown, signal: AbortSignal) => at.slowly?.(signal) ?? accept(),
    });
    at.slowly = slowly(stage, 10_000);

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(3_500);
    const quick = watch(stage, stage.client.callTool("quick"));
    await stage.clock.advance(1);

    expect(textOf(quick.value)).toBe("quick");
    await stage.clock.advance(20_000);
    expect(textOf(call.value)).toBe("done");
  });

  test("an error in the place of the result is the call's", async () => {
    const work = legacy.taskTool("work", task({}, say("done"))).on("tasks/result", fail(-32_603, "lost it"));
    const stage = await connectWith(work);

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(call.error).toMatchObject({ code: "PROTOCOL", rpcCode: -32_603, outcome: "completed" });
  });

  test("a server that knows no cancel hears of none", async () => {
    const capabilities = { tools: {}, tasks: { requests: { tools: { call: {} } } } };
    const work = legacy.on("initialize", welcome(capabilities)).taskTool("work", task({}, stall()));
    const stage = await connectWith(work);

    const call = watch(stage, stage.client.callTool("work", {}, { maxTimeout: 5_000 }));
    await stage.clock.advance(10_000);

    expect(call.error).toMatchObject({ code: "TIMEOUT" });
    expect(received(stage, "tasks/cancel")).toEqual([]);
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });
});

const needs = { taskId: "ask-task-1", status: "input_required", ttl: null };
