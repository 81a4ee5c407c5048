import { describe, expect, test } from "vitest";
import { answer, needInput, say, task, wait } from "../../../src/testing/index.js";
import { errorOf, received, textOf, watch } from "../../support/memory.js";
import { accept, elicit, slowly } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { completed, connectWithTasks, created, script, state } from "../../support/tasks.js";

describe.each(seeds)("M22 what a task needs of the host, order %s", (seed) => {
  const modern = script("modern").on("tools/call", created());
  const needs = (...keys: string[]) =>
    state("input_required", { inputRequests: Object.fromEntries(keys.map((key) => [key, elicit(key)])) });
  const answers = ({ params }: { params: Record<string, unknown> }) => Object.keys(params.inputResponses as object);

  test("each question is put once, however often the server shows it", async () => {
    const polls = modern.times(3, "tasks/get", needs("a", "b")).times(3, "tasks/get", needs("b", "c"));
    const heard: unknown[] = [];
    const stage = await connectWithTasks(polls.on("tasks/get", completed()).on("tasks/update", answer({})), {
      era: "modern",
      seed,
      answer: ({ params }) => {
        heard.push(params?.message);
        return accept();
      },
    });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(heard).toEqual(["a", "b", "c"]);
    expect(received(stage, "tasks/update").map(answers)).toEqual([["a", "b"], ["c"]]);
  });

  test("what is answered while another answer is on its way follows when that has arrived", async () => {
    const polls = modern.once("tasks/get", needs("a")).times(2, "tasks/get", needs("a", "b"));
    const slow = polls.once("tasks/update", wait(1_500), answer({})).on("tasks/update", answer({}));
    const stage = await connectWithTasks(slow.on("tasks/get", completed()), { era: "modern", seed, answer: accept });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10_000);

    expect(textOf(call.value)).toBe("done");
    expect(received(stage, "tasks/update").map(answers)).toEqual([["a"], ["b"]]);
  });

  test("while the host thinks `timeout` stands still, polls go on, and `maxTimeout` does not", async () => {
    const asking = script("modern").taskTool("work", task({}, needInput({ a: elicit() }), say("done")));
    const at: { slowly?: ReturnType<typeof slowly> } = {};
    const stage = await connectWithTasks(asking, {
      era: "modern",
      seed,
      answer: (_, signal) => at.slowly?.(signal) ?? accept(),
    });
    at.slowly = slowly(stage, 100_000);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 1_500, maxTimeout: 20_000 }));
    await stage.clock.advance(50_000);

    expect(call).toMatchObject({ at: 20_000, error: { code: "TIMEOUT", limit: "maxTimeout" } });
    expect(received(stage, "tasks/get").length).toBeGreaterThan(15);
  });

  test("what the client does not offer is the server's fault, and the task is ended", async () => {
    const polls = modern.on("tasks/get", state("input_required", { inputRequests: { a: { method: "sampling/x" } } }));
    const stage = await connectWithTasks(polls, { era: "modern", seed });

    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "INVALID_RESULT", outcome: "unknown" });
    expect(String((error as Error).cause)).toContain("sampling/x");
    expect(received(stage, "tasks/cancel")).toHaveLength(1);
  });

  test("keys like those of every object are keys like others", async () => {
    const polls = modern.once("tasks/get", needs("constructor", "toString")).on("tasks/get", completed());
    const stage = await connectWithTasks(polls.on("tasks/update", answer({})), { era: "modern", seed, answer: accept });

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
    expect(received(stage, "tasks/update").map(answers)).toEqual([["constructor", "toString"]]);
  });
});
