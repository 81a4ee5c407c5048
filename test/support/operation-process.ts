import { type Mail, MailKind, type Outcome, type Self } from "../../actors/index.js";
import { Deadlines, type Waiter } from "../../src/operation/deadlines.js";
import type { ProgressUpdate } from "../../src/operation/operation.js";
import {
  type OperationHost,
  type OperationMail,
  type OperationOrder,
  operationProcess,
} from "../../src/operation/process.js";
import type { Settlement } from "../../src/operation/settlement.js";

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
  isCancelled: boolean;
}

interface Options extends Partial<Omit<OperationOrder, "token">> {
  readonly progressDrain?: number;
  /** Since when it is silent. */
  readonly lastSign?: number;
  /** The due of somebody who waits for a limit of the same length already. */
  readonly before?: number;
}

export const done: Settlement = { ok: true, result: 1, outcome: "completed", attempts: 1 };
export const step = (progress: number) => ({ progress }) as ProgressUpdate;

/** Somebody else who waits for a limit, and does nothing when it passes. */
function anybody(due: number): Waiter {
  return { due, previous: undefined, next: undefined, line: undefined, hasEnded: false, ring: () => undefined };
}

/** One operation's behaviour on a clock that the test moves; everything it says is noted. */
export function startOperation({ progressDrain = 50, lastSign = 1_000, before, ...options }: Options = {}) {
  let now = 1_000;
  const alarms: Alarm[] = [];
  const news: unknown[] = [];
  const replies: Settlement[] = [];
  const exits: unknown[] = [];
  const report = { delivered: 0, overflowed: [] as unknown[][], failures: [] as unknown[] };
  const piped: ((outcome: Outcome<unknown>) => void)[] = [];
  const process = { alive: true, send: (mail: OperationMail) => tell(mail) };
  const setAlarm = (delay: number, ring: () => void) => {
    const alarm: Alarm = { at: now + delay, ring, isCancelled: false };
    alarms.push(alarm);
    return () => void Object.assign(alarm, { isCancelled: true });
  };
  const self = {
    process,
    runtime: { clock: { now: () => now, later: (work: () => void) => work() } },
    sendAfter: (delay: number, mail: OperationMail) => {
      const cancel = setAlarm(delay, () => tell(mail));
      return { cancel };
    },
    pipe: (_: unknown, toMail: (outcome: Outcome<unknown>) => OperationMail) =>
      piped.push((outcome) => tell(toMail(outcome))),
    exit: (reason: unknown) => {
      process.alive = false;
      exits.push(reason);
    },
  } as unknown as Self;
  const deadlines = new Deadlines(
    () => now,
    (delay) => setAlarm(delay, () => deadlines.rung()),
  );
  const host: OperationHost = {
    connection: { send: (mail: unknown) => void news.push(told(mail)) } as unknown as OperationHost["connection"],
    deadlines,
    progressBuffer: 2,
    progressDrain,
    report: {
      delivered: () => void report.delivered++,
      overflowed: (...what) => void report.overflowed.push(what),
      callbackFailed: (...what) => void report.failures.push(what),
    },
  };
  const order: OperationOrder = {
    token: "t",
    deliver: undefined,
    calledAt: 1_000,
    startedAt: 1_000,
    timeout: 100,
    maxTimeout: 1_000,
    ...options,
  };
  const from = { reply: (settlement: Settlement) => void replies.push(settlement) };
  const behaviour = operationProcess.create(self, { host, order, from, lastSign });
  /** News without the process, which is always this one. */
  const told = (mail: unknown) => {
    const { process: whose, ...rest } = mail as { process: unknown };
    return whose === process ? rest : mail;
  };
  const mailOf = (kind: MailKind, payload: unknown) => behaviour.receive({ kind, payload } as Mail);
  const tell = (payload: OperationMail) => mailOf(MailKind.info, payload);
  if (before !== undefined) deadlines.enter(anybody(before), order.timeout);
  behaviour.init?.();
  /** Lets time pass, from alarm to alarm. */
  const pass = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const due = alarms.filter(({ at, isCancelled }) => !isCancelled && at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      due.isCancelled = true;
      now = due.at;
      due.ring();
    }
    now = end;
  };
  const timers = () => alarms.filter(({ isCancelled }) => !isCancelled).length;
  const describeIt = () => behaviour.describe?.();
  return { tell, mailOf, pass, timers, describeIt, alarms, news, replies, exits, report, piped, behaviour, process };
}
