import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Sockets } from "../../../../src/transport/http/sockets.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function users(sockets: Sockets, count: number) {
  const started: (() => void)[] = [];
  for (let index = 0; index < count; index++) sockets.take({ start: (release) => void started.push(release) });
  return started;
}

test("16 short exchanges have a socket at a time; the next one goes when one is free", () => {
  const started = users(new Sockets(), 40);
  expect(started).toHaveLength(16);

  started[3]?.();

  expect(started).toHaveLength(17);
});

test("exchanges that last 200 ms hold up the others no longer", () => {
  const started = users(new Sockets(), 40);

  vi.advanceTimersByTime(199);
  expect(started).toHaveLength(16);
  vi.advanceTimersByTime(1);
  expect(started).toHaveLength(32);
  vi.advanceTimersByTime(200);
  expect(started).toHaveLength(40);
  expect(vi.getTimerCount()).toBe(0);
});

test("256 have a socket at most, however long they last", () => {
  const started = users(new Sockets(), 300);
  vi.advanceTimersByTime(60_000);
  expect(started).toHaveLength(256);

  started[0]?.();

  expect(started).toHaveLength(257);
});

test("after its end nobody gets a socket, and no timer is left", () => {
  const sockets = new Sockets();
  const started = users(sockets, 40);

  sockets.close();

  started[0]?.();
  expect(started).toHaveLength(16);
  expect(vi.getTimerCount()).toBe(0);
});
