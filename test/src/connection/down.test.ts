import { describe, expect, test } from "vitest";
import { ConnectionLostError, connect } from "../../../src/index.js";
import { die, fail, Script, say, scriptedMemory, stall } from "../../../src/testing/index.js";
import { connectInMemory, received, type Stage, testStage, textOf, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

/** Ready once, then dead for so many attempts, then ready again. */
const downFor = (attempts: number) =>
  new Script()
    .once("initialize", welcome())
    .times(attempts, "initialize", die({ code: 3 }))
    .on("initialize", welcome())
    .tool("hello", say("hello"))
    .tool("work", stall());

const eventsOf = ({ client, clock }: Pick<Stage, "client" | "clock">) => {
  const events: string[] = [];
  client.on("state", (state) => events.push(`${state} at ${clock.now()}`));
  client.on("down", ({ error }) => events.push(`down event: ${error.code}`));
  return events;
};

describe.each(seeds)("after `downAfter` without a connection, order %s", (seed) => {
  test("the state is down: what waits fails at once with the cause and retryAt", async () => {
    const stage = await connectInMemory(downFor(1_000), { seed });
    const events = eventsOf(stage);
    stage.server.kill();
    await stage.clock.settle();
    const unsafe = watch(stage, stage.client.callTool("hello", {}, { timeout: 100_000 }));
    const safe = watch(stage, stage.client.ping({ timeout: 100_000 }));

    await stage.clock.advance(29_999);
    expect([unsafe.state, safe.state]).toEqual(["pending", "pending"]);
    await stage.clock.advance(1);

    expect(events).toEqual(["reconnecting at 0", "down at 30000", "down event: CONNECTION_LOST"]);
    for (const call of [unsafe, safe]) {
      expect(call.error).toBeInstanceOf(ConnectionLostError);
      expect(call).toMatchObject({ at: 30_000, error: { exitCode: 3, outcome: "not_sent", attempts: 0 } });
      expect((call.error as ConnectionLostError).retryAt).toBeGreaterThan(30_000);
      expect((call.error as ConnectionLostError).incarnation).toBeGreaterThan(1);
    }
  });

  test("what is called now fails at once, and sends nothing", async () => {
    const stage = await connectInMemory(downFor(1_000), { seed });
    stage.server.kill();
    await stage.clock.advance(30_000);

    const call = watch(stage, stage.client.callTool("hello"));
    const list = watch(stage, stage.client.listTools());
    await stage.clock.settle();

    expect(call).toMatchObject({ at: 30_000, error: { code: "CONNECTION_LOST", exitCode: 3, outcome: "not_sent" } });
    expect(list).toMatchObject({ at: 30_000, state: "rejected" });
    expect(stage.client.stats.operations.started).toBe(0);
    expect(received(stage, "tools/call")).toEqual([]);
  });

  test("attempts go on at the maximum of the waits, and the first success is ready again", async () => {
    const stage = await connectInMemory(downFor(12), { seed });
    const events = eventsOf(stage);
    const lostAt: number[] = [];
    stage.client.on("lost", () => lostAt.push(stage.clock.now()));
    stage.server.kill();

    await stage.clock.advance(120_000);

    const waits = lostAt.slice(1).map((at, index) => at - (lostAt[index] ?? 0));
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000, 10_000, 10_000]);
    expect(events).toEqual(["reconnecting at 0", "down at 30000", "down event: CONNECTION_LOST", "ready at 72700"]);
    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  });

  test("with a small `downAfter` attempts go on at the maximum at once", async () => {
    const stage = await connectInMemory(downFor(5), { seed, downAfter: 150, backoff: { max: 1_000 } });
    const lostAt: number[] = [];
    stage.client.on("lost", () => lostAt.push(stage.clock.now()));
    stage.server.kill();

    await stage.clock.advance(10_000);

    // The second wait was set before it was down.
    expect(lostAt).toEqual([0, 100, 300, 1_300, 2_300, 3_300]);
    expect(stage.client.state).toBe("ready");
  });

  test("an operation that was sent before says so: its outcome stays unknown", async () => {
    const stage = await connectInMemory(downFor(1_000), { seed });
    const call = watch(stage, stage.client.callTool("work", {}, { retry: 2, timeout: 100_000 }));
    await stage.clock.settle();
    stage.server.kill();

    await stage.clock.advance(30_000);

    expect(call).toMatchObject({ at: 30_000, error: { code: "CONNECTION_LOST", outcome: "unknown", attempts: 1 } });
  });

  test("a server that refuses the handshake: the refusal is the cause", async () => {
    const refusing = new Script().once("initialize", welcome()).on("initialize", fail(-32_000, "maintenance"));
    const stage = await connectInMemory(refusing, { seed, downAfter: 1_000 });
    stage.server.kill();
    await stage.clock.advance(1_000);

    const call = watch(stage, stage.client.ping());
    await stage.clock.settle();

    expect(call.error).toMatchObject({ code: "CONNECTION_LOST", cause: { code: "PROTOCOL", rpcCode: -32_000 } });
    expect((call.error as ConnectionLostError).retryAt).toBeTypeOf("number");
  });

  test("`Infinity` is never down", async () => {
    const stage = await connectInMemory(downFor(1_000), { seed, downAfter: Number.POSITIVE_INFINITY });
    stage.server.kill();

    await stage.clock.advance(3_600_000);

    expect(stage.client.state).toBe("reconnecting");
  });

  test("the time begins anew with each loss", async () => {
    const stage = await connectInMemory(downFor(0), { seed, downAfter: 1_000 });
    const events = eventsOf(stage);
    for (let count = 0; count < 4; count++) {
      stage.server.kill();
      await stage.clock.advance(900);
    }

    expect(events.filter((event) => event.includes("down"))).toEqual([]);
    expect(stage.client.state).toBe("ready");
  });

  test("ready() rejects with the cause while it is down, and resolves afterwards", async () => {
    const stage = await connectInMemory(downFor(12), { seed });
    stage.server.kill();
    await stage.clock.settle();
    const early = watch(stage, stage.client.ready());
    await stage.clock.advance(30_000);

    const late = watch(stage, stage.client.ready());
    await stage.clock.settle();
    await stage.clock.advance(60_000);
    await stage.drive(stage.client.ready());

    expect(early.error).toMatchObject({ code: "CONNECTION_LOST", exitCode: 3 });
    expect(late).toMatchObject({ at: 30_000, error: { code: "CONNECTION_LOST", exitCode: 3 } });
  });

  test("a lazy client that never gets a connection goes down, too", async () => {
    const stage = testStage(seed);
    const server = scriptedMemory(new Script().on("initialize", die()));
    const client = await stage.drive(
      connect(server.transport, { runtime: stage.runtime, lazy: true, downAfter: 1_000 }),
    );
    const events = eventsOf({ ...stage, client });
    const call = watch(stage, client.ping());

    await stage.clock.advance(1_000);

    expect(call).toMatchObject({ at: 1_000, error: { code: "CONNECTION_LOST", signal: "SIGKILL" } });
    expect(events).toEqual(["down at 1000", "down event: CONNECTION_LOST"]);
  });

  test("a connection that hangs while it is made goes down, too", async () => {
    const stage = testStage(seed);
    const options = { runtime: stage.runtime, lazy: true, downAfter: 1_000 };
    const client = await stage.drive(connect(() => new Promise<never>(() => undefined), options));
    const call = watch(stage, client.ping());

    await stage.clock.advance(1_000);

    expect(client.state).toBe("down");
    expect(call).toMatchObject({ at: 1_000, error: { code: "CONNECTION_LOST", incarnation: 1 } });
  });
});
