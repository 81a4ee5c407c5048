import { describe, expect, test } from "vitest";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

describe.each(seeds)("timers, order %s", (seed) => {
  test("T1 send_after/3 sends messages once expired", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    await owner.run((self) => self.sendAfter(10, "hello"));
    await clock.advance(9);
    expect(owner.mail).toEqual([]);
    await clock.advance(1);
    expect(owner.mail).toEqual(["hello"]);
    await clock.advance(1_000);
    expect(owner.mail).toEqual(["hello"]);
  });

  test("T1 send_after/3 returns a timer reference that can be read or cancelled", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const timer = await owner.run((self) => self.sendAfter(100_000, "hello"));
    expect(timer.left).toBe(100_000);
    await clock.advance(30_000);
    expect(timer.left).toBe(70_000);
    expect(timer.cancel()).toBe(70_000);
    expect(timer.left).toBe(false);
    expect(timer.cancel()).toBe(false);
    await clock.advance(100_000);
    expect(owner.mail).toEqual([]);

    const fired = await owner.run((self) => self.sendAfter(0, "hello"));
    await clock.advance(0);
    expect(owner.mail).toEqual(["hello"]);
    expect(fired.left).toBe(false);
    expect(fired.cancel()).toBe(false);
  });

  test("T1 timers send in the order in which they are due, those due together in the order they were set", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    await owner.run((self) => {
      self.sendAfter(20, "c");
      self.sendAfter(10, "a");
      self.sendAfter(20, "d");
      self.sendAfter(10, "b");
    });
    await clock.advance(20);
    expect(owner.mail).toEqual(["a", "b", "c", "d"]);
  });

  test("T1 cancelling does not take back a message that is already in the mailbox", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const timer = await owner.run((self) => self.sendAfter(10, "hello"));
    clock.setTimer(10, () => expect(timer.cancel()).toBe(false));
    await clock.advance(10);
    expect(owner.mail).toEqual(["hello"]);
  });

  test("T1 a timer that never comes due holds nothing", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    const timer = await owner.run((self) => self.sendAfter(Number.POSITIVE_INFINITY, "never"));
    expect(clock.timers).toBe(0);
    expect(timer.left).toBe(Number.POSITIVE_INFINITY);
    expect(timer.cancel()).toBe(Number.POSITIVE_INFINITY);
    expect(timer.left).toBe(false);
  });

  test("T2 the timers of a process are cleared when it begins to end, before what it owns is released", async () => {
    const { runtime, clock } = testRuntime({ seed, disposeTimeout: 1_000 });
    const owner = await puppet(runtime);
    const timer = await owner.run((self) => {
      self.own(() => new Promise(() => {}));
      self.sendAfter(20, "b");
      return self.sendAfter(10, "a");
    });
    expect(clock.timers).toBe(2);
    owner.process.exit("kill");
    expect(clock.timers).toBe(0);
    expect(timer.left).toBe(false);
    await clock.advance(1_000);
    expect(owner.mail).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  test("T2 a timer set by a process that has ended does nothing and holds nothing", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    owner.process.exit("kill");
    const timer = owner.self.sendAfter(10, "hello");
    expect(clock.timers).toBe(0);
    expect(timer.left).toBe(false);
    expect(timer.cancel()).toBe(false);
    await clock.advance(10);
    expect(owner.mail).toEqual([]);
  });
});
