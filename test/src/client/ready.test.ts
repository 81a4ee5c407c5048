import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { die, Script, say, wait } from "../../../src/testing/index.js";
import { connectInMemory, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const slow = new Script().on("initialize", wait(1_000), welcome()).tool("hello", say("hello"));

describe.each(seeds)("M20 ready(), order %s", (seed) => {
  test("resolves at once when the client is ready", async () => {
    const stage = await connectInMemory(new Script(), { seed });
    const timers = stage.clock.timers;

    await stage.drive(stage.client.ready({ timeout: 1_000 }));

    expect(stage.clock.now()).toBe(0);
    expect(stage.clock.timers).toBe(timers);
  });

  test("many wait, and all are told", async () => {
    const stage = await connectInMemory(slow, { seed, lazy: true });
    const all = Array.from({ length: 100 }, () => watch(stage, stage.client.ready()));

    await stage.clock.advance(999);
    expect(all.every(({ state }) => state === "pending")).toBe(true);
    await stage.clock.advance(1);

    expect(all.every(({ state, at }) => state === "fulfilled" && at === 1_000)).toBe(true);
  });

  test("a limit that passes, and a signal that aborts, reject; others go on waiting", async () => {
    const stage = await connectInMemory(slow, { seed, lazy: true });
    const controller = new AbortController();
    const limited = watch(stage, stage.client.ready({ timeout: 300 }));
    const aborted = watch(stage, stage.client.ready({ signal: controller.signal }));
    const early = watch(stage, stage.client.ready({ signal: AbortSignal.abort("early") }));
    const patient = watch(stage, stage.client.ready({ timeout: 5_000 }));

    await stage.clock.advance(500);
    controller.abort("gone");
    await stage.clock.advance(1_000);

    expect(limited).toMatchObject({ at: 300, error: { code: "TIMEOUT", after: 300 } });
    expect(aborted).toMatchObject({ at: 500, error: { code: "CANCELLED", cause: "gone" } });
    expect(early).toMatchObject({ at: 0, error: { code: "CANCELLED", cause: "early" } });
    expect(patient).toMatchObject({ at: 1_000, state: "fulfilled" });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("waits while the client reconnects", async () => {
    const stage = await connectInMemory(new Script(), { seed });
    stage.server.kill();
    await stage.clock.settle();

    const ready = watch(stage, stage.client.ready());
    await stage.clock.advance(1_000);

    expect(ready).toMatchObject({ at: 100, state: "fulfilled" });
  });

  test("rejects when the client is closed meanwhile", async () => {
    const stage = await connectInMemory(new Script().on("initialize", die()), { seed, lazy: true });
    const ready = watch(stage, stage.client.ready());
    await stage.clock.settle();

    void stage.client.close();
    await stage.clock.settle();

    expect(ready.error).toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  test.each([0, -1, Number.NaN, "1"])("a limit of %s is a ConfigError, never thrown synchronously", async (timeout) => {
    const stage = await connectInMemory(new Script(), { seed });
    const ready = watch(stage, stage.client.ready({ timeout: timeout as number }));
    await stage.clock.settle();

    expect(ready.error).toMatchObject({ code: "CONFIG" });
  });
});
