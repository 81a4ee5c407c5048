import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Departures } from "../../../src/connection/departures.js";
import { type Pending, PendingTable, type Ticket } from "../../../src/connection/pending.js";
import { Wire } from "../../../src/connection/wire.js";
import { Tokens } from "../../../src/operation/token.js";
import type { Codec } from "../../../src/protocol/codec.js";
import type { ServerInfo } from "../../../src/protocol/legacy.js";
import { legacyCodec } from "../../../src/protocol/legacy.js";

const codec: Codec = legacyCodec("2025-11-25");
const server = { era: "legacy", capabilities: { tools: {} } } as unknown as ServerInfo;
const agreement = { server, codec };

/** A way out for at most two at once; what the outbox hands over is released when the test says so. */
function setUp(maxInFlight = 2) {
  const table = new PendingTable(new Tokens());
  const wire = new Wire();
  const due: Pending[] = [];
  const refused: [string, string][] = [];
  const retried: unknown[] = [];
  let ids = 0;
  let tokens = 0;
  const shell = {
    maxInFlight,
    nextId: () => ++ids,
    newToken: () => `new ${++tokens}`,
    askOf: ({ ticket }: Pending) => ticket,
    due: (pending: Pending) => void due.push(pending),
    retried: ({ ticket, attempts }: Pending) => void retried.push([ticket.token, attempts]),
    refuse: (pending: Pending, failure: { readonly code: string }) => {
      refused.push([String(pending.ticket.token), failure.code]);
    },
  };
  const departures = new Departures(shell, table, wire);
  const come = (token: string, ticket: Partial<Ticket> = {}): Pending => {
    const all = { method: "ping", token, priority: 0, isStream: false, ...ticket } as Ticket;
    return table.add(all, { reply: () => undefined });
  };
  const add = (token: string, ticket?: Partial<Ticket>): Pending => {
    const pending = come(token, ticket);
    departures.add(pending);
    return pending;
  };
  const out = () => table.onTheWire().map(({ ticket }) => ticket.token);
  /** Lets the outbox hand over what it can, and releases that. */
  const turn = async () => {
    await setImmediate();
    for (const pending of due.splice(0)) departures.release(pending);
    await setImmediate();
  };
  const leave = (pending: Pending) => {
    table.endAttempt(pending);
    table.settle(pending, { ok: true, result: {}, outcome: "completed", attempts: 1 });
    departures.free(pending);
    departures.look();
  };
  return { table, wire, departures, due, refused, retried, come, add, out, turn, leave };
}

test("without a connection all wait; with one they go, as many as there is room for", async () => {
  const { departures, add, out, turn, leave } = setUp();
  const [first] = ["a", "b", "c"].map((token) => add(token));
  await turn();
  expect(out()).toEqual([]);
  expect([departures.codec, departures.agreement]).toEqual([undefined, undefined]);

  departures.open(agreement);
  expect([departures.codec, departures.agreement]).toEqual([codec, agreement]);
  await turn();
  departures.accepted(1);
  await turn();
  departures.accepted(2);
  await turn();
  expect(out()).toEqual(["a", "b"]);
  leave(first as Pending);
  await turn();

  expect(out()).toEqual(["b", "c"]);
});

test("with room and nobody waiting one goes at once, without the outbox", () => {
  const { departures, due, add, out } = setUp();
  departures.open(agreement);
  const pending = add("a");

  expect(out()).toEqual(["a"]);
  expect(due).toEqual([]);
  expect(pending).toMatchObject({ stage: "writing", attempts: 1, id: 1, sequence: 1, wireToken: undefined });
});

test("who comes while another is on its way out of the outbox comes after it", async () => {
  const { departures, add, out, due, turn } = setUp();
  add("a");
  departures.open(agreement);
  await setImmediate();
  expect(due).toHaveLength(1);
  add("b");
  expect(out()).toEqual([]);
  await turn();
  departures.accepted(1);
  await turn();

  expect(out()).toEqual(["a", "b"]);
});

test("who comes while others wait in the outbox comes after them", async () => {
  const { wire, departures, add, out, turn } = setUp(3);
  departures.open(agreement);
  wire.stalled(1);
  departures.look();
  add("a");
  wire.accepted(1);
  add("b");
  expect(out()).toEqual([]);
  departures.look();
  await turn();
  departures.accepted(1);
  await turn();

  expect(out()).toEqual(["a", "b"]);
});

test("whose turn it is when there is no room any more goes back to the front", async () => {
  const { departures, come, out, due, add, turn } = setUp();
  const first = add("a");
  add("b");
  departures.open(agreement);
  await setImmediate();
  departures.close();
  for (const pending of due.splice(0)) departures.release(pending);
  expect(first.stage).toBe("waiting");
  await turn();
  expect(out()).toEqual([]);
  expect(come("x").stage).toBe("waiting");
  departures.open(agreement);
  await turn();

  expect(out()).toEqual(["a"]);
});

