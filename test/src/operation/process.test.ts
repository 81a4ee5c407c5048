import { describe, expect, test } from "vitest";
import { MailKind } from "../../../actors/index.js";
import type { Settlement } from "../../../src/operation/settlement.js";
import { done, startOperation, step } from "../../support/operation-process.js";

const lost: Settlement = { ok: false, failure: { code: "OVERLOADED", limit: 1 }, outcome: "unknown", attempts: 1 };

describe("an operation's updates", () => {
  test("go to the callback at once, in order, and are counted", () => {
    const seen: number[] = [];
    const { tell, report } = startOperation({ deliver: ({ progress }) => void seen.push(progress) });
    for (const progress of [1, 2, 3]) tell({ type: "progress", update: step(progress) });

    expect(seen).toEqual([1, 2, 3]);
    expect(report).toEqual({ delivered: 3, overflowed: [], failures: [] });
  });

  test("nobody listens: nothing is delivered, nothing waits", () => {
    const { tell, report, describeIt } = startOperation();
    tell({ type: "progress", update: step(1) });

    expect(report.delivered).toBe(0);
    expect(describeIt()).toEqual({});
  });

  test("wait while the callback is busy, the oldest dropped past the bound", () => {
    const seen: number[] = [];
    const { tell, piped, report, describeIt } = startOperation({
      deliver: async ({ progress }) => void seen.push(progress),
    });
    for (const progress of [1, 2, 3, 4]) tell({ type: "progress", update: step(progress) });
    expect(seen).toEqual([1]);
    expect(describeIt()).toEqual({ undelivered: 2 });
    expect(report.overflowed).toEqual([["t", 1]]);

    for (let count = 0; count < 3; count++) piped[count]?.({ ok: true, value: undefined });

    expect(seen).toEqual([1, 3, 4]);
    expect(describeIt()).toEqual({});
    expect(report).toEqual({ delivered: 3, overflowed: [["t", 1]], failures: [] });
  });

  test("what the callback throws, and what it rejects with, is told once, the first with a count", () => {
    let count = 0;
    const { tell, piped, report, replies } = startOperation({
      deliver: () => {
        if (++count < 3) throw new Error(`failure ${count}`);
        return Promise.resolve();
      },
    });
    for (const progress of [1, 2, 3]) tell({ type: "progress", update: step(progress) });
    piped[0]?.({ ok: false, error: new Error("failure 3") });
    expect(report.failures).toEqual([]);
    tell({ type: "settle", settlement: done });

    expect(report.failures).toEqual([["t", new Error("failure 1"), 3]]);
    expect(replies).toEqual([done]);
  });

  test("a callback whose promise resolves has not failed", () => {
    const { tell, piped, report, replies } = startOperation({ deliver: () => Promise.resolve() });
    tell({ type: "progress", update: step(1) });
    piped[0]?.({ ok: true, value: undefined });
    tell({ type: "settle", settlement: done });

    expect(replies).toEqual([done]);
    expect(report.failures).toEqual([]);
  });

  test("none is taken once it has settled", () => {
    const seen: number[] = [];
    const { tell, piped } = startOperation({ deliver: async ({ progress }) => void seen.push(progress) });
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement: done });
    tell({ type: "progress", update: step(2) });
    piped[0]?.({ ok: true, value: undefined });

    expect(seen).toEqual([1]);
  });
});

describe("an operation's settlement", () => {
  test("is replied once, and ends the process", () => {
    const { tell, replies, exits, report } = startOperation();
    tell({ type: "hurry" });
    expect([replies, exits]).toEqual([[], []]);
    tell({ type: "settle", settlement: done });

    expect(replies).toEqual([done]);
    expect(exits).toEqual(["normal"]);
    expect(report.failures).toEqual([]);
  });

  test("of an answer waits for the updates before it, and the first settlement counts", () => {
    const seen: number[] = [];
    const { tell, piped, replies } = startOperation({ deliver: async ({ progress }) => void seen.push(progress) });
    tell({ type: "progress", update: step(1) });
    tell({ type: "progress", update: step(2) });
    tell({ type: "settle", settlement: done });
    tell({ type: "settle", settlement: lost });
    piped[0]?.({ ok: true, value: undefined });
    expect(replies).toEqual([]);
    expect(seen).toEqual([1, 2]);
    piped[1]?.({ ok: true, value: undefined });

    expect(replies).toEqual([done]);
  });

  test("of an answer waits no longer than the drain, and a callback that hangs has failed", () => {
    const { tell, pass, replies, report } = startOperation({
      deliver: () => new Promise(() => undefined),
      timeout: 5_000,
    });
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement: done });
    pass(49);
    expect(replies).toEqual([]);
    pass(1);

    expect(replies).toEqual([done]);
    expect(report.failures).toEqual([
      ["t", new Error("The progress callback did not settle within `progressDrain`"), 1],
    ]);
  });

  test.each([
    ["a loss", lost, {}],
    ["an answer without a drain", done, { progressDrain: 0 }],
  ] as const)("%s waits for no callback", (_, settlement, options) => {
    const { tell, replies, report } = startOperation({ deliver: () => new Promise(() => undefined), ...options });
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement });

    expect(replies).toEqual([settlement]);
    expect(report.failures).toEqual([]);
  });

  test("with a drain for ever there is no timer for it; in a hurry it is replied at once", () => {
    const options = { deliver: () => new Promise(() => undefined), progressDrain: Number.POSITIVE_INFINITY };
    const { tell, alarms, replies } = startOperation(options);
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement: done });
    expect(alarms).toHaveLength(1);
    expect(replies).toEqual([]);
    tell({ type: "hurry" });

    expect(replies).toEqual([done]);
  });
});

test("only an order to stop ends an operation's process, whatever else it is sent", () => {
  const { mailOf, exits, replies } = startOperation();
  mailOf(MailKind.system, { order: "replace" });
  mailOf(MailKind.cast, { order: "stop" });
  mailOf(MailKind.call, { type: "settle", settlement: done });
  expect([exits, replies]).toEqual([[], []]);
  mailOf(MailKind.system, { order: "stop" });

  expect(exits).toEqual(["shutdown"]);
});
