import { expect, test } from "vitest";
import { noreply, type ServerRef, server } from "../../actors/index.js";
import { child, supervisor } from "../../supervisors/index.js";
import { randomFrom, testRuntime } from "../support/runtime.js";

const HOUR = 3_600_000;
const WORKERS = 10;

interface Frail {
  calls: { ping(): "pong" };
  casts: Record<never, never>;
  info: "crash";
}

/** Lives for about five minutes, then crashes. */
const frail = server<Frail>("frail")<() => number, () => number>({
  init(random, self) {
    self.sendAfter(random() * 600_000, "crash");
    return random;
  },
  calls: {
    ping: (_nothing, random, _self, from) => {
      from.reply("pong");
      return noreply(random);
    },
  },
  casts: {},
  info() {
    throw new Error("It was its time");
  },
});

// Again if it fails: a busy machine can take longer once.
test("24 hours with thousands of crashes pass in about a second, and all is well", { retry: 2 }, async () => {
  const { runtime, clock, crashes } = testRuntime({ seed: 24 });
  const random = randomFrom(24);
  const children = Array.from({ length: WORKERS }, (_, index) => child(`frail ${index}`, frail, random));
  const intensity = { maxRestarts: 100, within: 60_000 };
  const sup = await runtime.start(supervisor("sup", { strategy: "one_for_one", intensity, children }));
  const began = performance.now();

  await clock.advance(24 * HOUR);

  const took = performance.now() - began;
  expect(crashes.length).toBeGreaterThan(2_000);
  expect(took).toBeLessThan(1_500);
  expect(sup.alive).toBe(true);
  expect(runtime.size).toBe(WORKERS + 1);
  expect(clock.timers).toBe(WORKERS);
  for (const { process } of await sup.whichChildren()) {
    expect(await (process as ServerRef<Frail>).call("ping")).toBe("pong");
  }
  await runtime.stop();
});
