import { expect, test } from "vitest";
import type { From, Process, Self } from "../../../actors/index.js";
import { Operations, type OperationsMail } from "../../../src/connection/operations.js";
import { Pending, type Ticket } from "../../../src/connection/pending.js";
import type { ConnectionSettings } from "../../../src/connection/settings.js";
import { Wire } from "../../../src/connection/wire.js";
import type { Waiter } from "../../../src/operation/deadlines.js";
import type { OperationHost, OperationMail, OperationNews } from "../../../src/operation/process.js";
import type { Settlement } from "../../../src/operation/settlement.js";
import { Tokens } from "../../../src/operation/token.js";
import type { Failure } from "../../../src/protocol/failure.js";
import { legacyCodec, type ServerInfo } from "../../../src/protocol/legacy.js";
import { noteReports } from "../../support/reporter.js";

const lost: Failure = { code: "CONNECTION_LOST", message: "lost", loss: { incarnation: 1 } };
const server = { era: "legacy", capabilities: { tools: {} } } as unknown as ServerInfo;

const enough = { caller: undefined, reason: "enough", cause: undefined };

/** The pending operations of a connection that is ready, and their processes, which only note what they are told. */
function setUp(settings: Partial<ConnectionSettings> = {}) {
  const told: unknown[][] = [];
  const processes: Process<OperationMail>[] = [];
  const ends: (() => void)[] = [];
  const spawned: unknown[] = [];
  const reports: unknown[][] = [];
  const stranger = { id: 99 } as Process<OperationMail>;
  const stats = {
    operations: { started: 0, settled: 0 },
    progress: { duplicateToken: 0 },
    responses: { unknown: 0, duplicate: 0 },
  };
  const self = {
    process: { send: () => undefined },
    runtime: { clock: { now: () => 0 } },
    sendAfter: () => ({ cancel: () => undefined }),
    spawnLink: (_: unknown, argument: unknown) => {
      spawned.push(argument);
      const exited = new Promise<void>((resolve) => ends.push(resolve));
      const process = {
        id: processes.length + 1,
        exited,
        send: (mail: unknown) => void told.push([processes.indexOf(process), mail]),
      } as unknown as Process<OperationMail>;
      processes.push(process);
      return process;
    },
  } as unknown as Self<OperationNews | OperationsMail>;
  const wire = new Wire();
  const all = {
    maxInFlight: 8,
    maxPending: 8,
    backoff: { initial: 100, factor: 2, max: 1_000, jitter: 0, resetAfter: 1 },
    random: () => 0.5,
    toolHints: () => undefined,
    needsTask: () => false,
    tokens: new Tokens("new"),
    stats,
    publish: () => undefined,
    reporter: noteReports(reports),
    ...settings,
  } as unknown as ConnectionSettings;
  let lastId = 0;
  const operations = new Operations(self, all, wire, { nextId: () => ++lastId, renegotiate: () => undefined });
  operations.departures.open({ server, codec: legacyCodec("2025-11-25") });
  const accept = (token: string, ticket: Partial<Ticket> = {}): Settlement[] => {
    const settlements: Settlement[] = [];
    const from = { reply: (settlement: Settlement) => void settlements.push(settlement) } as unknown as From;
    const params = { name: "work" };
    const rest = { method: "tools/call", params, priority: 0, timeout: 1_000, maxTimeout: 1_000, isStream: false };
    operations.accept({ ...rest, token, ...ticket } as Ticket, from);
    return settlements;
  };
  const settlements = () =>
    told.flatMap(([index, mail]) => {
      const { type, settlement } = mail as { type: string; settlement?: Settlement };
      return type === "settle" ? [[index, settlement]] : [];
    });
  const processOf = (index: number) => processes[index] as Process<OperationMail>;
  return {
    operations,
    accept,
    told,
    processOf,
    stranger,
    ends,
    settlements,
    wire,
    stats,
    spawned,
    reports,
    lastId: () => lastId,
  };
}

