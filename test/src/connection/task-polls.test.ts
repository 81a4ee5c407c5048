import { describe, expect, test } from "vitest";
import { agreementOn, codecs, loneTasks, unreachable } from "../../support/lone-tasks.js";

const refusal = { code: -32_602, message: "no such task" };
const isOfOld = { code: -32_022, message: "no", data: { supported: ["2026-07-28"], requested: "2026-07-28" } };

describe("a poll that is refused", () => {
  test("in the form the task was made in has no cause but the refusal", () => {
    const it = loneTasks();
    const { pending, task } = it.begun();
    it.out(pending);
    it.done();

    it.tasks.polled(pending, task, { error: refusal });

    const failure = { code: "PROTOCOL", error: refusal, method: "tasks/get", cause: undefined };
    expect(it.done("settle")).toEqual([["settle", "unknown", failure]]);
  });

  test("in place of the transport's answer is refused all the same", () => {
    const it = loneTasks();
    const { pending, task } = it.begun();
    it.out(pending);
    it.done();

    it.tasks.failed(pending, task, { outcome: "unknown", failure: { code: "PROTOCOL", error: refusal } });

    const failure = { code: "PROTOCOL", error: refusal, method: "tasks/get", cause: undefined };
    expect(it.done("settle", "wait")).toEqual([["settle", "unknown", failure]]);
  });

  test.each([
    [
      "the revision that is still agreed on has it agreed on anew",
      agreementOn(codecs.modern),
      [["renegotiate"], ["queue"]],
    ],
    ["another than is agreed on now is only made again", agreementOn(codecs.legacy), [["queue"]]],
    ["a revision of a connection that has ended waits for the next", undefined, [["queue"]]],
  ])("for %s", (_, agreement, expected) => {
    const it = loneTasks();
    const { pending, task } = it.begun();
    it.out(pending);
    it.done();
    it.departures.agreement = agreement;

    it.tasks.polled(pending, task, { error: isOfOld });

    expect(it.done()).toEqual(expected);
  });
});

test("a poll in a revision without tasks says nothing of one: the operation is given up", () => {
  const it = loneTasks();
  const { pending, task } = it.begun();
  it.out(pending, codecs.old);
  it.done();

  it.tasks.polled(pending, task, { result: { taskId: "T", status: "working" } });

  const cause = new Error("There are no tasks in this revision");
  const failure = { code: "INVALID_RESULT", result: { taskId: "T", status: "working" }, cause };
  expect(it.done("give up", "wait")).toEqual([["give up", failure]]);
});

test("a poll that gets no answer is made again after a while", () => {
  const it = loneTasks();
  const { pending, task } = it.begun();
  it.out(pending);
  it.done();

  it.tasks.failed(pending, task, { outcome: "unknown", failure: unreachable, retryAfter: 7_000 });

  expect(it.done()).toEqual([["wait", 7_000]]);
});

describe("a task with a time to live", () => {
  test("is asked for until that has passed since it was heard of", () => {
    const it = loneTasks();
    const { poll } = it.begun({ ttlMs: 2_000 });
    it.done();

    it.clock.now = 2_999;
    poll({ ttlMs: 2_000 });

    expect(it.done("give up", "wait")).toEqual([["wait", 1_000]]);
  });

  test("is given up when an answer comes at its very end", () => {
    const it = loneTasks();
    const { poll } = it.begun({ ttlMs: 2_000 });
    it.done();

    it.clock.now = 3_000;
    poll({ ttlMs: 2_000 });

    expect(it.done("give up", "wait")).toEqual([["give up", { code: "TIMEOUT", limit: "ttl", after: 2_000 }]]);
  });
});

test("a notice while the next poll is waited for makes no second one", () => {
  const it = loneTasks();
  it.begun();
  it.done();

  expect(it.tasks.noticed({ taskId: "T", status: "working" })).toBe(true);

  expect(it.done()).toEqual([]);
});