test("who has settled before its turn does not go, and the next one does", async () => {
  const { departures, table, due, add, out, turn } = setUp();
  const first = add("a");
  add("b");
  departures.open(agreement);
  await setImmediate();
  table.settle(first, { ok: true, result: {}, outcome: "completed", attempts: 0 });
  for (const pending of due.splice(0)) departures.release(pending);
  await turn();

  expect(out()).toEqual(["b"]);
});

test("who is taken out of the outbox does not go", async () => {
  const { departures, add, out, turn } = setUp();
  const first = add("a");
  add("b");
  const stream = add("s", { isStream: true });
  departures.remove(first);
  departures.remove(stream);
  departures.open(agreement);
  await turn();

  expect(out()).toEqual(["b"]);
});

test("streams wait for a connection, and for nothing else", async () => {
  const { departures, add, out, due } = setUp(1);
  add("s", { isStream: true });
  expect(out()).toEqual([]);
  departures.open(agreement);
  expect(out()).toEqual(["s"]);
  add("a");
  add("t", { isStream: true });
  await setImmediate();

  expect(out()).toEqual(["s", "a", "t"]);
  expect(due).toEqual([]);
  departures.close();
  departures.open(agreement);
  expect(out()).toEqual(["s", "a", "t"]);
});

test("a stalled wire takes nobody but streams", async () => {
  const { wire, departures, add, out, turn } = setUp();
  departures.open(agreement);
  wire.stalled(1);
  departures.look();
  add("a");
  add("s", { isStream: true });
  await turn();

  expect(out()).toEqual(["s"]);
});

test("what was accepted is sent, what has been taken off the wire meanwhile is not", () => {
  const { departures, table, add } = setUp(3);
  departures.open(agreement);
  const [one, two, three] = [add("a"), add("b"), add("c")];
  table.endAttempt(two);
  departures.accepted(2);
  expect([one.stage, two.stage, three.stage]).toEqual(["sent", "waiting", "writing"]);
  departures.accepted(3);

  expect(three.stage).toBe("sent");
});

test("of a transport that has ended nothing is accepted", () => {
  const { departures, add } = setUp();
  departures.open(agreement);
  const pending = add("a");
  departures.forget();
  departures.accepted(9);

  expect(pending.stage).toBe("writing");
});

test("a repeat has a new token on the wire, asks once more and is told; a first attempt and a next leg are not", () => {
  const { departures, table, add, retried } = setUp();
  departures.open(agreement);
  const pending = add("a");
  table.endAttempt(pending);
  expect(retried).toEqual([]);
  departures.add(pending);

  expect(pending).toMatchObject({ attempts: 2, id: 2, sequence: 2, wireToken: "new 1" });
  expect(retried).toEqual([["a", 2]]);
  table.endAttempt(pending);
  pending.isNextLeg = true;
  departures.add(pending);
  expect(pending).toMatchObject({ attempts: 2, id: 3 });
  expect(retried).toHaveLength(1);
});

test("what the server does not offer, and what is no JSON, is refused and takes no room", () => {
  const { departures, refused, add, out } = setUp(1);
  departures.open(agreement);
  add("a", { method: "resources/read" });
  add("b", { method: "tools/call", params: { arguments: 1n } });
  add("c");

  expect(refused).toEqual([
    ["a", "CAPABILITY"],
    ["b", "INVALID_REQUEST"],
  ]);
  expect(out()).toEqual(["c"]);
});

test("who waits for an idle moment is called once, when nothing but streams is on the wire", () => {
  const { departures, add, leave } = setUp();
  let calls = 0;
  departures.open(agreement);
  add("s", { isStream: true });
  const pending = add("a");
  departures.whenIdle(() => void calls++);
  departures.look();
  expect(calls).toBe(0);
  leave(pending);
  departures.look();
  expect(calls).toBe(1);
  departures.whenIdle(() => void calls++);
  expect(calls).toBe(2);
});

test("who waits for an idle moment waits no longer than for the connection", () => {
  const { departures, add, leave } = setUp();
  let calls = 0;
  departures.open(agreement);
  const pending = add("a");
  departures.whenIdle(() => void calls++);
  departures.close();
  leave(pending);

  expect(calls).toBe(0);
});

test("who was out before goes before all others that wait", async () => {
  const { departures, come, add, out, turn } = setUp(1);
  add("a");
  departures.putBack(come("b"));
  departures.open(agreement);
  await turn();

  expect(out()).toEqual(["b"]);
});

test("once whose turn it was is out, others go at once again", async () => {
  const { departures, add, out, turn } = setUp(3);
  add("a");
  departures.open(agreement);
  await turn();
  departures.accepted(1);
  await turn();
  add("b");

  expect(out()).toEqual(["a", "b"]);
});
