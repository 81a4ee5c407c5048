import { expect, test } from "vitest";
import { done, startOperation, step } from "../../support/operation-process.js";

const due = { type: "due" };
const expired = (limit: string, after: number) => ({ type: "expired", limit, after });

test("silence: it asks whether all is read, and says that the limit passed only when asked then", () => {
  const { tell, pass, news, replies } = startOperation();
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
  const { tell, pass, alarms, news } = startOperation();
  pass(60);
  tell(type === "attempt" ? { type } : { type, update: step(1) });
  expect(alarms).toHaveLength(1);
  pass(99);
  expect(news).toEqual([]);
  pass(1);
  expect(news).toEqual([due]);
});

test("progress between the question and the look at the clock saves it", () => {
  const { tell, pass, news } = startOperation();
  pass(100);
  tell({ type: "progress", update: step(1) });
  tell({ type: "expire" });
  expect(news).toEqual([due]);
  pass(100);
  expect(news).toEqual([due, due]);
});

test("the whole: counted from the call, whatever comes", () => {
  const { tell, pass, news } = startOperation({ calledAt: 950, maxTimeout: 200 });
  pass(90);
  tell({ type: "attempt" });
  pass(59);
  expect(news).toEqual([]);
  pass(1);
  tell({ type: "expire" });

  expect(news).toEqual([due, expired("maxTimeout", 200)]);
});

test("of two limits that pass together silence is named", () => {
  const { tell, pass, news } = startOperation({ maxTimeout: 100 });
  pass(100);
  tell({ type: "expire" });

  expect(news).toEqual([due, expired("timeout", 100)]);
});

test("one that began long ago is due at once", () => {
  const { alarms } = startOperation({ lastSign: 100 });

  expect(alarms.map(({ at }) => at)).toEqual([1_000]);
});

test("without limits there is no timer, and it waits with nobody", () => {
  const limits = { timeout: Number.POSITIVE_INFINITY, maxTimeout: Number.POSITIVE_INFINITY };
  const { alarms, behaviour } = startOperation(limits);

  expect(alarms).toEqual([]);
  expect(behaviour).toMatchObject({ due: Number.POSITIVE_INFINITY, line: undefined });
});

test("while silence stands still, and there is no other limit, there is no timer", () => {
  const { tell, pass, alarms, timers, news } = startOperation({ maxTimeout: Number.POSITIVE_INFINITY });
  tell({ type: "pause" });
  pass(5_000);

  expect(alarms).toHaveLength(1);
  expect(timers()).toBe(0);
  expect(news).toEqual([]);
});

test("silence stands still while handlers of ours work, and begins anew when the last has ended", () => {
  const { tell, pass, timers, news } = startOperation();
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
  const { tell, pass, news } = startOperation({ maxTimeout: 150 });
  tell({ type: "pause" });
  pass(150);
  tell({ type: "expire" });

  expect(news).toEqual([due, expired("maxTimeout", 150)]);
});

test("settled, it looks at no clock any more", () => {
  const deliver = () => Promise.resolve();
  const { tell, pass, news, alarms } = startOperation({ deliver, progressDrain: Number.POSITIVE_INFINITY });
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

test("of two limits that pass at different times, the one that has passed is named", () => {
  const { tell, pass, news } = startOperation({ timeout: 300, maxTimeout: 200 });
  pass(200);
  tell({ type: "expire" });
  expect(news).toEqual([due, expired("maxTimeout", 200)]);
});

test("it waits with all others for one timer, and by itself when its limit passes before theirs", () => {
  const alone = startOperation();
  expect(alone.behaviour).toMatchObject({ due: 1_100, line: { length: 100 } });
  const early = startOperation({ before: 1_200 });
  expect(early.behaviour).toMatchObject({ due: 1_100, line: undefined });
  expect(early.timers()).toBe(2);
  early.pass(100);

  expect(early.news).toEqual([due]);
});

test("once it has waited in vain it waits by itself, with one timer", () => {
  const { tell, pass, timers, behaviour, news } = startOperation();
  pass(60);
  tell({ type: "attempt" });
  pass(40);
  expect(behaviour).toMatchObject({ line: undefined });
  expect(timers()).toBe(1);
  tell({ type: "expire" });
  tell({ type: "pause" });
  tell({ type: "resume" });
  expect(timers()).toBe(1);
  pass(99);
  expect(news).toEqual([]);
  pass(1);
  expect(news).toEqual([due]);
});

test("settled, it leaves the others' timer and stops its own", () => {
  const deliver = () => new Promise(() => undefined);
  for (const wait of [0, 50]) {
    const { tell, pass, timers } = startOperation({ deliver, progressDrain: Number.POSITIVE_INFINITY });
    pass(60);
    tell({ type: "progress", update: step(1) });
    pass(wait);
    expect(timers()).toBe(1);
    tell({ type: "settle", settlement: done });
    expect(timers()).toBe(0);
  }
});

test("a limit is nobody's any more when its process has ended", () => {
  const { behaviour, process } = startOperation();
  expect(behaviour).toMatchObject({ hasEnded: false });
  process.alive = false;
  expect(behaviour).toMatchObject({ hasEnded: true });
});
