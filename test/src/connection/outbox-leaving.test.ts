import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Outbox } from "../../../src/connection/outbox.js";
import { Pending, type Ticket } from "../../../src/connection/pending.js";
import type { ProgressToken } from "../../../src/protocol/message.js";

const pendingOf = (token: ProgressToken, priority = 0): Pending =>
  new Pending({ priority, token } as Ticket, { reply: () => undefined });

/** Adds operations of these priorities, lets some leave, and says in which order the others are handed over. */
async function orderAfter(priorities: readonly number[], leaving: readonly number[]): Promise<ProgressToken[]> {
  const released: ProgressToken[] = [];
  const outbox = new Outbox(async (pending) => void released.push(pending.ticket.token));
  const all = priorities.map((priority, token) => pendingOf(token, priority));
  for (const each of all) outbox.add(each);
  for (const key of leaving) outbox.remove(all[key] as Pending);
  expect(outbox.size).toBe(priorities.length - leaving.length);
  outbox.open();
  for (const _ of all) await setImmediate();
  expect(outbox.size).toBe(0);
  return released;
}

test("who leaves from the middle takes nobody along, before or after", async () => {
  expect(await orderAfter([0, 0, 0, 0, 0], [2])).toEqual([0, 1, 3, 4]);
  expect(await orderAfter([0, 0, 0, 0, 0], [1, 3])).toEqual([0, 2, 4]);
  expect(await orderAfter([0, 0, 0, 0, 0], [3, 2, 1])).toEqual([0, 4]);
});

test("the first and the last may leave, and those between go in their order", async () => {
  expect(await orderAfter([0, 0, 0, 0], [0, 3])).toEqual([1, 2]);
  expect(await orderAfter([0, 0, 0], [0, 1, 2])).toEqual([]);
});

test("a priority that all have left is as if it had never been", async () => {
  expect(await orderAfter([0, 5, 0, 5, -1], [1, 3])).toEqual([0, 2, 4]);
  expect(await orderAfter([0, 5, 0, 5, -1], [0, 2])).toEqual([1, 3, 4]);
});

test("who has left, or never came, may leave again", async () => {
  const outbox = new Outbox(async () => undefined);
  const pending = pendingOf("t");

  outbox.remove(pending);
  outbox.add(pending);
  outbox.remove(pending);
  outbox.remove(pending);

  expect(outbox.size).toBe(0);
});

test("what is put back to the front leaves the end of the line where it is", async () => {
  const released: ProgressToken[] = [];
  const outbox = new Outbox(async (pending) => void released.push(pending.ticket.token));
  const [one, two, three, four] = [1, 2, 3, 4].map((token) => pendingOf(token)) as [Pending, Pending, Pending, Pending];
  outbox.add(one);
  outbox.add(two);
  outbox.putBack(three);
  outbox.add(four);
  outbox.open();
  for (let count = 0; count < 4; count++) await setImmediate();

  expect(released).toEqual([3, 1, 2, 4]);
});
