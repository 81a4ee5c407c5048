import { describe, expect, test } from "vitest";
import type { Process } from "../../../actors/index.js";
import { type Pending, PendingTable, type Ticket } from "../../../src/connection/pending.js";
import { RunningTask } from "../../../src/connection/task-running.js";
import type { OperationMail } from "../../../src/operation/process.js";
import type { Settlement } from "../../../src/operation/settlement.js";
import { Tokens } from "../../../src/operation/token.js";
import type { Codec } from "../../../src/protocol/codec.js";
import type { TaskState } from "../../../src/protocol/tasks.js";

const codec = {} as Codec;
const done: Settlement = { ok: true, result: {}, outcome: "completed", attempts: 1 };

/** A table of a client that has made the tokens "own.1" to "own.3". */
function tableOf(): PendingTable {
  const tokens = new Tokens("own");
  for (let count = 0; count < 3; count++) tokens.next();
  return new PendingTable(tokens);
}

let lastId = 0;
const add = (table: PendingTable, token: string, isStream = false): Pending =>
  table.add({ token, isStream } as Ticket, { reply: () => undefined });
/** Puts one on the wire under a token, or under its caller's, "theirs". */
const begin = (table: PendingTable, pending: Pending, wireToken: string = `wire ${pending.ticket.token}`): number => {
  const id = ++lastId;
  table.beginAttempt(pending, {
    id,
    sequence: id * 10,
    wireToken: wireToken === "theirs" ? undefined : wireToken,
    codec,
  });
  return id;
};
const counts = (table: PendingTable) => [table.waiting, table.inFlight];
const task = () => new RunningTask({ id: "task" } as TaskState, codec, 0);

describe("how many wait, and how many are on the wire", () => {
  test("who comes waits, who goes out is in flight, who settles is neither", () => {
    const table = tableOf();
    const [one, two] = [add(table, "a"), add(table, "b")];
    expect(counts(table)).toEqual([2, 0]);
    begin(table, one);
    expect(counts(table)).toEqual([1, 1]);
    table.endAttempt(one);
    expect(counts(table)).toEqual([2, 0]);
    begin(table, one);
    table.settle(one, done);
    expect(counts(table)).toEqual([1, 0]);
    table.settle(two, done);
    expect(counts(table)).toEqual([0, 0]);
  });

  test("streams count as nothing, wherever they stand", () => {
    const table = tableOf();
    const stream = add(table, "s", true);
    expect(counts(table)).toEqual([0, 0]);
    begin(table, stream);
    expect(counts(table)).toEqual([0, 0]);
    table.endAttempt(stream);
    expect(counts(table)).toEqual([0, 0]);
    begin(table, stream);
    const other = add(table, "a");
    begin(table, other);
    expect(counts(table)).toEqual([0, 1]);
    table.settle(stream, done);
    table.settle(stream, done);
    expect(counts(table)).toEqual([0, 1]);
  });

  test("a task between its polls waits for nothing of ours, and is in flight while it is polled", () => {
    const table = tableOf();
    const pending = add(table, "a");
    begin(table, pending);
    table.becomeTask(pending, task());
    expect(counts(table)).toEqual([0, 0]);
    begin(table, pending);
    expect(counts(table)).toEqual([0, 1]);
    table.endAttempt(pending);
    expect(counts(table)).toEqual([0, 0]);
    table.settle(pending, done);
    expect(counts(table)).toEqual([0, 0]);
    add(table, "b");
    expect(counts(table)).toEqual([1, 0]);
  });
});

