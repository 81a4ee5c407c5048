import { expect, test } from "vitest";
import type { Self } from "../../../actors/index.js";
import { type Beat, Heartbeat, type HeartbeatSettings } from "../../../src/connection/heartbeat.js";
import type { Wire } from "../../../src/connection/wire.js";
import { Tokens } from "../../../src/operation/token.js";
import { legacyCodec } from "../../../src/protocol/legacy.js";

interface Alarm {
  readonly at: number;
  readonly mail: Beat;
  isCancelled: boolean;
}

/** A heartbeat on a clock that the test moves, told nothing but what the test tells it. */
function setUp(settings: HeartbeatSettings, { isHttp = false, isAwaited = false } = {}) {
  let now = 1_000;
  const alarms: Alarm[] = [];
  const asked: unknown[] = [];
  const deaths: number[] = [];
  const awaited: number[] = [];
  const world = { isAwaited };
  const self = {
    runtime: { clock: { now: () => now, later: (work: () => void) => work() } },
    process: { send: (mail: Beat) => heartbeat.beat(mail) },
    sendAfter: (delay: number, mail: Beat) => {
      const alarm: Alarm = { at: now + delay, mail, isCancelled: false };
      alarms.push(alarm);
      return { cancel: () => Object.assign(alarm, { isCancelled: true }) };
    },
  } as unknown as Self<Beat>;
  const write = (text: string, head: unknown) => void asked.push({ ...JSON.parse(text), head });
  const wire = { isHttp, write } as unknown as Wire;
  const heartbeat: Heartbeat = new Heartbeat(self, { heartbeat: settings, tokens: new Tokens("ping") }, wire, {
    nextId: () => 7 + asked.length,
    isAwaited: (before) => {
      awaited.push(before);
      return world.isAwaited;
    },
    dead: (after) => void deaths.push(after),
  });
  /** Lets time pass, from alarm to alarm. */
  const pass = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const due = alarms.filter(({ at, isCancelled }) => !isCancelled && at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      due.isCancelled = true;
      now = due.at;
      heartbeat.beat(due.mail);
    }
    now = end;
  };
  const timers = () => alarms.filter(({ isCancelled, at }) => !isCancelled && at !== Number.POSITIVE_INFINITY).length;
  return { heartbeat, asked, deaths, awaited, pass, timers, alarms, world };
}

const codec = legacyCodec("2025-11-25");
const own: HeartbeatSettings = { interval: 100, timeout: 30 };
const never: HeartbeatSettings = { interval: Number.POSITIVE_INFINITY, timeout: 30 };

test("a silent server is asked after the interval, with a ping of the era's own form", () => {
  const { heartbeat, asked, pass } = setUp(own);
  heartbeat.begin(codec);
  pass(99);
  expect(asked).toEqual([]);
  pass(1);

  const head = { kind: "request", id: 7, method: "ping", headers: codec.headers("ping", undefined) };
  expect(asked).toEqual([
    { jsonrpc: "2.0", id: 7, method: "ping", params: { _meta: { progressToken: "ping.1" } }, head },
  ]);
  expect([heartbeat.owns(7), heartbeat.owns(8)]).toEqual([true, false]);
});

test("what it says puts the question off", () => {
  const { heartbeat, asked, pass } = setUp(own);
  heartbeat.begin(codec);
  pass(60);
  heartbeat.heard();
  pass(99);
  expect(asked).toHaveLength(0);
  pass(1);
  expect(asked).toHaveLength(1);
});

test("no sign of life within the limit is its end, told once with how long it was silent", () => {
  const { heartbeat, deaths, awaited, pass } = setUp(own, { isAwaited: true });
  heartbeat.begin(codec);
  pass(129);
  expect(deaths).toEqual([]);
  pass(1);
  expect(deaths).toEqual([30]);
  pass(1_000);
  expect(deaths).toEqual([30]);
  // Asked in its turn, nobody's patience counts.
  expect(awaited).toEqual([]);
});

test("any sign of life within the limit is enough, and it is asked again an interval after that", () => {
  const { heartbeat, asked, deaths, pass } = setUp(own);
  heartbeat.begin(codec);
  pass(110);
  heartbeat.heard();
  pass(99);
  expect(asked).toHaveLength(1);
  pass(1);

  expect(asked).toHaveLength(2);
  expect(deaths).toEqual([]);
});

