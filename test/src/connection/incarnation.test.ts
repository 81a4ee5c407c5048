import { expect, test } from "vitest";
import type { ExitReason, Outcome, Process, Self } from "../../../actors/index.js";
import { Incarnation, type Made } from "../../../src/connection/incarnation.js";
import type { Wire } from "../../../src/connection/wire.js";
import type { TransportDefinition, TransportNews } from "../../../src/transport/transport.js";
import { noteReports } from "../../support/reporter.js";

const news = (incarnation: number): TransportNews => ({ type: "opened", incarnation });
const definition = { label: "a transport" } as TransportDefinition;

/** Lives of a transport that is made by `openTransport`; all that is done and told is noted, in order. */
function setUp(
  openTransport: () => TransportDefinition | Promise<TransportDefinition> = () => definition,
  ended: ExitReason = "normal",
) {
  const done: unknown[][] = [];
  const mail: Promise<Made>[] = [];
  const sent: Made[] = [];
  const transports: { alive: boolean }[] = [];
  const reports: unknown[][] = [];
  const self = {
    process: { send: (made: Made) => void sent.push(made) },
    pipe: (promise: Promise<TransportDefinition>, toMail: (outcome: Outcome<TransportDefinition>) => Made) => {
      const settled = promise.then(
        (value): Outcome<TransportDefinition> => ({ ok: true, value }),
        (error: unknown): Outcome<TransportDefinition> => ({ ok: false, error }),
      );
      mail.push(settled.then(toMail));
    },
    spawnLink: (what: unknown, argument: unknown, options: unknown) => {
      done.push(["spawn", what, argument, options]);
      const transport = {
        alive: true,
        exit: (reason: unknown) => void done.push(["exit", reason]),
        exited: Promise.resolve(ended),
        [Symbol.asyncDispose]: async () => void done.push(["dispose"]),
      };
      transports.push(transport);
      return transport;
    },
    own: (disposer: unknown) => {
      done.push(["own", disposer]);
      return disposer;
    },
    disown: (disposer: unknown) => void done.push(["disown", disposer]),
  } as unknown as Self<TransportNews | Made>;
  const wire = {
    attach: (...what: unknown[]) => void done.push(["attach", ...what]),
    reopen: () => void done.push(["reopen"]),
  } as unknown as Wire;
  let number = 0;
  const reporter = noteReports(reports);
  const incarnation = new Incarnation(self, { openTransport, nextIncarnation: () => ++number, reporter }, wire, {
    begun: (which) => void done.push(["begun", which]),
    failed: (end) => void done.push(["failed", end]),
  });
  const made = async () => {
    for (const each of await Promise.all(mail.splice(0))) incarnation.made(each);
  };
  return { self, incarnation, done, made, mail, sent, transports, reporter, reports };
}

test("a life begins with its number, and its transport is started, owned and put on the wire", async () => {
  const { self, incarnation, done, made, transports, reporter } = setUp();
  expect(incarnation.number).toBe(0);
  incarnation.open();
  expect([incarnation.number, incarnation.hears(news(1)), done]).toEqual([1, false, [["begun", 1]]]);
  await made();

  expect(done.slice(1)).toEqual([
    ["spawn", definition, { connection: self.process, incarnation: 1 }, { label: "transport #1" }],
    ["own", expect.any(Function)],
    ["attach", transports[0], 1, reporter],
  ]);
  expect([incarnation.hears(news(1)), incarnation.hears(news(2))]).toEqual([true, false]);
});

test("it is carried by its transport's process and by no other", async () => {
  const { incarnation, made, transports } = setUp();
  expect(incarnation.isCarriedBy(undefined)).toBe(false);
  incarnation.open();
  await made();

  const carriers = [transports[0], {}, undefined].map((process) => incarnation.isCarriedBy(process as Process));
  expect(carriers).toEqual([true, false, false]);
});

test("whatever ends the connection ends the transport first, and waits for that", async () => {
  const { incarnation, done, made } = setUp();
  incarnation.open();
  await made();
  const disposer = done.find(([what]) => what === "own")?.[1] as () => Promise<unknown>;

  expect(await disposer()).toBe("normal");
  expect(done.at(-1)).toEqual(["exit", "kill"]);
});

