import { testRuntime } from "caduceus/testing";
import { expect, test } from "vitest";
import { session } from "./session.js";

test("a session ends half an hour after the last note, in no time", async () => {
  const { runtime, clock } = testRuntime();
  const ref = await runtime.start(session, []);
  await clock.advance(29 * 60_000);
  ref.cast("note", "still here");

  await clock.advance(30 * 60_000 - 1);
  expect(ref.alive).toBe(true);
  await clock.advance(1);
  expect(await ref.exited).toBe("normal");
});

// A seed makes the order in which processes have their turns random, and the same each time.
test.each(Array.from({ length: 20 }, (_, seed) => seed))("sessions keep their notes apart, order %s", async (seed) => {
  const { runtime } = testRuntime({ seed });
  const [ada, bob] = await Promise.all([runtime.start(session, []), runtime.start(session, [])]);
  ada.cast("note", "a");
  bob.cast("note", "b");

  expect(await Promise.all([ada.call("notes"), bob.call("notes")])).toEqual([["a"], ["b"]]);
});
