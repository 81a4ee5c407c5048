import type { Self } from "../../actors/index.js";
import type { Agreement } from "../../src/connection/departures.js";
import type { OperationsMail } from "../../src/connection/operations.js";
import { type Pending, PendingTable, type Ticket } from "../../src/connection/pending.js";
import type { ConnectionSettings } from "../../src/connection/settings.js";
import { Tasks, type TasksShell } from "../../src/connection/tasks.js";
import { Tokens } from "../../src/operation/token.js";
import type { AttemptOutcome } from "../../src/protocol/base-error.js";
import type { Codec } from "../../src/protocol/codec.js";
import type { Failure } from "../../src/protocol/failure.js";
import { legacyCodec, type ServerInfo } from "../../src/protocol/legacy.js";
import type { Params } from "../../src/protocol/message.js";
import { modernCodec } from "../../src/protocol/modern.js";
import type { MessageHead } from "../../src/transport/transport.js";

const clientInfo = { name: "test", version: "1" };
const client = { clientInfo, capabilities: {}, logLevel: () => undefined, toolHeaders: () => undefined };

export const codecs = {
  modern: modernCodec("2026-07-28", client),
  legacy: legacyCodec("2025-11-25"),
  /** Of a revision without tasks. */
  old: legacyCodec("2025-06-18"),
};

/** A connection that is ready for requests in this form, with a server that offers all there is of tasks. */
export function agreementOn(codec: Codec): Agreement {
  const tasks = { cancel: {}, requests: { tools: { call: {} } } };
  return { codec, server: { capabilities: { tools: {}, tasks } } as unknown as ServerInfo };
}

export const unreachable: Failure = { code: "HTTP", message: "HTTP 502", http: { status: 502 } };

/** The tasks of a connection without the connection: what they do with it is noted in `did`, as it happens. */
export function loneTasks(codec: Codec = codecs.modern, { isHttp = false } = {}) {
  const did: unknown[][] = [];
  const clock = { now: 1_000 };
  const table = new PendingTable(new Tokens());
  const departures = {
    agreement: agreementOn(codec) as Agreement | undefined,
    queue: () => void did.push(["queue"]),
    free: () => undefined,
    look: () => undefined,
  };
  const self = {
    runtime: { clock: { now: () => clock.now } },
    sendAfter: (wait: number) => {
      did.push(["wait", wait]);
      return { cancel: () => void did.push(["cancel the wait"]) };
    },
  } as unknown as Self<OperationsMail>;
  const settings = { needsTask: () => true, publish: () => undefined } as unknown as ConnectionSettings;
  let lastId = 100;
  const end = (pending: Pending, failure: Failure | undefined) => {
    tasks.forget(pending);
    const attempts = pending.attempts;
    const outcome = "unknown";
    table.settle(
      pending,
      failure === undefined
        ? { ok: true, result: undefined, hasRounds: false, outcome, attempts }
        : { ok: false, failure, outcome, attempts },
    );
  };
  const tasks = new Tasks(self, settings, {
    departures,
    table,
    rounds: {
      begin: (_: Pending, requests: readonly { key: string }[]) =>
        void did.push(["ask", requests.map(({ key }) => key)]),
    },
    wire: {
      isHttp,
      write: (text: string, { method, kind }: MessageHead & { method: string }) =>
        void did.push([kind, method, (JSON.parse(text) as { params: Params }).params]),
      abandon: (id: number) => void did.push(["abandon", id]),
    },
    nextId: () => ++lastId,
    settle: (pending: Pending, outcome: AttemptOutcome, failure: Failure | undefined, result?: unknown) => {
      did.push(["settle", outcome, failure ?? result]);
      end(pending, failure);
    },
    abandon: (pending: Pending, failure: Failure) => {
      did.push(["give up", failure]);
      end(pending, failure);
    },
    renegotiate: () => void did.push(["renegotiate"]),
  } as unknown as TasksShell);

  let lastToken = 0;
  /** An operation that waits to go out. */
  const waiting = (ticket: Partial<Ticket> = {}): Pending => {
    const limits = { timeout: 30_000, maxTimeout: 3_600_000, calledAt: 0, startedAt: 0 };
    const call = { method: "tools/call", params: { name: "work" }, token: `t${++lastToken}`, isStream: false };
    return table.add({ ...limits, ...call, ...ticket } as unknown as Ticket, { reply: () => undefined });
  };
  /** One that is on the wire. */
  const out = (pending: Pending = waiting(), as: Codec = codec): Pending => {
    const id = ++lastId;
    table.beginAttempt(pending, { id, sequence: id, wireToken: pending.ticket.token, codec: as });
    return pending;
  };
  /** One that its server has made a task of. */
  const begun = (said: Params = {}, ticket: Partial<Ticket> = {}) => {
    const pending = out(waiting(ticket));
    const all = { resultType: "task", taskId: "T", status: "working", ...said };
    const reading = codec.read("tools/call", codec.era === "modern" ? all : { task: all }, true);
    if (reading.kind !== "task") throw new Error(`Expected a task, got ${reading.kind}`);
    tasks.begin(pending, reading.state, all);
    const { task } = pending;
    if (task === undefined) throw new Error("Expected the operation to be a task");
    /** A poll goes out, and this is what it is answered with. */
    const poll = (answer: Params) => {
      out(pending);
      tasks.polled(pending, task, { result: { taskId: "T", status: "working", ...answer } });
    };
    return { pending, task, poll };
  };
  /** What was done since the last time, of these kinds. */
  const done = (...kinds: string[]): unknown[][] =>
    did.splice(0).filter(([kind]) => kinds.length === 0 || kinds.includes(kind as string));
  return { tasks, table, departures, clock, waiting, out, begun, done, lastId: () => lastId };
}
