import { expect, test } from "vitest";
import { Receipts } from "../../../src/testing/faults/receipts.js";

function receipts(): { readonly it: Receipts; readonly accepted: number[] } {
  const accepted: number[] = [];
  return { it: new Receipts((upTo) => accepted.push(upTo)), accepted };
}

test("frames that are handed over one to one are accepted as they are", () => {
  const { it, accepted } = receipts();
  expect([1, 2, 3].map((outer) => it.handedOver(outer))).toEqual([1, 2, 3]);
  it.accepted(1);
  it.accepted(3);

  expect(accepted).toEqual([1, 3]);
});

test("a frame that is swallowed counts once those before it are through", () => {
  const { it, accepted } = receipts();
  it.handedOver(1);
  it.swallowed(2);
  expect(accepted).toEqual([]);
  it.accepted(1);
  it.swallowed(3);

  expect(accepted).toEqual([2, 3]);
});

test("a frame that is handed over twice is through with the second one, and stalls as the one it is", () => {
  const { it, accepted } = receipts();
  it.handedOver(1);
  expect([it.handedOver(2), it.handedOver(2)]).toEqual([2, 3]);
  it.handedOver(3);

  expect([1, 2, 3, 4].map((inner) => it.outerOf(inner))).toEqual([1, 2, 2, 3]);
  it.accepted(2);
  expect(accepted).toEqual([1]);
  it.accepted(3);
  expect(accepted).toEqual([1, 2]);
});