describe("what an operation is found by", () => {
  test("its process and token from the beginning to the end, its id and token on the wire during an attempt", () => {
    const table = tableOf();
    const pending = add(table, "a");
    const process = { id: 5 } as Process<OperationMail>;
    expect(table.byProcess(process)).toBeUndefined();
    table.carriedBy(pending, process);
    expect([table.byProcess(process), table.byToken("a"), table.isTokenInUse(pending.ticket)]).toEqual([
      pending,
      pending,
      true,
    ]);
    expect(table.byWireToken("wire a")).toBeUndefined();
    const id = begin(table, pending);
    expect(pending).toMatchObject({ stage: "writing", id, sequence: id * 10, wireToken: "wire a", attempts: 1, codec });
    expect([table.byId(id), table.byWireToken("wire a")]).toEqual([pending, pending]);
    expect(table.byId(String(id))).toBeUndefined();

    table.endAttempt(pending);
    expect(pending.stage).toBe("waiting");
    expect([table.byId(id), table.byWireToken("wire a")]).toEqual([undefined, undefined]);
    expect(table.byProcess(process)).toBe(pending);

    table.settle(pending, done);
    expect(pending).toMatchObject({ stage: "settled", settlement: done });
    expect([table.byProcess(process), table.byToken("a"), table.isTokenInUse(pending.ticket)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  test.each([
    ["one of its own", "a"],
    ["one that the client has made", "own.2"],
  ])("its caller's token, %s, during the first attempt and no later one", (_, token) => {
    const table = tableOf();
    const pending = add(table, token);
    expect([table.byToken(token), table.byWireToken(token)]).toEqual([pending, undefined]);
    begin(table, pending, "theirs");
    expect(table.byWireToken(token)).toBe(pending);
    table.endAttempt(pending);
    expect(table.byWireToken(token)).toBeUndefined();
    begin(table, pending, "own.3");
    expect([table.byWireToken(token), table.byWireToken("own.3")]).toEqual([undefined, pending]);
    expect([table.isTokenInUse(pending.ticket), table.wasFinished(token)]).toEqual([true, true]);
    table.settle(pending, done);
    expect([table.byToken(token), table.isTokenInUse(pending.ticket)]).toEqual([undefined, false]);
    expect(["own.3", token].map((each) => table.wasFinished(each))).toEqual([true, true]);
  });

  test("a token that the client has made is finished when its operation is, one that waits is not", () => {
    const table = tableOf();
    const pending = add(table, "own.2");
    expect(["own.1", "own.2", "own.4"].map((each) => table.wasFinished(each))).toEqual([true, false, false]);
    table.settle(pending, done);

    expect(table.wasFinished("own.2")).toBe(true);
  });

  test("its process until that has ended, though it has settled", () => {
    const table = tableOf();
    const pending = add(table, "a");
    const process = { id: 5 } as Process<OperationMail>;
    table.carriedBy(pending, process);
    table.settle(pending, done);

    expect(pending.process).toBe(process);
    expect(table.carried()).toEqual([pending]);
    expect(table.ended(process)).toBe(pending);
    expect(table.ended(process)).toBeUndefined();
    expect(table.carried()).toEqual([]);
  });

  test("its token on the wire outlives the attempt that became a task, until it settles", () => {
    const table = tableOf();
    const pending = add(table, "a");
    begin(table, pending, "own.1");
    table.becomeTask(pending, task());
    expect(table.byWireToken("own.1")).toBe(pending);
    begin(table, pending, "of a poll");
    expect(pending).toMatchObject({ wireToken: "own.1", attempts: 1 });
    expect(table.byWireToken("of a poll")).toBeUndefined();
    table.endAttempt(pending);
    expect(table.byWireToken("own.1")).toBe(pending);

    table.settle(pending, done);

    expect(table.byWireToken("own.1")).toBeUndefined();
    expect(table.wasFinished("own.1")).toBe(true);
  });
});

test("an attempt counts, the next leg of one does not; progress begins anew with both", () => {
  const table = tableOf();
  const pending = add(table, "a");
  begin(table, pending);
  pending.lastProgress = 5;
  table.endAttempt(pending);
  pending.isNextLeg = true;
  begin(table, pending);
  expect(pending).toMatchObject({ attempts: 1, isNextLeg: false, lastProgress: undefined });
  table.endAttempt(pending);
  begin(table, pending);
  expect(pending.attempts).toBe(2);
});

test("to end the attempt of what is not on the wire changes nothing", () => {
  const table = tableOf();
  const pending = add(table, "a", true);
  table.endAttempt(pending);
  expect(counts(table)).toEqual([0, 0]);
  table.settle(pending, done);
  table.endAttempt(pending);

  expect(pending.stage).toBe("settled");
  expect(counts(table)).toEqual([0, 0]);
});

test("what was sent is taken off the wire like what is being written", () => {
  const table = tableOf();
  const pending = add(table, "a");
  begin(table, pending);
  pending.stage = "sent";
  table.endAttempt(pending);

  expect(pending.stage).toBe("waiting");
  expect(table.onTheWire()).toEqual([]);
});

test("the last 1,024 finished tokens at least are known, and none for ever", () => {
  const table = tableOf();
  const finish = (token: string) => table.settle(add(table, token), done);
  const known = (...tokens: string[]) => tokens.map((token) => table.wasFinished(token));
  for (let count = 0; count < 1_024; count++) finish(`old ${count}`);
  // Finished again, it is not one more.
  finish("old 0");
  for (let count = 0; count <= 1_024; count++) finish(`new ${count}`);
  expect(known("old 0", "old 1023", "new 0", "new 1024", "other")).toEqual([true, true, true, true, false]);
  finish("new 1025");

  expect(known("old 0", "old 1023", "new 0", "new 1", "new 1025")).toEqual([false, false, false, true, true]);
});

test("questions that were sent before an id are awaited, streams are not", () => {
  const table = tableOf();
  const stream = add(table, "s", true);
  begin(table, stream);
  const id = begin(table, add(table, "a"));

  expect([table.isAwaited(id), table.isAwaited(id + 1)]).toEqual([false, true]);
  expect(table.onTheWire()).toHaveLength(2);
});

test("the server may be working on what is on the wire and on tasks, on each once", () => {
  const table = tableOf();
  const all = [add(table, "a"), add(table, "b"), add(table, "c")] as const;
  const [waiting, out, polled] = all;
  for (const [id, pending] of all.entries()) table.carriedBy(pending, { id: id + 1 } as Process<OperationMail>);
  begin(table, out);
  begin(table, polled);
  table.becomeTask(polled, task());
  expect(table.underWay()).toEqual([out, polled]);
  begin(table, polled);
  expect(table.underWay()).toEqual([out, polled]);
  expect(table.all()).toEqual([waiting, out, polled]);
});

test("a notification belongs to the stream whose id it bears, and to no question", () => {
  const table = tableOf();
  const subscription = (id: unknown) => ({ _meta: { "io.modelcontextprotocol/subscriptionId": id } });
  const stream = begin(table, add(table, "s", true));
  const question = begin(table, add(table, "a"));

  expect(table.streamOf(subscription(stream))).toBe("s");
  for (const params of [subscription(question), subscription(99), { _meta: 5 }, {}, undefined])
    expect(table.streamOf(params)).toBeUndefined();
});

describe("how far the attempts went", () => {
  test.each([
    [["not_sent", "rejected"], "rejected"],
    [["rejected", "not_sent"], "not_sent"],
    [["unknown", "not_sent"], "unknown"],
    [["unknown", "rejected"], "unknown"],
    [["unknown", "completed"], "completed"],
    [["rejected", "unknown"], "unknown"],
  ] as const)("after %j it is %s", (outcomes, expected) => {
    const pending = add(tableOf(), "a");
    expect(pending.lastOutcome).toBe("not_sent");
    for (const outcome of outcomes) pending.reached(outcome);

    expect(pending.lastOutcome).toBe(expected);
  });
});

test("silence counts again when all handlers have ended, and the process is told of each", () => {
  const told: unknown[] = [];
  const pending = add(tableOf(), "a");
  pending.pause();
  pending.process = { send: (mail: unknown) => void told.push(mail) } as unknown as Process<OperationMail>;
  pending.pause();
  pending.resume();

  expect(pending.pauses).toBe(1);
  expect(told).toEqual([{ type: "pause" }, { type: "resume" }]);
});
