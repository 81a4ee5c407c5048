import { describe, expect, test } from "vitest";
import { type Mail, MailKind, type Outcome, type Self } from "../../../actors/index.js";
import type { ProgressUpdate } from "../../../src/operation/operation.js";
import { type OperationArgument, type OperationMail, operationProcess } from "../../../src/operation/process.js";
import type { Settlement } from "../../../src/operation/settlement.js";

interface Alarm {
  readonly at: number;
  readonly mail: OperationMail;
  isCancelled: boolean;
}

const done: Settlement = { ok: true, result: 1, outcome: "completed", attempts: 1 };
const lost: Settlement = { ok: false, failure: { code: "OVERLOADED", limit: 1 }, outcome: "unknown", attempts: 1 };
const step = (progress: number) => ({ progress }) as ProgressUpdate;

/** One operation's behaviour on a clock that the test moves; everything it says is noted. */
function setUp(options: Partial<OperationArgument> = {}) {
  let now = 1_000;
  const alarms: Alarm[] = [];
  const news: unknown[] = [];
  const replies: Settlement[] = [];
  const exits: unknown[] = [];
  const report = { delivered: 0, overflowed: [] as number[], failures: [] as unknown[] };
  const piped: ((outcome: Outcome<unknown>) => void)[] = [];
  const process = { alive: true };
  const self = {
    process,
    runtime: { clock: { now: () => now, later: (work: () => void) => work() } },
    sendAfter: (delay: number, mail: OperationMail) => {
      const alarm: Alarm = { at: now + delay, mail, isCancelled: false };
      alarms.push(alarm);
      return { cancel: () => Object.assign(alarm, { isCancelled: true }) };
    },
    pipe: (_: unknown, toMail: (outcome: Outcome<unknown>) => OperationMail) =>
      piped.push((outcome) => tell(toMail(outcome))),
    exit: (reason: unknown) => {
      process.alive = false;
      exits.push(reason);
    },
  } as unknown as Self;
  const argument: OperationArgument = {
    key: 5,
    connection: { send: (mail: unknown) => void news.push(mail) } as unknown as OperationArgument["connection"],
    reply: (settlement) => void replies.push(settlement),
    deliver: undefined,
    calledAt: 1_000,
    startedAt: 1_000,
    timeout: 100,
    maxTimeout: 1_000,
    progressBuffer: 2,
    progressDrain: 50,
    report: {
      delivered: () => void report.delivered++,
      overflowed: (count) => void report.overflowed.push(count),
      callbackFailed: (...what) => void report.failures.push(what),
    },
    ...options,
  };
  const behaviour = operationProcess.create(self, argument);
  const order = (kind: MailKind, payload: unknown) => behaviour.receive({ kind, payload } as Mail);
  const tell = (payload: OperationMail) => order(MailKind.info, payload);
  behaviour.init?.();
  /** Lets time pass, from alarm to alarm. */
  const pass = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const due = alarms.filter(({ at, isCancelled }) => !isCancelled && at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      due.isCancelled = true;
      now = due.at;
      tell(due.mail);
    }
    now = end;
  };
  const timers = () => alarms.filter(({ isCancelled }) => !isCancelled).length;
  const describeIt = () => behaviour.describe?.();
  return { tell, order, pass, timers, describeIt, alarms, news, replies, exits, report, piped };
}

const due = { type: "due", key: 5 };
const expired = (limit: string, after: number) => ({ type: "expired", key: 5, limit, after });

