import { expect, test } from "vitest";
import type { Process } from "../../../actors/index.js";
import { Pending, PendingTable, type Ticket } from "../../../src/connection/pending.js";
import { routeProgress } from "../../../src/connection/progress.js";
import type { OperationMail } from "../../../src/operation/process.js";
import { Tokens } from "../../../src/operation/token.js";
import type { Codec } from "../../../src/protocol/codec.js";
import type { Params } from "../../../src/protocol/message.js";

const codec = {} as Codec;

/** A table of a client that has made the token "wire.1". */
function tableOf(): PendingTable {
  const tokens = new Tokens("wire");
  tokens.next();
  return new PendingTable(tokens);
}

/** An operation on the wire under the token "wire.1", whose caller knows it as "own". */
function setUp() {
  const table = tableOf();
  const pending = table.add({ token: "own", isStream: false } as Ticket, { reply: () => undefined });
  const told: unknown[] = [];
  table.carriedBy(pending, { send: (mail: unknown) => void told.push(mail) } as unknown as Process<OperationMail>);
  table.beginAttempt(pending, { id: 1, sequence: 1, wireToken: "wire.1", codec });
  const dropped: unknown[][] = [];
  const route = (params: Params | undefined) => routeProgress(params, table, (...what) => void dropped.push(what));
  return { table, pending, told, dropped, route };
}

test("an update reaches its operation under the caller's token, with the attempt's number", () => {
  const { told, dropped, route } = setUp();
  route({ progressToken: "wire.1", progress: 0, total: 3, message: "half" });
  route({ progressToken: "wire.1", progress: 0.5 });

  expect(told).toEqual([
    { type: "progress", update: { token: "own", progress: 0, total: 3, message: "half", attempt: 1 } },
    { type: "progress", update: { token: "own", progress: 0.5, total: undefined, message: undefined, attempt: 1 } },
  ]);
  expect(dropped).toEqual([]);
});

test("a total that is no number, and a message that is no text, are left out", () => {
  const { told, route } = setUp();
  route({ progressToken: "wire.1", progress: 1, total: "3", message: 5 });

  expect(told).toMatchObject([{ update: { progress: 1, total: undefined, message: undefined } }]);
});

test.each([
  [undefined],
  [{}],
  [{ progressToken: "wire.1" }],
  [{ progress: 1 }],
  [{ progressToken: null, progress: 1 }],
  [{ progressToken: 1.5, progress: 1 }],
  [{ progressToken: "wire.1", progress: "1" }],
  [{ progressToken: "wire.1", progress: Number.POSITIVE_INFINITY }],
  [{ progressToken: "wire.1", progress: Number.NaN }],
])("%o is no progress", (params) => {
  const { told, dropped, route } = setUp();
  route(params);

  expect(told).toEqual([]);
  expect(dropped).toEqual([["messages.invalid"]]);
});

test("of whom nobody knows is unknown, of whom has finished is late", () => {
  const { table, pending, told, dropped, route } = setUp();
  route({ progressToken: "own", progress: 1 });
  route({ progressToken: 7, progress: 1 });
  table.settle(pending, { ok: true, result: {}, outcome: "completed", attempts: 1 });
  route({ progressToken: "wire.1", progress: 1 });
  route({ progressToken: "own", progress: 1 });

  expect(told).toEqual([]);
  expect(dropped).toEqual([
    ["progress.unknown", "own"],
    ["progress.unknown", 7],
    ["progress.late", "wire.1"],
    ["progress.late", "own"],
  ]);
});

test("what does not increase is dropped under the caller's token, and another attempt may begin anew", () => {
  const { table, pending, told, dropped, route } = setUp();
  for (const progress of [2, 2, 1, 3]) route({ progressToken: "wire.1", progress });
  table.endAttempt(pending);
  table.beginAttempt(pending, { id: 2, sequence: 2, wireToken: "again", codec });
  route({ progressToken: "again", progress: -1 });

  expect(told).toMatchObject([
    { update: { progress: 2 } },
    { update: { progress: 3 } },
    { update: { progress: -1, attempt: 2 } },
  ]);
  expect(dropped).toEqual([
    ["progress.notIncreasing", "own"],
    ["progress.notIncreasing", "own"],
  ]);
});

test("an operation that has no process any more is told nothing", () => {
  const table = tableOf();
  const pending = new Pending({ token: "own", isStream: false } as Ticket, { reply: () => undefined });
  table.beginAttempt(pending, { id: 1, sequence: 1, wireToken: "wire.1", codec });

  expect(() => routeProgress({ progressToken: "wire.1", progress: 1 }, table, () => undefined)).not.toThrow();
  expect(pending.lastProgress).toBe(1);
});
