import { expect, test } from "vitest";
import type { Pending } from "../../../src/connection/pending.js";
import { TaskErrands } from "../../../src/connection/task-errands.js";
import type { Wire } from "../../../src/connection/wire.js";
import type { Ask, Codec } from "../../../src/protocol/codec.js";
import type { MessageHead } from "../../../src/transport/transport.js";

const codec = {
  request: (id: number, { method }: Ask) => ({ jsonrpc: "2.0", id, method }),
  headers: (method: string) => ({ "mcp-method": method, "x-both": "ours" }),
} as unknown as Codec;
const pending = { ticket: { headers: { "x-own": "1", "x-both": "theirs" } } } as unknown as Pending;
const ask = (method: string): Ask => ({ method, params: { taskId: "t" }, meta: undefined });

function setUp() {
  const written: [string, MessageHead][] = [];
  const abandoned: unknown[] = [];
  const wire = {
    write: (text: string, head: MessageHead) => void written.push([text, head]),
    abandon: (id: unknown) => void abandoned.push(id),
  } as unknown as Wire;
  let lastId = 0;
  return { errands: new TaskErrands(wire, () => ++lastId), written, abandoned };
}

test("an errand goes out with the caller's headers and the protocol's, and is taken once by its id", () => {
  const { errands, written } = setUp();
  const id = errands.send("update", pending, codec, ask("tasks/update"));

  const headers = { "x-own": "1", "x-both": "ours", "mcp-method": "tasks/update" };
  const text = JSON.stringify({ jsonrpc: "2.0", id, method: "tasks/update" });
  expect(written).toEqual([[text, { kind: "request", id, method: "tasks/update", headers }]]);
  expect([errands.of(id), errands.of(id + 1), errands.of("x")]).toEqual([pending, undefined, undefined]);
  expect(errands.take(id)).toEqual({ kind: "update", pending, codec });
  expect(errands.take(id)).toBeUndefined();
  expect(errands.of(id)).toBeUndefined();
});

test("what nobody waits for goes as a notification would, and its answer is ignored once", () => {
  const { errands, written } = setUp();
  errands.tell(pending, codec, ask("tasks/cancel"));

  const headers = { "x-own": "1", "x-both": "ours", "mcp-method": "tasks/cancel" };
  const text = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tasks/cancel" });
  expect(written).toEqual([[text, { kind: "notification", method: "tasks/cancel", headers }]]);
  expect([errands.take(1), errands.take(1)]).toEqual(["ignored", undefined]);
});

test("a call that was given up is remembered until its answer, and is no errand", () => {
  const { errands } = setUp();
  errands.watch(pending, 5, codec);

  expect(errands.of(5)).toBeUndefined();
  expect(errands.take(5)).toEqual({ kind: "call", pending, codec });
  expect(errands.take(5)).toBeUndefined();
});

test("the last 1,024 calls that were given up are remembered", () => {
  const { errands } = setUp();
  for (let id = 1; id <= 1_025; id++) errands.watch(pending, id, codec);

  expect([errands.take(1), errands.take(2)]).toEqual([undefined, { kind: "call", pending, codec }]);
});

test("the last 1,024 answers that are ignored are remembered", () => {
  const { errands } = setUp();
  for (let count = 0; count < 1_025; count++) errands.tell(pending, codec, ask("tasks/cancel"));

  expect([errands.take(1), errands.take(2), errands.take(1_025)]).toEqual([undefined, "ignored", "ignored"]);
});

test("an errand whose answer nobody waits for any more is abandoned, and its answer ignored", () => {
  const { errands, abandoned } = setUp();
  const id = errands.send("result", pending, codec, ask("tasks/result"));
  errands.ignore(id);
  errands.ignore(undefined);

  expect(abandoned).toEqual([id]);
  expect(errands.of(id)).toBeUndefined();
  expect([errands.take(id), errands.take(id)]).toEqual(["ignored", undefined]);
});

test("of a transport that has ended nothing is remembered", () => {
  const { errands } = setUp();
  const id = errands.send("update", pending, codec, ask("tasks/update"));
  errands.tell(pending, codec, ask("tasks/cancel"));
  errands.watch(pending, 9, codec);
  errands.clear();

  expect([errands.of(id), errands.take(id), errands.take(id + 1), errands.take(9)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("what JSON cannot carry is thrown, and nothing is written or remembered", () => {
  const { errands, written } = setUp();
  const cyclic = { ...codec, request: () => ({ params: 1n }) } as unknown as Codec;

  expect(() => errands.send("update", pending, cyclic, ask("tasks/update"))).toThrow(TypeError);
  expect(written).toEqual([]);
  expect(errands.take(1)).toBeUndefined();
});
