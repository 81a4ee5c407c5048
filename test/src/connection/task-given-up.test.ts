import { describe, expect, test } from "vitest";
import { agreementOn, codecs, loneTasks, unreachable } from "../../support/lone-tasks.js";

const task = { resultType: "task", taskId: "T", status: "working", ttlMs: null };
const cancelled = ["notification", "tasks/cancel", { taskId: "T" }];

describe("a call that was given up before its answer", () => {
  const watched = (codec = codecs.modern, { isHttp = false, ticket = {} } = {}) => {
    const it = loneTasks(codec, { isHttp });
    const pending = it.out(it.waiting(ticket));
    pending.isAskedAsTask = true;
    it.tasks.watch(pending);
    return {
      ...it,
      pending,
      answer: (result: object) => it.tasks.answered({ jsonrpc: "2.0", id: pending.id, result }),
    };
  };

  test("has the task ended that it has become", () => {
    const it = watched();

    expect(it.answer(task)).toBe(true);
    expect(it.done()).toMatchObject([cancelled]);
  });

  test("leaves a task alone that another operation waits for", () => {
    const it = watched();
    it.begun();
    it.done();

    expect(it.answer(task)).toBe(true);
    expect(it.done()).toEqual([]);
  });

  test("is no business of the tasks' where its answer is another", () => {
    const it = watched();

    expect(it.answer({ resultType: "complete", content: [] })).toBe(false);
    expect(it.done()).toEqual([]);
  });

  test("is forgotten when it gets no answer", () => {
    const it = watched();
    it.tasks.errandFailed({ id: it.pending.id, outcome: "unknown", failure: unreachable });

    expect(it.done()).toEqual([]);
    expect(it.answer(task)).toBe(false);
  });

  test.each([
    ["over HTTP, where nothing is heard of it any more", codecs.modern, { isHttp: true }],
    ["that is no tool's", codecs.legacy, { ticket: { method: "prompts/get" } }],
    ["in a revision without tasks", codecs.old, {}],
  ])("is not remembered %s", (_, codec, options) => {
    const it = watched(codec, options);

    expect(it.answer({ ...task, task })).toBe(false);
    expect(it.done()).toEqual([]);
  });

  test("is not remembered if it was never asked", () => {
    const it = loneTasks();
    const pending = it.waiting();

    expect(() => it.tasks.watch(pending)).not.toThrow();
    expect(it.tasks.answered({ jsonrpc: "2.0", id: pending.id, result: task })).toBe(false);
  });
});

describe("a task that nobody needs any more", () => {
  test("is ended, and the answer to that is no news, whichever way it comes", () => {
    const it = loneTasks();
    const { pending } = it.begun();
    it.done();

    it.tasks.stop(pending, "T");
    expect(it.done()).toMatchObject([cancelled]);
    expect(it.tasks.answered({ jsonrpc: "2.0", id: it.lastId(), result: {} })).toBe(true);
    expect(it.tasks.answered({ jsonrpc: "2.0", id: it.lastId(), result: {} })).toBe(false);

    it.tasks.stop(pending, "T");
    it.done();
    it.tasks.errandFailed({ id: it.lastId(), outcome: "unknown", failure: unreachable });
    expect(it.done()).toEqual([]);
  });

  test.each([
    ["without a connection", undefined],
    ["with a connection of a revision without tasks", agreementOn(codecs.old)],
  ])("is left to itself %s", (_, agreement) => {
    const it = loneTasks();
    const { pending } = it.begun();
    it.done();
    it.departures.agreement = agreement;

    it.tasks.stop(pending, "T");

    expect(it.done()).toEqual([]);
  });
});

describe("an operation that has settled", () => {
  test("has its next poll forgotten, and no earlier one let go", () => {
    const it = loneTasks();
    const { pending } = it.begun();
    it.done();

    it.tasks.forget(pending);

    expect(it.done()).toEqual([["cancel the wait"]]);
  });

  test("may have waited for its first poll without a clock", () => {
    const it = loneTasks();
    const { pending } = it.begun({ status: "input_required" });
    it.done();

    it.tasks.forget(pending);

    expect(it.done()).toEqual([]);
  });

  test.each(["writing", "sent"] as const)("has its poll let go that is %s", (stage) => {
    const it = loneTasks();
    const { pending } = it.begun({ status: "input_required" });
    it.out(pending).stage = stage;
    it.done();

    it.tasks.forget(pending);

    expect(it.done()).toEqual([["abandon", pending.id]]);
  });

  test("is forgotten once: its task's id may be another's by then", () => {
    const it = loneTasks();
    const { pending } = it.begun();
    it.tasks.forget(pending);
    it.begun();

    it.tasks.forget(pending);

    expect(it.tasks.noticed({ taskId: "T", status: "working" })).toBe(true);
  });
});

describe("a task whose connection has ended", () => {
  test("is not put in line again for a poll that is there already", () => {
    const it = loneTasks();
    it.begun({ status: "input_required" });
    it.done();

    it.tasks.lost();

    expect(it.done()).toEqual([]);
  });

  test("is put in line if its poll was on the wire", () => {
    const it = loneTasks();
    const { pending } = it.begun();
    it.out(pending);
    it.done();

    it.tasks.lost();

    expect(it.done()).toEqual([["queue"]]);
    expect(pending.stage).toBe("waiting");
  });
});
