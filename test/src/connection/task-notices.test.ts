import { describe, expect, test } from "vitest";
import { answer, notify, type Script, type Step, say, stall, wait } from "../../../src/testing/index.js";
import { received, textOf, watch } from "../../support/memory.js";
import { accept, elicit } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { completed, connectWithTasks, created, script, shown, state } from "../../support/tasks.js";

const result = { content: [{ type: "text", text: "pushed" }] };
const slow = { pollIntervalMs: 10_000 };

describe.each(seeds)("a server that tells of a task unasked, order %s", (seed) => {
  const modern = (...steps: readonly Step[]): Script =>
    script("modern")
      .on("tools/call", created(slow), ...steps)
      .on("tasks/get", state("working", slow));
  const tell = (params: object) => notify("notifications/tasks", { ...params });

  test("need not be asked: a task that has ended ends its call at once, and no poll follows", async () => {
    const stage = await connectWithTasks(modern(wait(50), tell(shown("completed", { result }))), {
      era: "modern",
      seed,
    });

    const timers = stage.clock.timers;
    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(51);
    expect(stage.clock.timers).toBe(timers);
    await stage.clock.advance(60_000);

    expect(call.at).toBe(50);
    expect(textOf(call.value)).toBe("pushed");
    expect(received(stage, "tasks/get")).toEqual([]);
  });

  test("is alive: `timeout` starts anew", async () => {
    const steps = Array.from({ length: 6 }, (_, n) => [wait(1_000), tell(shown("working", { statusMessage: `${n}` }))]);
    const end = [wait(1_000), tell(shown("completed", { result }))];
    const mute = script("modern")
      .on("tasks/get", stall())
      .on("tools/call", created(slow), ...steps.flat(), ...end);
    const stage = await connectWithTasks(mute, { era: "modern", seed });
    const heard: unknown[] = [];
    stage.client.on("taskStatus", ({ statusMessage }) => void heard.push(statusMessage));

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 1_500 }));
    await stage.clock.advance(60_000);

    expect(call.at).toBe(7_000);
    expect(heard).toEqual([undefined, "0", "1", "2", "3", "4", "5", undefined]);
  });

  test("may say in it what it needs", async () => {
    const needs = shown("input_required", { inputRequests: { a: elicit() } });
    const pushes = modern(wait(50), tell(needs), wait(50), tell(needs), wait(50), tell(shown("completed", { result })));
    let asked = 0;
    const stage = await connectWithTasks(pushes.on("tasks/update", answer({})), {
      era: "modern",
      seed,
      answer: () => {
        asked++;
        return accept();
      },
    });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(1_000);

    expect(call.at).toBe(150);
    expect(asked).toBe(1);
    expect(received(stage, "tasks/update")).toHaveLength(1);
  });

  test.each([
    {},
    { taskId: "T" },
    { taskId: "T", status: "completed" },
    shown("done"),
    shown("working", { taskId: "X" }),
  ])("says nothing with %j", async (said) => {
    const odd = script("modern").on("tools/call", created(), wait(50), tell(said)).on("tasks/get", completed());
    const stage = await connectWithTasks(odd, { era: "modern", seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(60_000);

    expect(call.at).toBe(1_000);
    expect(textOf(call.value)).toBe("done");
  });

  test("of 2025-11-25 is asked for the result", async () => {
    const said = { taskId: "T", status: "working", ttl: null, pollInterval: 10_000 };
    const legacy = script("legacy")
      .taskTool(
        "work",
        answer({ task: said }),
        wait(50),
        notify("notifications/tasks/status", { ...said, status: "completed" }),
      )
      .on("tasks/result", say("done"));
    const stage = await connectWithTasks(legacy, { era: "legacy", seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(60_000);

    expect(call.at).toBe(50);
    expect(textOf(call.value)).toBe("done");
    expect(received(stage, "tasks/get")).toEqual([]);
  });
});
