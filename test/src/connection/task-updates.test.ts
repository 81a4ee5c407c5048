import { describe, expect, test } from "vitest";
import { agreementOn, codecs, loneTasks, unreachable } from "../../support/lone-tasks.js";

const elicit = { method: "elicitation/create", params: { message: "?" } };
const needs = (...keys: string[]) => ({
  status: "input_required",
  inputRequests: Object.fromEntries(keys.map((key) => [key, elicit])),
});
const update = (inputResponses: object) => ["request", "tasks/update", { taskId: "T", inputResponses }];

describe("what a task needs of the host", () => {
  test("is asked for once, also when it is shown again after the answer", () => {
    const it = loneTasks();
    const { pending, task, poll } = it.begun();
    it.done();

    poll(needs("a"));
    it.tasks.inputMade(pending, task, { ok: true, responses: { a: 1 } });
    poll(needs("a"));

    expect(it.done("ask")).toEqual([["ask", ["a"]]]);
    expect(pending.rounds).toBe(1);
  });

  test("is asked for round by round: what comes meanwhile has to be shown again", () => {
    const it = loneTasks();
    const { pending, task, poll } = it.begun();
    it.done();

    poll(needs("a"));
    poll(needs("a", "b"));
    expect(it.done("ask")).toEqual([["ask", ["a"]]]);

    it.tasks.inputMade(pending, task, { ok: true, responses: { a: 1 } });
    poll(needs("a", "b"));
    expect(it.done("ask")).toEqual([["ask", ["b"]]]);
  });

  test("may not be without end", () => {
    const it = loneTasks();
    const { pending, poll } = it.begun();
    pending.rounds = 16;
    it.done();

    poll(needs("a"));

    const cause = new Error("It asks for input more than 16 times");
    expect(it.done("ask", "give up")).toMatchObject([["give up", { code: "INVALID_RESULT", cause }]]);
  });
});

describe("what the host has answered", () => {
  const answered = (codec = codecs.modern) => {
    const it = loneTasks(codec);
    const { pending, task, poll } = it.begun();
    const make = (responses: Record<string, unknown>) => {
      it.tasks.inputMade(pending, task, { ok: true, responses });
      return it.lastId();
    };
    it.done();
    return { ...it, pending, task, poll, make };
  };

  test("is kept until there is a connection, and goes out with the next poll that asks", () => {
    const it = answered();
    it.departures.agreement = undefined;
    it.make({ a: 1 });
    expect(it.done()).toEqual([]);

    it.departures.agreement = agreementOn(codecs.modern);
    it.poll(needs("a"));
    expect(it.done("request")).toMatchObject([update({ a: 1 })]);
  });

  test("is not sent again once the server has acknowledged it", () => {
    const it = answered();
    const id = it.make({ a: 1 });
    expect(it.done("request")).toMatchObject([update({ a: 1 })]);

    expect(it.tasks.answered({ jsonrpc: "2.0", id, result: {} })).toBe(true);
    it.poll(needs("a"));

    expect(it.done("request")).toEqual([]);
  });

  test("gives the operation up where it is no JSON: nobody is asked and nothing is polled any more", () => {
    const it = answered();
    it.departures.agreement = undefined;
    it.make({ a: 1n });
    it.departures.agreement = agreementOn(codecs.modern);

    it.poll(needs("a", "b"));

    const message = "Expected what a handler answers to be JSON: see `cause`";
    const failure = { code: "INVALID_REQUEST", message, cause: expect.any(TypeError) as unknown };
    expect(it.done("give up", "ask", "wait")).toEqual([["give up", failure]]);
  });

  test("gives the operation up where the server refuses it over HTTP", () => {
    const it = answered();
    const id = it.make({ a: 1 });
    it.done();
    const error = { code: -32_602, message: "not like that" };

    it.tasks.errandFailed({ id, outcome: "unknown", failure: { code: "PROTOCOL", error } });

    const failure = { code: "PROTOCOL", error, method: "tasks/update" };
    expect(it.done("give up", "wait")).toEqual([["give up", failure]]);
  });

  test("is out beside a result that is asked for: the end of the one is not that of the other", () => {
    const it = answered(codecs.legacy);
    it.poll({ status: "input_required" });
    const result = it.lastId();
    const id = it.make({ a: 1 });
    expect(it.done("request").map(([, method]) => method)).toEqual(["tasks/result", "tasks/update"]);

    it.tasks.errandFailed({ id: result, outcome: "unknown", failure: unreachable });
    it.make({ b: 2 });
    expect(it.done("request")).toEqual([]);

    it.poll({ status: "input_required" });
    expect(it.done("request")).toMatchObject([["request", "tasks/result", { taskId: "T" }]]);
    expect(it.tasks.answered({ jsonrpc: "2.0", id, result: {} })).toBe(true);
    expect(it.done("request")).toMatchObject([update({ b: 2 })]);
    it.poll({ status: "input_required" });
    expect(it.done("request")).toEqual([]);
  });
});
