import { describe, expect, test } from "vitest";
import { answer, fail } from "../../../src/testing/index.js";
import { errorOf, received, textOf, watch } from "../../support/memory.js";
import { asks, elicit } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { completed, connectWithTasks, created, script, state } from "../../support/tasks.js";

describe.each(seeds)("tasks that are none, order %s", (seed) => {
  const call = async (of: ReturnType<typeof script>) => {
    const stage = await connectWithTasks(of, { era: "modern", seed });
    return { stage, error: await stage.drive(errorOf(stage.client.callTool("work"))) };
  };
  const modern = script("modern");

  test.each([
    {},
    { taskId: 5, status: "working" },
    { taskId: "", status: "working" },
    { taskId: "T" },
    { taskId: "T", status: "paused" },
  ])("a call that becomes %j is an InvalidResultError", async (said) => {
    const { stage, error } = await call(modern.on("tools/call", answer({ resultType: "task", ...said })));

    expect(error).toMatchObject({ code: "INVALID_RESULT", outcome: "completed", attempts: 1 });
    expect(received(stage, "tasks/get")).toEqual([]);
  });

  test.each([
    null,
    [],
    {},
    { taskId: "other", status: "working" },
    { taskId: "T", status: "done" },
    { taskId: "T", status: "completed" },
    { taskId: "T", status: "completed", result: [] },
    { taskId: "T", status: "input_required" },
    { taskId: "T", status: "input_required", inputRequests: { a: 1 } },
  ])("a poll that is answered with %j is one, and the task is ended", async (said) => {
    const { stage, error } = await call(modern.on("tools/call", created()).on("tasks/get", answer(said)));

    expect(error).toMatchObject({ code: "INVALID_RESULT", outcome: "unknown", attempts: 1 });
    expect(received(stage, "tasks/cancel")).toHaveLength(1);
  });

  test.each([undefined, null, "no", {}, []])("a failure with the error %j is a ProtocolError", async (error) => {
    const failed = state("failed", { error, statusMessage: "it broke" });
    const it = await call(modern.on("tools/call", created()).on("tasks/get", failed));

    expect(it.error).toMatchObject({ code: "PROTOCOL", outcome: "completed" });
  });

  test("no other request may become one", async () => {
    const stage = await connectWithTasks(modern.on("prompts/list", created()).on("resources/read", created()), {
      era: "modern",
      seed,
    });

    const error = await stage.drive(errorOf(stage.client.readResource("file:///a")));

    expect(error).toMatchObject({ code: "INVALID_RESULT", outcome: "completed" });
    expect(String((error as Error).cause)).toContain("may not make a task");
  });

  test("an id that another operation waits for is refused; once that has ended it is as good as any", async () => {
    const stage = await connectWithTasks(
      modern.on("tools/call", created()).once("tasks/get", state("working")).on("tasks/get", completed()),
      { era: "modern", seed },
    );

    const first = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10);
    const error = await stage.drive(errorOf(stage.client.callTool("work")));
    await stage.clock.advance(10_000);

    expect(error).toMatchObject({ code: "INVALID_RESULT", outcome: "completed" });
    expect(received(stage, "tasks/cancel")).toEqual([]);
    expect(textOf(first.value)).toBe("done");
    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
  });

  test("a refusal for want of a capability is the caller's", async () => {
    const data = { requiredCapabilities: { extensions: {} } };
    const { error } = await call(modern.on("tools/call", fail(-32_021, "Missing required client capability", data)));

    expect(error).toMatchObject({ code: "PROTOCOL", rpcCode: -32_021 });
  });

  test("a poll that is answered too late for rounds of input asks nobody", async () => {
    const { error } = await call(modern.on("tools/call", created()).on("tasks/get", asks({ a: elicit() })));

    expect(error).toMatchObject({ code: "INVALID_RESULT" });
  });
});