test("when the connection is not ready nobody is asked, and no mail of before counts", () => {
  const { heartbeat, asked, deaths, alarms, pass, timers } = setUp(own);
  heartbeat.begin(codec);
  pass(110);
  const [, limit] = alarms;
  heartbeat.end();

  expect(timers()).toBe(0);
  expect(heartbeat.owns(7)).toBe(false);
  heartbeat.beat((limit as Alarm).mail);
  pass(1_000);
  heartbeat.expired(true, 1);
  expect(asked).toHaveLength(1);
  expect(deaths).toEqual([]);
});

test("ready again, it begins anew", () => {
  const { heartbeat, asked, deaths, pass } = setUp(own);
  heartbeat.begin(codec);
  pass(110);
  heartbeat.end();
  pass(500);
  heartbeat.begin(codec);
  pass(99);
  expect(asked).toHaveLength(1);
  pass(1);

  expect(asked).toHaveLength(2);
  expect(deaths).toEqual([]);
});

test("an operation that timed out in silence is a doubt: the server is asked, and has five seconds", () => {
  const { heartbeat, asked, deaths, pass } = setUp(never);
  heartbeat.begin(codec);
  pass(50);
  heartbeat.expired(true, 50);
  expect(asked).toHaveLength(1);
  pass(4_999);
  expect(deaths).toEqual([]);
  pass(1);

  expect(deaths).toEqual([5_000]);
});

test.each([
  ["it was not on the wire", false, 50, {}],
  ["the server has spoken meanwhile", true, 51, {}],
  ["each request travels by itself", true, 50, { isHttp: true }],
] as const)("it is none when %s", (_, wasOut, silence, options) => {
  const { heartbeat, asked, pass } = setUp(never, options);
  heartbeat.begin(codec);
  pass(50);
  heartbeat.expired(wasOut, silence);

  expect(asked).toEqual([]);
});

test("one doubt at a time", () => {
  const { heartbeat, asked, pass } = setUp(never);
  heartbeat.begin(codec);
  pass(50);
  heartbeat.expired(true, 50);
  pass(100);
  heartbeat.expired(true, 50);

  expect(asked).toHaveLength(1);
});

test("a doubt waits while an operation sent before it still has time", () => {
  const { heartbeat, deaths, awaited, world, pass } = setUp(never, { isAwaited: true });
  heartbeat.begin(codec);
  pass(50);
  heartbeat.expired(true, 50);
  pass(9_999);
  expect([deaths, awaited]).toEqual([[], [7]]);
  world.isAwaited = false;
  pass(1);

  expect(deaths).toEqual([10_000]);
});

test("an answered doubt leaves no timer, and another doubt may come", () => {
  const { heartbeat, asked, deaths, pass, timers } = setUp(never);
  heartbeat.begin(codec);
  pass(50);
  heartbeat.expired(true, 50);
  pass(10);
  heartbeat.heard();
  expect(timers()).toBe(0);
  pass(50);
  heartbeat.expired(true, 50);
  expect(asked).toHaveLength(2);
  expect(deaths).toEqual([]);
});

test("an answered doubt of a heart that beats by itself is followed by the next beat", () => {
  const { heartbeat, asked, pass } = setUp({ interval: 20_000, timeout: 30 });
  heartbeat.begin(codec);
  pass(50);
  heartbeat.expired(true, 50);
  pass(10);
  heartbeat.heard();
  pass(19_999);
  expect(asked).toHaveLength(1);
  pass(1);
  expect(asked).toHaveLength(2);
});

test("a timer's mail that comes when the connection is not ready any more, or ready anew, is late", () => {
  const { heartbeat, asked, alarms } = setUp(own);
  heartbeat.begin(codec);
  const late = (alarms[0] as Alarm).mail;
  heartbeat.end();
  heartbeat.beat(late);
  expect(alarms).toHaveLength(1);
  heartbeat.begin(codec);
  heartbeat.beat(late);

  expect(alarms).toHaveLength(2);
  expect(asked).toEqual([]);
});
