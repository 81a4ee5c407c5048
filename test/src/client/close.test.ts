import { describe, expect, test } from "vitest";
import { connect } from "../../../src/index.js";
import { die, Script, say, scriptedMemory, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, slowToClose, testStage, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("work", stall()).tool("hello", say("hello"));

describe.each(seeds)("close, order %s", (seed) => {
  test.each([
    ["before anything has happened", new Script(), 0],
    ["while the server starts", new Script().on("initialize", wait(10_000), welcome()), 5],
    ["while the first wait runs", new Script().on("initialize", die()), 50],
    ["while it is down", new Script().on("initialize", die()), 40_000],
  ])("%s: nothing is left", async (_, script, ms) => {
    const stage = await connectInMemory(script, { seed, lazy: true });
    await stage.clock.advance(ms);
    const call = watch(stage, stage.client.ping());

    const closed = watch(stage, stage.client.close());
    await stage.clock.settle();

    expect(closed).toMatchObject({ state: "fulfilled", at: ms });
    // Ready at once, it may have answered before.
    expect(call.state).not.toBe("pending");
    expect(stage.runtime.size).toBe(0);
    expect(stage.clock.timers).toBe(0);
  });

  test("while a transport is being made: one that comes later is not started", async () => {
    const stage = testStage(seed);
    const server = scriptedMemory(script);
    let make: ((definition: ReturnType<typeof server.transport>) => void) | undefined;
    const factory = () =>
      new Promise<ReturnType<typeof server.transport>>((resolve) => {
        make = resolve;
      });
    const client = await stage.drive(connect(factory, { runtime: stage.runtime, lazy: true }));
    await stage.clock.settle();

    await stage.drive(client.close());
    make?.(server.transport());
    await stage.clock.advance(60_000);

    expect(server.incarnations).toBe(0);
    expect(stage.runtime.size).toBe(0);
  });

  test("pending calls reject at once, though the server takes long to end", async () => {
    const stage = testStage(seed);
    const server = scriptedMemory(script);
    const client = await stage.drive(connect(slowToClose(server, stage.clock, 2_000), { runtime: stage.runtime }));
    const call = watch(stage, client.callTool("work"));
    await stage.clock.settle();

    const closed = watch(stage, client.close());
    await stage.clock.settle();
    expect(call).toMatchObject({ at: 0, error: { code: "CONNECTION_CLOSED", outcome: "unknown", attempts: 1 } });
    expect(client.state).toBe("closed");
    await stage.clock.advance(2_000);

    expect(closed).toMatchObject({ state: "fulfilled", at: 2_000 });
  });

  test("every call says how far it got", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    const sent = watch(stage, stage.client.callTool("work"));
    const waiting = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    void stage.client.close();
    await stage.clock.settle();

    expect(sent.error).toMatchObject({ code: "CONNECTION_CLOSED", outcome: "unknown", attempts: 1 });
    expect(waiting.error).toMatchObject({ code: "CONNECTION_CLOSED", outcome: "not_sent", attempts: 0 });
  });

  test("what waits while it reconnects was not sent, and says so", async () => {
    const stage = await connectInMemory(script, { seed });
    stage.server.kill();
    await stage.clock.settle();
    const waiting = watch(stage, stage.client.callTool("hello"));
    await stage.clock.settle();

    void stage.client.close();
    await stage.clock.settle();

    expect(waiting.error).toMatchObject({ code: "CONNECTION_CLOSED", outcome: "not_sent", attempts: 0 });
  });

  test("the events: state, closed, without a cause, once", async () => {
    const stage = await connectInMemory(script, { seed });
    const log: unknown[] = [];
    stage.client.on("state", (state) => log.push(state));
    stage.client.on("closed", (event) => log.push(event));
    stage.client.on("lost", () => log.push("lost"));

    await stage.drive(Promise.all([stage.client.close(), stage.client.close()]));
    await stage.drive(stage.client.close());

    expect(log).toEqual(["closed", { cause: undefined }]);
  });

  test("ends this client and no other that lives in the same runtime", async () => {
    const stage = await connectInMemory(script, { seed });
    const other = await stage.drive(connect(scriptedMemory(script).transport, { runtime: stage.runtime }));

    await stage.drive(stage.client.close());

    expect(other.state).toBe("ready");
    await stage.drive(other.callTool("hello"));
    expect(processesOf(stage, "connection")).toHaveLength(1);
  });

  test("`await using` closes", async () => {
    const stage = testStage(seed);
    {
      const using = (async () => {
        await using client = await connect(scriptedMemory(script).transport, { runtime: stage.runtime });
        await client.callTool("hello");
      })();
      await stage.drive(using);
    }

    expect(stage.runtime.size).toBe(0);
  });
});

test("a client with a runtime of its own stops it", async () => {
  const server = scriptedMemory(script);
  const client = await connect(server.transport);
  await client.callTool("hello");

  await client.close();
  await expect(client.callTool("hello")).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });

  expect(client.state).toBe("closed");
});
