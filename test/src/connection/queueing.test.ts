import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { progress, readOn, Script, say, stall, stopReading, together, wait } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, received, type Stage, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("work", stall()).tool("slow", wait(100), say("done")).tool("hello", say("hello"));

/** The numbers that calls of a tool bore, in the order the server saw them. */
const numbers = (stage: Pick<Stage, "server">) =>
  received(stage, "tools/call").map(({ params }) => (params.arguments as { n: number }).n);
const countsOf = (stage: Stage) => stage.runtime.tree()[0]?.children[0]?.details;

describe.each(seeds)("the outbox, order %s", (seed) => {
  test("lets 64 operations go at a time, the rest in their order as slots become free", async () => {
    const stage = await connectInMemory(script, { seed });
    const calls = Array.from({ length: 150 }, (_, n) => watch(stage, stage.client.callTool("slow", { n })));
    await stage.clock.settle();
    expect(numbers(stage)).toHaveLength(64);
    expect(countsOf(stage)).toMatchObject({ waiting: 86, inFlight: 64 });

    await stage.clock.advance(100);
    expect(numbers(stage)).toHaveLength(128);
    await stage.clock.advance(200);

    expect(numbers(stage)).toEqual(Array.from({ length: 150 }, (_, n) => n));
    expect(calls.every(({ state }) => state === "fulfilled")).toBe(true);
    expect(countsOf(stage)).toMatchObject({ waiting: 0, inFlight: 0 });
  });

  test("a free slot and nothing that waits: an operation goes at once", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 2 });
    const calls = [1, 2, 3].map((n) => watch(stage, stage.client.callTool("hello", { n })));

    await stage.clock.settle();

    expect(calls.map(({ value }) => textOf(value))).toEqual(["hello", "hello", "hello"]);
    expect(numbers(stage)).toEqual([1, 2, 3]);
  });

  test("the greater priority goes first, equal ones in their order", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    const priorities = [0, 5, -1, 5, 0.5, 0, Number.MAX_VALUE, -1];
    watch(stage, stage.client.callTool("slow", { n: -1 }));
    await stage.clock.settle();
    for (const [n, priority] of priorities.entries()) watch(stage, stage.client.callTool("slow", { n }, { priority }));

    await stage.clock.advance(2_000);

    expect(numbers(stage)).toEqual([-1, 6, 1, 3, 4, 0, 5, 2, 7]);
  });

  test("operations of any timing go in the order they were called", async () => {
    const waits = fc.array(fc.tuple(fc.nat(3), fc.nat(20)), { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(waits, fc.integer({ min: 1, max: 4 }), async (calls, maxInFlight) => {
        const stage = await connectInMemory(new Script().tool("work", wait(7), progress(1), wait(3), say("done")), {
          seed,
          maxInFlight,
          maxPending: 100,
        });
        const settled: Promise<unknown>[] = [];
        for (const [n, [turns, ms]] of calls.entries()) {
          settled.push(stage.client.callTool("work", { n }));
          for (let turn = turns; turn > 0; turn--) await Promise.resolve();
          if (ms > 10) await stage.clock.advance(ms - 10);
        }
        await stage.drive(Promise.all(settled));
        expect(numbers(stage)).toEqual(calls.map((_, n) => n));
        await stage.drive(stage.client.close());
      }),
      { numRuns: 30 },
    );
  });

  test("a call that is made while the line moves on does not overtake what stands in it", async () => {
    const script = new Script().tool("work", together(progress(1), progress(2), say("done")));
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    const callAgain = ({ progress }: { progress: number }) => {
      watch(stage, stage.client.callTool("work", { n: 1 + progress }));
    };
    watch(stage, stage.client.callTool("work", { n: 0 }, { progress: callAgain }));
    watch(stage, stage.client.callTool("work", { n: 1 }));

    await stage.clock.settle();

    expect(numbers(stage)).toEqual([0, 1, 2, 3]);
  });

  test("`maxPending` may wait; one more is refused at once, and nothing of it goes out", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 2, maxPending: 3 });
    const calls = Array.from({ length: 7 }, (_, n) => watch(stage, stage.client.callTool("slow", { n })));
    await stage.clock.settle();

    expect(calls.map(({ state }) => state)).toEqual(
      [..."ppppprr"].map((letter) => (letter === "p" ? "pending" : "rejected")),
    );
    expect(calls[5]?.error).toMatchObject({ code: "OVERLOADED", outcome: "not_sent", attempts: 0 });
    expect(String(calls[5]?.error)).toContain("maxPending");
    await stage.clock.advance(1_000);
    expect(numbers(stage)).toEqual([0, 1, 2, 3, 4]);
    expect(stage.client.stats.operations).toEqual({ started: 5, settled: 5 });
  });

  test("`maxPending` holds while there is no connection, and is free again afterwards", async () => {
    const stage = await connectInMemory(script, { seed, maxPending: 2 });
    stage.server.kill();
    await stage.clock.settle();
    const calls = [1, 2, 3].map((n) => watch(stage, stage.client.callTool("hello", { n })));
    await stage.clock.settle();

    expect(calls.map(({ state }) => state)).toEqual(["pending", "pending", "rejected"]);
    await stage.clock.advance(100);
    const later = [4, 5].map((n) => watch(stage, stage.client.callTool("hello", { n })));
    await stage.clock.settle();
    expect([...calls.slice(0, 2), ...later].every(({ state }) => state === "fulfilled")).toBe(true);
  });

  test("what has left before it was written never goes out: timed out, cancelled", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    watch(stage, stage.client.callTool("slow", { n: 0 }));
    const timedOut = watch(stage, stage.client.callTool("slow", { n: 1 }, { timeout: 50 }));
    const call = stage.client.callTool("slow", { n: 2 });
    const cancelled = watch(stage, call);
    const last = watch(stage, stage.client.callTool("slow", { n: 3 }));
    await stage.clock.settle();
    call.cancel();

    await stage.clock.advance(300);

    expect(timedOut).toMatchObject({ at: 50, error: { code: "TIMEOUT", outcome: "not_sent", attempts: 0 } });
    expect(cancelled).toMatchObject({ at: 0, error: { code: "CANCELLED" } });
    expect(last).toMatchObject({ at: 200, state: "fulfilled" });
    expect(numbers(stage)).toEqual([0, 3]);
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });

  test("a cancel with all slots busy leaves at once, and the one behind it moves up", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1, maxPending: 1 });
    watch(stage, stage.client.callTool("work", { n: 0 }));
    const call = stage.client.callTool("hello", { n: 1 });
    watch(stage, call);
    await stage.clock.settle();

    call.cancel();
    const next = watch(stage, stage.client.callTool("hello", { n: 2 }));
    await stage.clock.settle();

    expect(next.state).toBe("pending");
    expect(countsOf(stage)).toMatchObject({ waiting: 1, inFlight: 1 });
  });

  test("an operation that ends frees its slot however it ends", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    const call = stage.client.callTool("work", { n: 0 });
    watch(stage, call);
    watch(stage, stage.client.callTool("work", { n: 1 }, { timeout: 100 }));
    watch(stage, stage.client.callTool("work", { n: 2 }));
    const last = watch(stage, stage.client.callTool("hello", { n: 3 }));
    await stage.clock.settle();
    call.cancel();
    await stage.clock.advance(100);
    processesOf(stage, "operation")[0]?.exit("kill");
    await stage.clock.settle();

    expect(last.state).toBe("fulfilled");
    expect(numbers(stage)).toEqual([0, 1, 2, 3]);
  });

  test("one that cannot be written does not hold up the others", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    watch(stage, stage.client.callTool("slow", { n: 0 }));
    const bad = watch(stage, stage.client.callTool("slow", { n: 1, big: 1n }));
    const good = watch(stage, stage.client.callTool("slow", { n: 2 }));

    await stage.clock.advance(200);

    expect(bad.error).toMatchObject({ code: "INVALID_REQUEST", outcome: "not_sent", attempts: 0 });
    expect(good).toMatchObject({ at: 200, state: "fulfilled" });
  });

  test("while the server does not read, operations wait; when it reads on, they go in their order", async () => {
    const deaf = new Script().tool("deaf", stopReading(), wait(1_000), readOn(), stall()).tool("hello", say("hello"));
    const stage = await connectInMemory(deaf, { seed, maxPending: 20 });
    watch(stage, stage.client.callTool("deaf", { n: 0 }));
    await stage.clock.settle();
    const calls = Array.from({ length: 21 }, (_, n) => watch(stage, stage.client.callTool("hello", { n: n + 1 })));
    await stage.clock.settle();

    // What was handed over before the first was found stuck is few.
    expect(countsOf(stage)).toMatchObject({ waiting: expect.toSatisfy((count: number) => count <= 20) });
    await stage.clock.advance(1_000);

    expect(calls.filter(({ state }) => state === "fulfilled").length).toBeGreaterThanOrEqual(20);
    expect(numbers(stage)).toEqual(Array.from({ length: numbers(stage).length }, (_, n) => n));
  });

  test("while the server does not read, `maxPending` holds", async () => {
    const deaf = new Script().tool("deaf", stopReading(), stall()).tool("hello", say("hello"));
    const stage = await connectInMemory(deaf, { seed, maxInFlight: 4, maxPending: 5 });
    watch(stage, stage.client.callTool("deaf", { n: 0 }));
    await stage.clock.settle();

    const calls = Array.from({ length: 40 }, (_, n) =>
      watch(stage, stage.client.callTool("hello", { n }, { timeout: 1_000 })),
    );
    await stage.clock.advance(1_000);

    expect(calls.every(({ state }) => state === "rejected")).toBe(true);
    const codes = calls.map(({ error }) => (error as { code: string }).code);
    expect(codes.filter((code) => code === "OVERLOADED").length).toBeGreaterThanOrEqual(40 - 4 - 5);
    expect(codes.filter((code) => code === "TIMEOUT").length).toBeGreaterThanOrEqual(5);
  });

  test("40 writes into a server that does not read, then its end: every one settles", async () => {
    const deaf = new Script().tool("deaf", stopReading(), stall()).tool("hello", say("hello"));
    const stage = await connectInMemory(deaf, { seed });
    const calls = ["deaf", ...Array.from({ length: 40 }, () => "hello")].map((name, n) =>
      watch(stage, stage.client.callTool(name, { n }, { retry: false })),
    );
    await stage.clock.settle();

    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(calls.filter(({ state }) => state === "pending")).toEqual([]);
    expect(calls[0]?.error).toMatchObject({ outcome: "unknown" });
    expect(new Set(numbers(stage)).size).toBe(numbers(stage).length);
  });
});