describe("an operation's clocks", () => {
  test("silence: it asks whether all is read, and says that the limit passed only when asked then", () => {
    const { tell, pass, news, replies } = setUp();
    pass(99);
    tell({ type: "expire" });
    expect(news).toEqual([]);
    pass(1);
    expect(news).toEqual([due]);
    tell({ type: "expire" });

    expect(news).toEqual([due, expired("timeout", 100)]);
    expect(replies).toEqual([]);
  });

  test.each([["attempt"], ["progress"]] as const)("an %s begins the silence anew, without a new timer", (type) => {
    const { tell, pass, alarms, news } = setUp();
    pass(60);
    tell(type === "attempt" ? { type } : { type, update: step(1) });
    expect(alarms).toHaveLength(1);
    pass(99);
    expect(news).toEqual([]);
    pass(1);
    expect(news).toEqual([due]);
  });

  test("progress between the question and the look at the clock saves it", () => {
    const { tell, pass, news } = setUp();
    pass(100);
    tell({ type: "progress", update: step(1) });
    tell({ type: "expire" });
    expect(news).toEqual([due]);
    pass(100);
    expect(news).toEqual([due, due]);
  });

  test("the whole: counted from the call, whatever comes", () => {
    const { tell, pass, news } = setUp({ calledAt: 950, maxTimeout: 200 });
    pass(90);
    tell({ type: "attempt" });
    pass(59);
    expect(news).toEqual([]);
    pass(1);
    tell({ type: "expire" });

    expect(news).toEqual([due, expired("maxTimeout", 200)]);
  });

  test("of two limits that pass together silence is named", () => {
    const { tell, pass, news } = setUp({ maxTimeout: 100 });
    pass(100);
    tell({ type: "expire" });

    expect(news).toEqual([due, expired("timeout", 100)]);
  });

  test("one that began long ago is due at once", () => {
    const { alarms } = setUp({ startedAt: 100 });

    expect(alarms.map(({ at }) => at)).toEqual([1_000]);
  });

  test("without limits there is no timer", () => {
    const { alarms } = setUp({ timeout: Number.POSITIVE_INFINITY, maxTimeout: Number.POSITIVE_INFINITY });

    expect(alarms).toEqual([]);
  });

  test("silence stands still while handlers of ours work, and begins anew when the last has ended", () => {
    const { tell, pass, timers, news } = setUp();
    tell({ type: "pause" });
    tell({ type: "pause" });
    pass(300);
    tell({ type: "resume" });
    pass(300);
    expect(news).toEqual([]);
    tell({ type: "resume" });
    expect(timers()).toBe(1);
    pass(99);
    expect(news).toEqual([]);
    pass(1);
    expect(news).toEqual([due]);
  });

  test("the whole does not stand still", () => {
    const { tell, pass, news } = setUp({ maxTimeout: 150 });
    tell({ type: "pause" });
    pass(150);
    tell({ type: "expire" });

    expect(news).toEqual([due, expired("maxTimeout", 150)]);
  });

  test("settled, it looks at no clock any more", () => {
    const deliver = () => Promise.resolve();
    const { tell, pass, news, alarms } = setUp({ deliver, progressDrain: Number.POSITIVE_INFINITY });
    tell({ type: "pause" });
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement: done });
    const before = alarms.length;
    tell({ type: "resume" });
    expect(alarms).toHaveLength(before);
    pass(5_000);
    tell({ type: "tick" });
    tell({ type: "expire" });

    expect(news).toEqual([]);
  });
});

