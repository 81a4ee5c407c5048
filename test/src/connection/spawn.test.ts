import { expect, test } from "vitest";
import type { Self } from "../../../actors/index.js";
import type { OperationsMail } from "../../../src/connection/operations.js";
import { Pending, type Ticket } from "../../../src/connection/pending.js";
import type { ConnectionSettings } from "../../../src/connection/settings.js";
import { operationHost, spawnOperation } from "../../../src/connection/spawn.js";
import type { Waiter } from "../../../src/operation/deadlines.js";
import { type OperationNews, operationProcess } from "../../../src/operation/process.js";

/** What the processes of operations share, on a clock that stands at 50; all that is done with the connection is noted. */
function setUp() {
  const done: unknown[][] = [];
  const stats = { progress: { delivered: 0, overflow: 0 } };
  const self = {
    process: { label: "connection" },
    runtime: { clock: { now: () => 50 } },
    sendAfter: (delay: number, mail: unknown) => {
      done.push(["sendAfter", delay, mail]);
      return { cancel: () => void done.push(["cancel", delay]) };
    },
    spawnLink: (...what: unknown[]) => {
      done.push(["spawnLink", ...what]);
      return "a process";
    },
  } as unknown as Self<OperationNews | OperationsMail>;
  const publish = (event: unknown) => void done.push(["publish", event]);
  const settings = { stats, publish, progressBuffer: 16, progressDrain: 5 } as unknown as ConnectionSettings;
  const host = operationHost(self, settings);
  return { self, host, stats, done };
}

const waiter = (due: number): Waiter => ({
  due,
  previous: undefined,
  next: undefined,
  line: undefined,
  hasEnded: false,
  ring: () => undefined,
});

test("all operations have the connection, its settings and one timer in common, which is mail to the connection", () => {
  const { self, host, done } = setUp();
  expect(host).toMatchObject({ progressBuffer: 16, progressDrain: 5 });
  expect(host.connection).toBe(self.process);
  const last = waiter(80);
  host.deadlines.enter(last, 30);
  expect(done).toEqual([["sendAfter", 30, { type: "ring" }]]);
  host.deadlines.leave(last);

  expect(done[1]).toEqual(["cancel", 30]);
});

test("what becomes of updates is counted, and told under the operation's token", () => {
  const { host, stats, done } = setUp();
  const error = new Error("why");
  host.report.delivered();
  host.report.overflowed("a", 2);
  host.report.overflowed("b", 1);
  host.report.callbackFailed("c", error, 4);

  expect(stats.progress).toEqual({ delivered: 1, overflow: 3 });
  expect(done).toEqual([
    ["publish", { type: "dropped", what: "progress.overflow", token: "a" }],
    ["publish", { type: "dropped", what: "progress.overflow", token: "b" }],
    ["publish", { type: "callbackError", token: "c", error, count: 4 }],
  ]);
});

test.each([
  ["writing", 50],
  ["sent", 50],
  ["waiting", 20],
] as const)("one that is %s as it gets its process is silent since %d", (stage, lastSign) => {
  const { self, host, done } = setUp();
  const ticket = { token: "t", startedAt: 20 } as Ticket;
  const from = { reply: () => undefined };
  const pending = new Pending(ticket, from);
  pending.stage = stage;

  expect(spawnOperation(self, host, pending)).toBe("a process");
  expect(done).toEqual([["spawnLink", operationProcess, { host, order: ticket, from, lastSign }]]);
});