test("mail about operations that are no more is about nothing", () => {
  const { operations, told, stranger } = setUp();
  const settled = new Pending({ token: "settled" } as Ticket, { reply: () => undefined });
  settled.stage = "settled";
  operations.again(settled);
  expect(operations.counts).toEqual({ waiting: 0, inFlight: 0 });
  operations.cancel({ token: "unknown", caller: undefined, reason: "reason", cause: undefined });
  operations.cancelledByServer(undefined);
  operations.cancelledByServer({ requestId: 99 });
  operations.exited(undefined, lost);

  expect(operations.expired({ type: "expired", process: stranger, limit: "timeout", after: 1 })).toBe(false);
  expect(told).toEqual([]);
});

test("a token in use is refused with what to do, and counted; the operation under way goes on", () => {
  const { accept, operations, stats } = setUp();
  accept("a");
  const refused = accept("a");

  const message = "Expected the progress token to be free, but an operation under way has it: use another token";
  const failure = { code: "INVALID_REQUEST", message };
  expect(refused).toEqual([{ ok: false, failure, outcome: "not_sent", attempts: 0 }]);
  expect(stats.progress.duplicateToken).toBe(1);
  expect(operations.counts).toEqual({ waiting: 0, inFlight: 1 });
});

test("a due limit is looked at by the operation's process, and says whether it was on the wire", () => {
  const { accept, operations, told, settlements, processOf } = setUp({ maxInFlight: 1 });
  accept("out");
  accept("waiting");
  operations.due(processOf(0));
  expect(told.at(-1)).toEqual([0, { type: "expire" }]);

  expect(operations.expired({ type: "expired", process: processOf(1), limit: "timeout", after: 5 })).toBe(false);
  expect(operations.expired({ type: "expired", process: processOf(0), limit: "maxTimeout", after: 9 })).toBe(true);
  expect(operations.expired({ type: "expired", process: processOf(0), limit: "maxTimeout", after: 9 })).toBe(false);
  expect(settlements()).toEqual([
    [1, { ok: false, failure: { code: "TIMEOUT", limit: "timeout", after: 5 }, outcome: "not_sent", attempts: 0 }],
    [0, { ok: false, failure: { code: "TIMEOUT", limit: "maxTimeout", after: 9 }, outcome: "unknown", attempts: 1 }],
  ]);
});

test("a limit for silence does not count while handlers work, the one for the whole does", () => {
  const { accept, operations, processOf } = setUp();
  accept("a");
  const letGo = operations.hold(undefined);
  expect(operations.expired({ type: "expired", process: processOf(0), limit: "timeout", after: 5 })).toBe(false);
  letGo();
  operations.hold(undefined);
  expect(operations.expired({ type: "expired", process: processOf(0), limit: "maxTimeout", after: 5 })).toBe(true);
});

test("a cancelled operation has a cause only if one was given", () => {
  const { accept, operations, settlements } = setUp();
  accept("a");
  accept("b");
  operations.cancel({ token: "a", ...enough });
  operations.cancel({ token: "b", ...enough, cause: new Error("why") });

  const failures = settlements().map(([, settlement]) => (settlement as unknown as { failure: Failure }).failure);
  expect(failures).toStrictEqual([
    { code: "CANCELLED", reason: "enough" },
    { code: "CANCELLED", reason: "enough", cause: new Error("why") },
  ]);
});

test("of what the other side has begun to read only whole frames may have arrived", () => {
  const { accept, operations, settlements, wire } = setUp();
  for (const token of ["accepted", "before", "begun", "after"]) accept(token, { retry: false });
  wire.accepted(1);
  operations.departures.accepted(1);
  wire.stalled(3);
  operations.lost(lost);

  expect(settlements().map(([, settlement]) => (settlement as unknown as Settlement).outcome)).toEqual([
    "unknown",
    "unknown",
    "not_sent",
    "not_sent",
  ]);
});