describe("an operation's updates", () => {
  test("go to the callback at once, in order, and are counted", () => {
    const seen: number[] = [];
    const { tell, report } = setUp({ deliver: ({ progress }) => void seen.push(progress) });
    for (const progress of [1, 2, 3]) tell({ type: "progress", update: step(progress) });

    expect(seen).toEqual([1, 2, 3]);
    expect(report).toEqual({ delivered: 3, overflowed: [], failures: [] });
  });

  test("nobody listens: nothing is delivered, nothing waits", () => {
    const { tell, report, describeIt } = setUp();
    tell({ type: "progress", update: step(1) });

    expect(report.delivered).toBe(0);
    expect(describeIt()).toEqual({});
  });

  test("wait while the callback is busy, the oldest dropped past the bound", () => {
    const seen: number[] = [];
    const { tell, piped, report, describeIt } = setUp({
      deliver: async ({ progress }) => void seen.push(progress),
    });
    for (const progress of [1, 2, 3, 4]) tell({ type: "progress", update: step(progress) });
    expect(seen).toEqual([1]);
    expect(describeIt()).toEqual({ undelivered: 2 });
    expect(report.overflowed).toEqual([1]);

    for (let count = 0; count < 3; count++) piped[count]?.({ ok: true, value: undefined });

    expect(seen).toEqual([1, 3, 4]);
    expect(describeIt()).toEqual({});
    expect(report).toEqual({ delivered: 3, overflowed: [1], failures: [] });
  });

  test("what the callback throws, and what it rejects with, is told once, the first with a count", () => {
    let count = 0;
    const { tell, piped, report, replies } = setUp({
      deliver: () => {
        if (++count < 3) throw new Error(`failure ${count}`);
        return Promise.resolve();
      },
    });
    for (const progress of [1, 2, 3]) tell({ type: "progress", update: step(progress) });
    piped[0]?.({ ok: false, error: new Error("failure 3") });
    expect(report.failures).toEqual([]);
    tell({ type: "settle", settlement: done });

    expect(report.failures).toEqual([[new Error("failure 1"), 3]]);
    expect(replies).toEqual([done]);
  });

  test("a callback whose promise resolves has not failed", () => {
    const { tell, piped, report, replies } = setUp({ deliver: () => Promise.resolve() });
    tell({ type: "progress", update: step(1) });
    piped[0]?.({ ok: true, value: undefined });
    tell({ type: "settle", settlement: done });

    expect(replies).toEqual([done]);
    expect(report.failures).toEqual([]);
  });

  test("none is taken once it has settled", () => {
    const seen: number[] = [];
    const { tell, piped } = setUp({ deliver: async ({ progress }) => void seen.push(progress) });
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement: done });
    tell({ type: "progress", update: step(2) });
    piped[0]?.({ ok: true, value: undefined });

    expect(seen).toEqual([1]);
  });
});

describe("an operation's settlement", () => {
  test("is replied once, and ends the process", () => {
    const { tell, replies, exits, report } = setUp();
    tell({ type: "hurry" });
    expect([replies, exits]).toEqual([[], []]);
    tell({ type: "settle", settlement: done });

    expect(replies).toEqual([done]);
    expect(exits).toEqual(["normal"]);
    expect(report.failures).toEqual([]);
  });

  test("of an answer waits for the updates before it, and the first settlement counts", () => {
    const seen: number[] = [];
    const { tell, piped, replies } = setUp({ deliver: async ({ progress }) => void seen.push(progress) });
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
    const { tell, pass, replies, report } = setUp({ deliver: () => new Promise(() => undefined), timeout: 5_000 });
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement: done });
    pass(49);
    expect(replies).toEqual([]);
    pass(1);

    expect(replies).toEqual([done]);
    expect(report.failures).toEqual([[new Error("The progress callback did not settle within `progressDrain`"), 1]]);
  });

  test.each([
    ["a loss", lost, {}],
    ["an answer without a drain", done, { progressDrain: 0 }],
  ] as const)("%s waits for no callback", (_, settlement, options) => {
    const { tell, replies, report } = setUp({ deliver: () => new Promise(() => undefined), ...options });
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement });

    expect(replies).toEqual([settlement]);
    expect(report.failures).toEqual([]);
  });

  test("with a drain for ever there is no timer for it; in a hurry it is replied at once", () => {
    const options = { deliver: () => new Promise(() => undefined), progressDrain: Number.POSITIVE_INFINITY };
    const { tell, alarms, replies } = setUp(options);
    tell({ type: "progress", update: step(1) });
    tell({ type: "settle", settlement: done });
    expect(alarms).toHaveLength(1);
    expect(replies).toEqual([]);
    tell({ type: "hurry" });

    expect(replies).toEqual([done]);
  });
});

test("only an order to stop ends an operation's process, whatever else it is sent", () => {
  const { order, exits, replies } = setUp();
  order(MailKind.system, { order: "replace" });
  order(MailKind.cast, { order: "stop" });
  order(MailKind.call, { type: "settle", settlement: done });
  expect([exits, replies]).toEqual([[], []]);
  order(MailKind.system, { order: "stop" });

  expect(exits).toEqual(["shutdown"]);
});
