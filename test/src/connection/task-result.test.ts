import { describe, expect, test } from "vitest";
import { codecs, loneTasks, unreachable } from "../../support/lone-tasks.js";

const completed = { taskId: "T", status: "completed" };
const fetched = ["request", "tasks/result", { taskId: "T" }];

describe("the result of a task of 2025-11-25", () => {
  test("is asked for instead of another poll", () => {
    const it = loneTasks(codecs.legacy);
    const { poll } = it.begun();
    it.done();

    poll(completed);

    expect(it.done()).toMatchObject([fetched]);
  });

  test("is asked for once, however often the server says that it is there", () => {
    const it = loneTasks(codecs.legacy);
    it.begun();
    it.done();

    it.tasks.noticed(completed);
    it.tasks.noticed(completed);

    expect(it.done()).toMatchObject([fetched]);
  });

  test("settles the operation, whose request it is", () => {
    const it = loneTasks(codecs.legacy);
    const { pending, poll } = it.begun();
    poll(completed);
    it.done();
    const id = it.lastId();

    expect(it.tasks.of(id)).toBe(pending);
    expect(it.tasks.answered({ jsonrpc: "2.0", id, result: { content: [] } })).toBe(true);

    expect(it.done("settle")).toEqual([["settle", "completed", { content: [] }]]);
    expect(it.tasks.of(id)).toBeUndefined();
  });

  test("waits for the next connection, which a poll looks for", () => {
    const it = loneTasks(codecs.legacy);
    const { poll } = it.begun();
    it.done();
    it.departures.agreement = undefined;

    poll(completed);
    expect(it.done()).toEqual([["wait", 1_000]]);

    it.tasks.noticed(completed);
    expect(it.done()).toEqual([]);
  });

  test.each([
    ["refused", { code: "PROTOCOL", error: { code: -1, message: "no" } }, "unknown", ["settle", "completed"]],
    ["answered with what is none", unreachable, "completed", ["give up", unreachable]],
    ["not answered", unreachable, "unknown", ["wait", 1_000]],
  ] as const)("that is %s over HTTP", (_, failure, outcome, expected) => {
    const it = loneTasks(codecs.legacy, { isHttp: true });
    const { poll } = it.begun();
    poll(completed);
    const id = it.lastId();
    it.done();

    it.tasks.errandFailed({ id, outcome, failure });

    const [first, ...rest] = it.done("settle", "give up", "wait");
    expect(first?.slice(0, 2)).toEqual(expected);
    expect(rest).toEqual([]);
  });
});