test("an answer settles with its result; one that comes again, and one to nothing, is counted", () => {
  const { accept, operations, settlements, stats, lastId } = setUp();
  accept("a");
  const response = { jsonrpc: "2.0", id: 1, result: { content: [] } } as const;
  operations.answered(response, lastId());
  operations.answered(response, lastId());
  for (const id of [2, 0, -1, 1.5, "1"]) operations.answered({ ...response, id }, lastId());

  const reach = { outcome: "completed", attempts: 1 };
  expect(settlements()).toEqual([[0, { ok: true, result: { content: [] }, hasRounds: false, ...reach }]]);
  expect(stats.responses).toEqual({ duplicate: 1, unknown: 5 });
});

test("an operation whose process ends without a word is settled, and one that had settled is replied", () => {
  const { accept, operations, processOf } = setUp();
  const [crashed, settled, ordinary] = [accept("a"), accept("b"), accept("c")];
  operations.cancel({ token: "b", ...enough });
  operations.cancel({ token: "c", ...enough });
  operations.exited(processOf(0), lost);
  operations.exited(processOf(1), lost);
  operations.exited(processOf(2), undefined);
  operations.exited(processOf(0), lost);

  expect(crashed).toMatchObject([{ ok: false, failure: lost, outcome: "unknown" }]);
  expect(settled).toMatchObject([{ ok: false, failure: { code: "CANCELLED" } }]);
  expect(ordinary).toEqual([]);
});

test("the end is there when all processes have ended, and each is told to hurry", async () => {
  const { accept, operations, told, ends } = setUp();
  accept("a");
  accept("b");
  let isOver = false;
  const over = operations.closeAll(lost).then(() => {
    isOver = true;
  });
  expect(told.filter(([, mail]) => (mail as { type: string }).type === "hurry").map(([index]) => index)).toEqual([
    0, 1,
  ]);
  ends[0]?.();
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  ends[1]?.();
  await over;
});

test("who did not make a call cannot cancel it, whatever token it has", () => {
  const { accept, operations, settlements } = setUp();
  const caller = {};
  accept("a", { caller });
  operations.cancel({ token: "a", ...enough });
  operations.cancel({ token: "a", ...enough, caller: {} });
  expect(settlements()).toEqual([]);
  operations.cancel({ token: "a", ...enough, caller });

  expect(settlements()).toHaveLength(1);
});

test("what cannot go at all is replied at once, and no process is made for it", () => {
  const { accept, spawned, stats, operations } = setUp();
  const settlements = accept("a", { method: "resources/read" });

  expect(settlements).toMatchObject([{ ok: false, failure: { code: "CAPABILITY" }, outcome: "not_sent" }]);
  expect(spawned).toEqual([]);
  expect(stats.operations).toEqual({ started: 1, settled: 1 });
  expect(operations.counts).toEqual({ waiting: 0, inFlight: 0 });
});

test("a repeat is told with its number and how far the one before went, a first attempt is not", () => {
  const { accept, operations, reports } = setUp();
  accept("a", { retry: 3, isStream: true });
  expect(reports).toEqual([]);
  operations.lost(lost);

  expect(reports).toEqual([["retried", expect.objectContaining({ token: "a" }), 2, "not_sent"]]);
});

test("the timer of all limits rings those that are due, and who was killed is let go of", () => {
  const { accept, operations, spawned, processOf } = setUp();
  accept("a");
  const { host } = spawned[0] as { host: OperationHost };
  const rung: string[] = [];
  const waiter = (name: string, due: number): Waiter & { hasEnded: boolean } => {
    const ring = () => rung.push(name);
    return { due, previous: undefined, next: undefined, line: undefined, hasEnded: false, ring };
  };
  const [due, later, dead] = [waiter("due", 0), waiter("later", 5), waiter("dead", 9)];
  for (const each of [due, later, dead]) host.deadlines.enter(each, 10);
  operations.rung();
  expect(rung).toEqual(["due"]);
  dead.hasEnded = true;
  operations.exited(processOf(0), undefined);
  expect(dead.line).toBeDefined();
  accept("b");
  operations.exited(processOf(1), lost);

  expect([dead.line, later.line?.oldest]).toEqual([undefined, later]);
});