test("a transport that lives goes on, one that has ended is made anew", async () => {
  const { incarnation, done, made, transports } = setUp();
  incarnation.open();
  await made();
  incarnation.open();
  expect(done.at(-1)).toEqual(["reopen"]);
  expect(incarnation.number).toBe(1);
  Object.assign(transports[0] as object, { alive: false });
  incarnation.open();

  expect(done.at(-1)).toEqual(["begun", 2]);
});

test("one that cannot be made is the end of this life", async () => {
  const oops = new Error("oops");
  const { incarnation, done, made } = setUp(() => {
    throw oops;
  });
  incarnation.open();
  await made();

  const end = { message: "The transport could not be made: see `cause`", cause: oops };
  expect(done.slice(1)).toEqual([["failed", end]]);
});

test("one that is made too late is of a life that is gone", async () => {
  const { incarnation, done, mail, made, sent } = setUp();
  incarnation.open();
  const late = mail.splice(0);
  incarnation.drop();
  const error = new Error("It took too long");
  expect(sent).toEqual([{ type: "made", incarnation: 1, outcome: { ok: false, error } }]);
  incarnation.made(sent[0] as Made);
  incarnation.made((await late[0]) as Made);
  expect(done.slice(1)).toEqual([
    ["failed", { message: "The transport could not be made: see `cause`", cause: error }],
  ]);

  incarnation.open();
  incarnation.made((await late[0]) as Made);
  expect(done.at(-1)).toEqual(["begun", 2]);
  await made();
  expect(done.filter(([what]) => what === "spawn")).toHaveLength(1);
});

test("to drop a life that has a transport kills that, and tells nothing itself", async () => {
  const { incarnation, done, made, sent } = setUp();
  incarnation.open();
  await made();
  incarnation.drop();

  expect(done.at(-1)).toEqual(["exit", "kill"]);
  expect(sent).toEqual([]);
});

test("a transport that has ended is owned no longer, and nothing of it is news", async () => {
  const { incarnation, done, made } = setUp();
  incarnation.forget();
  expect(done).toEqual([]);
  incarnation.open();
  await made();
  const disposer = done.find(([what]) => what === "own")?.[1];
  incarnation.forget();
  incarnation.forget();

  expect(done.filter(([what]) => what === "disown")).toEqual([["disown", disposer]]);
  expect(incarnation.hears(news(1))).toBe(false);
});

test("ended in order a living transport is disposed of, one that is gone is not", async () => {
  const { incarnation, done, made, transports } = setUp();
  await incarnation.end();
  incarnation.open();
  await made();
  await incarnation.end();
  expect(done.at(-1)).toEqual(["dispose"]);
  Object.assign(transports[0] as object, { alive: false });
  await incarnation.end();

  expect(done.filter(([what]) => what === "dispose")).toHaveLength(1);
});

test("news of now are told, late ones are not", async () => {
  const { incarnation, made, reports } = setUp();
  incarnation.open();
  expect(incarnation.hears(news(1))).toBe(false);
  await made();
  incarnation.hears(news(0));
  expect(reports).not.toContainEqual(["connected", 0, "pipe"]);
  incarnation.hears(news(1));

  expect(reports.filter(([what]) => what === "connected")).toEqual([["connected", 1, "pipe"]]);
});

test("every life but the first is told as a restart, and one that cannot be made as trouble", async () => {
  const { incarnation, made, reports } = setUp(() => Promise.reject(new Error("oops")));
  incarnation.open();
  expect(reports).toEqual([]);
  await made();
  incarnation.open();

  expect(reports).toEqual([
    ["troubled", 1, "open"],
    ["restarted", "transport", 2],
  ]);
});

test.each<[ExitReason, object]>([
  ["normal", { isOrderly: true, exitCode: undefined, signal: undefined }],
  ["kill", { isOrderly: false, exitCode: undefined, signal: undefined }],
  [
    { kind: "shutdown", detail: { message: "It exited", exitCode: 3, signal: "SIGTERM" } },
    { isOrderly: false, exitCode: 3, signal: "SIGTERM" },
  ],
])("a transport's end by %j is told", async (ended, end) => {
  const { incarnation, made, reports } = setUp(undefined, ended);
  incarnation.open();
  await made();
  await Promise.resolve();

  expect(reports).toEqual([["disconnected", 1, end]]);
});
