import { expect, test } from "vitest";
import type { Pending } from "../../../src/connection/pending.js";
import { Suspects } from "../../../src/connection/suspects.js";

const tried = (attempts: number) => ({ attempts }) as Pending;

test("one attempt that ended with the server is no suspicion, two are", () => {
  const suspects = new Suspects();

  expect(suspects.take(tried(1))).toBe(false);
  expect(suspects.next()).toBeUndefined();
  const suspect = tried(2);
  expect(suspects.take(suspect)).toBe(true);
  expect(suspects.next()).toBe(suspect);
});

test("they go one at a time, in the order in which they came", () => {
  const suspects = new Suspects();
  const [first, second] = [tried(2), tried(3)];
  suspects.take(first);
  suspects.take(second);

  expect(suspects.next()).toBe(first);
  expect(suspects.next()).toBeUndefined();
  suspects.forget(first);
  expect(suspects.next()).toBe(second);
  suspects.forget(second);
  expect(suspects.next()).toBeUndefined();
});

test("who has taken the server along again goes to the end of the line", () => {
  const suspects = new Suspects();
  const [first, second] = [tried(2), tried(2)];
  suspects.take(first);
  suspects.take(second);
  suspects.next();

  expect(suspects.take(first)).toBe(true);

  expect(suspects.next()).toBe(second);
  suspects.forget(second);
  expect(suspects.next()).toBe(first);
});

test("who has settled before its turn does not go, and its turn is nobody's loss", () => {
  const suspects = new Suspects();
  const [first, second, third] = [tried(2), tried(2), tried(2)];
  for (const each of [first, second, third]) suspects.take(each);
  suspects.next();

  suspects.forget(second);
  expect(suspects.next()).toBeUndefined();
  suspects.forget(first);

  expect(suspects.next()).toBe(third);
});

test("while one is out, somebody else's attempt that ended with the server changes nothing", () => {
  const suspects = new Suspects();
  const [first, second] = [tried(2), tried(2)];
  suspects.take(first);
  suspects.next();

  expect(suspects.take(tried(1))).toBe(false);
  suspects.take(second);
  suspects.forget(tried(1));

  expect(suspects.next()).toBeUndefined();
});
