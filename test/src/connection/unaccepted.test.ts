import { expect, test } from "vitest";
import type { Pending } from "../../../src/connection/pending.js";
import { Unaccepted } from "../../../src/connection/unaccepted.js";

const framed = (sequence: number) => ({ sequence }) as Pending;
const sequences = (all: readonly Pending[]) => all.map(({ sequence }) => sequence);

test("what has been accepted is taken out once, and the rest waits", () => {
  const unaccepted = new Unaccepted();
  for (const sequence of [1, 2, 4, 7]) unaccepted.add(framed(sequence));

  expect(sequences(unaccepted.upTo(0))).toEqual([]);
  expect(sequences(unaccepted.upTo(2))).toEqual([1, 2]);
  expect(sequences(unaccepted.upTo(6))).toEqual([4]);
  expect(sequences(unaccepted.upTo(7))).toEqual([7]);
  expect(sequences(unaccepted.upTo(9))).toEqual([]);
});

test("of a transport that has ended nothing waits", () => {
  const unaccepted = new Unaccepted();
  unaccepted.add(framed(1));
  unaccepted.clear();
  unaccepted.add(framed(2));

  expect(sequences(unaccepted.upTo(9))).toEqual([2]);
});
