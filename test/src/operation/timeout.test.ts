import { describe, expect, test } from "vitest";
import { TimeoutError } from "../../../src/index.js";
import { progress, Script, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const ticks = (count: number, ms: number) =>
  Array.from({ length: count }, (_, index) => [wait(ms), progress(index + 1, count)]).flat();
const script = new Script().tool("work", stall()).tool("hello", say("hello"));
const week = 7 * 86_400_000;

describe.each(seeds)("time limits, order %s", (seed) => {
  test("M10 `timeout`: a typed error, the server told, a late answer ignored, the client unharmed", async () => {
    const stage = await connectInMemory(new Script().tool("slow", wait(500), say("late")).tool("hello", say("hello")), {
      seed,
    });

    const call = watch(stage, stage.client.callTool("slow", {}, { timeout: 300 }));
    const neighbour = watch(stage, stage.client.callTool("slow"));
    await stage.clock.advance(1_000);

    expect(call.error).toBeInstanceOf(TimeoutError);
    expect(call).toMatchObject({
      at: 300,
      error: { limit: "timeout", after: 300, method: "tools/call", outcome: "unknown", attempts: 1 },
    });
    expect(received(stage, "notifications/cancelled")).toHaveLength(1);
    expect(stage.client.stats.responses.duplicate).toBe(1);
    expect(textOf(neighbour.value)).toBe("late");
    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  });

  test("M8 `timeout` is silence: 20 ticks of 100 ms with a limit of 700 finish, whether anybody listens or not", async () => {
    const stage = await connectInMemory(new Script().tool("work", ...ticks(20, 100), say("done")), { seed });
    const seen: number[] = [];

    const heard = watch(
      stage,
      stage.client.callTool("work", {}, { timeout: 700, progress: ({ progress }) => seen.push(progress) }),
    );
    const unheard = watch(stage, stage.client.callTool("work", {}, { timeout: 700 }));
    await stage.clock.advance(10_000);

    expect(heard).toMatchObject({ state: "fulfilled", at: 2_000 });
    expect(unheard).toMatchObject({ state: "fulfilled", at: 2_000 });
    expect(seen).toHaveLength(20);
  });

  test("M8 `timeout` counts from the last progress", async () => {
    const stage = await connectInMemory(new Script().tool("work", ...ticks(3, 100), stall()), { seed });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 700 }));
    await stage.clock.advance(10_000);

    expect(call).toMatchObject({ at: 1_000, error: { code: "TIMEOUT", limit: "timeout" } });
  });

  test("M8 `maxTimeout` is always enforced: a limit of 1,000 fails at 1,000 with progress running, and cancels", async () => {
    const stage = await connectInMemory(new Script().tool("work", ...ticks(20, 100), say("done")), { seed });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 700, maxTimeout: 1_000 }));
    await stage.clock.advance(10_000);

    expect(call).toMatchObject({ at: 1_000, error: { code: "TIMEOUT", limit: "maxTimeout", after: 1_000 } });
    expect(received(stage, "notifications/cancelled")).toHaveLength(1);
  });

  test("the defaults are 30 s of silence and an hour in all", async () => {
    const stage = await connectInMemory(new Script().tool("work", stall()).tool("busy", ...ticks(1_000, 10_000)), {
      seed,
    });

    const silent = watch(stage, stage.client.callTool("work"));
    const busy = watch(stage, stage.client.callTool("busy"));
    await stage.clock.advance(4_000_000);

    expect(silent).toMatchObject({ at: 30_000, error: { limit: "timeout" } });
    expect(busy).toMatchObject({ at: 3_600_000, error: { limit: "maxTimeout" } });
  });

  test("the client's own limits are the defaults of every request", async () => {
    const stage = await connectInMemory(script, { seed, timeout: 200, maxTimeout: 500 });

    const byDefault = watch(stage, stage.client.callTool("work"));
    const given = watch(stage, stage.client.callTool("work", {}, { timeout: 1_000 }));
    const both = watch(stage, stage.client.callTool("work", {}, { timeout: 1_000, maxTimeout: 2_000 }));
    await stage.clock.advance(5_000);

    expect([byDefault.at, given.at, both.at]).toEqual([200, 500, 1_000]);
  });

  test("waiting for a slot counts", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    watch(stage, stage.client.callTool("work", {}, { timeout: 600 }));
    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 500 }));
    await stage.clock.advance(5_000);

    expect(call).toMatchObject({ at: 500, error: { outcome: "not_sent", attempts: 0 } });
  });

  test("going out starts it anew, once", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    watch(stage, stage.client.callTool("work", {}, { timeout: 400 }));
    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 500 }));
    await stage.clock.advance(5_000);

    expect(call).toMatchObject({ at: 900, error: { outcome: "unknown", attempts: 1 } });
  });

  test("waiting for the first connection counts", async () => {
    const stage = await connectInMemory(new Script().on("initialize", stall()), { seed, lazy: true });
    const call = watch(stage, stage.client.ping({ timeout: 500 }));
    await stage.clock.advance(5_000);

    expect(call).toMatchObject({ at: 500, error: { outcome: "not_sent", attempts: 0 } });
  });

  test("`Infinity` is meant literally", async () => {
    const stage = await connectInMemory(new Script().tool("work", wait(week), say("done")), { seed });
    const limits = { timeout: Number.POSITIVE_INFINITY, maxTimeout: Number.POSITIVE_INFINITY };

    const call = watch(stage, stage.client.callTool("work", {}, limits));
    await stage.clock.advance(week);

    expect(textOf(call.value)).toBe("done");
  });

  test("2 ** 31 ms, which Node's timers do not take, is meant literally", async () => {
    const stage = await connectInMemory(script, { seed });
    const limits = { timeout: 2 ** 31, maxTimeout: Number.POSITIVE_INFINITY };

    const call = watch(stage, stage.client.callTool("work", {}, limits));
    await stage.clock.advance(2 ** 31 - 1);
    expect(call.state).toBe("pending");
    await stage.clock.advance(1);

    expect(call).toMatchObject({ at: 2 ** 31, error: { after: 2 ** 31 } });
  });

  test("a fraction of a millisecond is a limit, too", async () => {
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 0.5 }));
    await stage.clock.advance(1);

    expect(call).toMatchObject({ at: 0.5, error: { after: 0.5 } });
  });

  test.each(["timeout", "maxTimeout"] as const)(
    "a `%s` that is none is a ConfigError, never thrown synchronously",
    async (name) => {
      const stage = await connectInMemory(script, { seed });

      const calls = [0, -1, Number.NaN, Number.NEGATIVE_INFINITY, "5", null, {}].map((value) => {
        const options = { [name]: value } as never;
        return [
          stage.client.callTool("hello", {}, options),
          stage.client.ping(options),
          stage.client.listTools(options),
        ];
      });
      const watched = calls.flat().map((call) => watch(stage, call));
      await stage.clock.settle();

      for (const { error } of watched) {
        expect(error).toMatchObject({
          code: "CONFIG",
          outcome: "not_sent",
          message: expect.stringContaining(`\`${name}\``),
        });
      }
      expect(stage.server.received).toHaveLength(2);
      expect(stage.client.stats.operations.started).toBe(0);
    },
  );
});
