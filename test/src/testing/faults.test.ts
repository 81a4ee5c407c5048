import { describe, expect, test } from "vitest";
import { type Client, ConnectionLostError, connect, TimeoutError } from "../../../src/index.js";
import {
  type Fault,
  type FaultRule,
  Faults,
  fault,
  flood,
  type MemoryServer,
  progress,
  received,
  Script,
  say,
  scriptedMemory,
  sent,
  type TestRuntime,
  wait,
} from "../../../src/testing/index.js";
import { drive, testStage } from "../../support/memory.js";

const script = new Script()
  .tool("work", say("done"))
  .tool("steps", progress(1), progress(2), progress(3), say("done"))
  .tool("many", flood(100), say("done"))
  .tool("slow", wait(100), say("done"));

describe("faults", () => {
  test("a dropped request is never read, and its caller's limit decides", async () => {
    const { client, clock, server, faults } = await stage([sent("tools/call").nth(2), fault.drop()]);
    await drive(clock, client.callTool("work"));

    const lost = drive(clock, client.callTool("work", {}, { timeout: 500 }));

    await expect(lost).rejects.toThrow(TimeoutError);
    expect(calls(server)).toBe(1);
    expect(faults.log).toEqual([{ at: 0, incarnation: 1, direction: "sent", fault: "drop", message: "tools/call" }]);
  });

  test("a dropped frame counts as accepted: what comes behind it goes out", async () => {
    const { client, clock } = await stage([sent("tools/call").nth(1), fault.drop()]);
    const dropped = client.callTool("work", {}, { timeout: 500 });
    dropped.catch(() => undefined);

    expect(await drive(clock, client.callTool("work"))).toMatchObject({ content: [{ text: "done" }] });
    await expect(drive(clock, dropped)).rejects.toMatchObject({ outcome: "unknown" });
  });

  test("a delayed answer comes later, and what is behind it too, in order", async () => {
    const { client, clock } = await stage([received("notifications/progress").nth(2), fault.delay(300)]);
    const seen: [number, number][] = [];
    const began = clock.now();

    await drive(
      clock,
      client.callTool("steps", {}, { progress: (it) => void seen.push([it.progress, clock.now() - began]) }),
    );

    expect(seen).toEqual([
      [1, 0],
      [2, 300],
      [3, 300],
    ]);
  });

  test("a duplicated request is run twice, and the second answer is dropped and counted", async () => {
    const { client, clock, server } = await stage([sent("tools/call"), fault.duplicate()]);

    await drive(clock, client.callTool("work"));
    await drive(clock, client.ping());

    expect(calls(server)).toBe(2);
    expect(client.stats.responses.duplicate).toBe(1);
  });

  test("a garbled or truncated answer is an invalid message or none, and harms nobody else", async () => {
    for (const broken of [fault.truncate(), fault.garble()]) {
      const { client, clock, faults } = await stage([received("notifications/progress").nth(1), broken]);

      expect(await drive(clock, client.callTool("steps"))).toMatchObject({ content: [{ text: "done" }] });
      expect(faults.log).toHaveLength(1);
    }
  });

  test("split and merged chunks change nothing", async () => {
    for (const chunks of [fault.split(), fault.merge()]) {
      const { client, clock, faults } = await stage([received("notifications/progress"), chunks]);
      const seen: number[] = [];

      await drive(clock, client.callTool("many", {}, { progress: (it) => void seen.push(it.progress) }));

      expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      expect(faults.log).toHaveLength(100);
    }
  });

  test("a stalled direction holds everything back until it goes on", async () => {
    const { client, clock, server } = await stage([sent("tools/call").nth(1), fault.stall(1_000)]);
    const first = client.callTool("work");
    await clock.advance(999);
    expect(calls(server)).toBe(0);

    await drive(clock, first);
    expect(calls(server)).toBe(1);
  });

  test("a request that a stall for ever holds back was not sent", async () => {
    const { client, clock } = await stage([sent("tools/call"), fault.stall()]);
    const call = client.callTool("work", {}, { retry: false });
    call.catch(() => undefined);
    await clock.settle();
    const closed = client.close();
    await clock.advance(60_000);
    await closed;

    await expect(call).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  });

  test("a cut ends the transport; safe calls are answered by the next one", async () => {
    const { client, clock, server } = await stage([sent("tools/call").nth(1), fault.cut()]);

    await expect(drive(clock, client.callTool("work", {}, { retry: false }))).rejects.toThrow(ConnectionLostError);
    expect(await drive(clock, client.callTool("work"))).toMatchObject({ content: [{ text: "done" }] });
    expect(server.incarnations).toBe(2);
  });

  test("a rule holds for its time only", async () => {
    const { client, clock, faults } = await stage([sent("ping").between(1_000, 2_000), fault.delay(1)]);
    for (let second = 0; second < 3; second++) {
      await drive(clock, client.ping());
      await clock.advance(1_000);
    }

    expect(faults.log).toHaveLength(1);
  });

  test("the same seed gives the same faults, another one others", async () => {
    const logs = await Promise.all([1, 1, 2].map((seed) => noisy(seed)));

    expect(logs[0]).toEqual(logs[1]);
    expect(logs[0]).not.toEqual(logs[2]);
  });
});

async function noisy(seed: number): Promise<unknown> {
  const { client, clock, faults } = await stage(
    [received("notifications/progress").probability(0.2), fault.drop()],
    seed,
  );
  const delivered: number[] = [];
  await drive(clock, client.callTool("many", {}, { progress: ({ progress }) => void delivered.push(progress) }));
  return { log: faults.log, delivered };
}

function calls(server: MemoryServer): number {
  return server.received.filter(({ method }) => method === "tools/call").length;
}

async function stage(
  [rule, what]: [FaultRule, Fault],
  seed = 1,
): Promise<TestRuntime & { client: Client; server: MemoryServer; faults: Faults }> {
  const test = testStage(seed);
  const server = scriptedMemory(script);
  const faults = new Faults({ seed }).on(rule, what);
  const client = await drive(
    test.clock,
    connect(faults.around(server.transport), { runtime: test.runtime, backoff: { jitter: 0 } }),
  );
  return { ...test, client, server, faults };
}
