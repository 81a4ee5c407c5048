import { describe, expect, test, vi } from "vitest";
import { ConnectionLostError, connect } from "../../../src/index.js";
import { die, progress, Script, say, scriptedMemory, stall, wait } from "../../../src/testing/index.js";
import {
  connectInMemory,
  processesOf,
  received,
  type Stage,
  slowToClose,
  testStage,
  textOf,
  watch,
} from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script()
  .tool("work", stall())
  .tool("hello", say("hello"))
  .tool("slow", progress(1), wait(100), say("done"));

const kill = (stage: Pick<Stage, "runtime">) => processesOf(stage, "connection")[0]?.exit("kill");
/** Mail that no connection understands: its handler throws, as a bug of ours would make it. */
const crash = (stage: Pick<Stage, "runtime">) =>
  processesOf(stage, "connection")[0]?.send({ type: "release" } as never);

/** Lets so many microtasks pass. */
async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await Promise.resolve();
}

describe.each(seeds)("promise 1: when the connection's process ends, order %s", (seed) => {
  test("what it knew fails, nothing of it is sent again, and later calls work", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 2 });
    const pending = Array.from({ length: 5 }, () => watch(stage, stage.client.callTool("work", {}, { retry: 10 })));
    const read = watch(stage, stage.client.readResource("file:///a"));
    await stage.clock.settle();

    kill(stage);
    await stage.clock.settle();
    const later = await stage.drive(stage.client.callTool("hello"));
    await stage.clock.advance(60_000);

    for (const call of [...pending, read]) {
      expect(call.error).toBeInstanceOf(ConnectionLostError);
      expect(call).toMatchObject({
        at: 0,
        error: { outcome: "unknown", cause: { name: "CallError", reason: "killed" } },
      });
    }
    expect(textOf(later)).toBe("hello");
    expect(received(stage, "tools/call")).toHaveLength(3);
    expect(received(stage, "resources/read")).toHaveLength(0);
    expect(stage.client.stats.restarts).toEqual({ incarnations: 2, connection: 1 });
    expect(stage.client.stats.operations).toEqual({ started: 7, settled: 7 });
  });

  test("the old transport has ended before the new one begins", async () => {
    const stage = await connectInMemory(script, { seed });
    const [before] = processesOf(stage, "transport #1");

    kill(stage);
    await stage.clock.settle();

    expect(before?.alive).toBe(false);
    expect(processesOf(stage, "transport #2")).toHaveLength(1);
    expect(processesOf(stage, "connection")).toHaveLength(1);
  });

  test("a bug in the connection process (injected): what it owes is settled with it, and how far each got", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    const sent = watch(stage, stage.client.callTool("work"));
    const waiting = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();

    crash(stage);
    await stage.clock.settle();

    expect(sent.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown", attempts: 1, incarnation: 1 });
    expect(waiting.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "not_sent", attempts: 0 });
    expect((sent.error as Error).cause).toBeInstanceOf(TypeError);
    expect(stage.crashes).toHaveLength(1);
    expect(received(stage, "notifications/cancelled")).toHaveLength(1);
    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  });

  test("the state is reconnecting, then ready again; handlers and the server's info stay", async () => {
    const stage = await connectInMemory(script, { seed });
    const states: string[] = [];
    const incarnations: number[] = [];
    stage.client.on("state", (state) => states.push(state));
    stage.client.on("ready", ({ incarnation }) => incarnations.push(incarnation));

    crash(stage);
    await stage.clock.settle();

    expect(states).toEqual(["reconnecting", "ready"]);
    expect(incarnations).toEqual([2]);
    expect(stage.client.server).toMatchObject({ name: "scripted" });
  });

  test("a crash without a connection settles what waits, as not sent", async () => {
    const stage = await connectInMemory(script, { seed, backoff: { initial: 5_000 } });
    stage.server.kill();
    await stage.clock.settle();
    const waiting = watch(stage, stage.client.callTool("hello"));
    await stage.clock.settle();

    crash(stage);
    await stage.clock.settle();

    expect(waiting.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "not_sent", attempts: 0 });
    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
  });

  test("a defect inside of the lifecycle's machine is one like any other", async () => {
    const printed = vi.spyOn(console, "warn");
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    const sent = watch(stage, stage.client.callTool("work"));
    const waiting = watch(stage, stage.client.callTool("hello"));
    await stage.clock.settle();
    // The machine asks for the time when it sets its next wait.
    vi.spyOn(Date, "now").mockImplementationOnce(() => {
      throw new Error("no clock");
    });

    stage.server.kill();
    await stage.clock.advance(200);

    expect(sent.error).toMatchObject({ code: "CONNECTION_LOST", cause: new Error("no clock"), outcome: "unknown" });
    expect(waiting.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "not_sent" });
    expect(stage.client.state).toBe("ready");
    expect(stage.client.stats.restarts.connection).toBe(1);
    expect(stage.crashes).toHaveLength(1);
    expect(printed).not.toHaveBeenCalled();
  });

  test("killed while it ends in order, it ends all the same, and prints nothing", async () => {
    const printed = vi.spyOn(console, "warn");
    // At all moments around the server's end, the defect and the end that follows from it.
    for (let moment = 0; moment < 64; moment++) {
      const stage = await connectInMemory(new Script().tool("work", die()), { seed });
      const call = watch(stage, stage.client.callTool("work"));

      await turns(moment % 8);
      crash(stage);
      await turns(Math.floor(moment / 8));
      kill(stage);
      await stage.clock.advance(200);

      expect(call.error).toMatchObject({ code: "CONNECTION_LOST" });
      expect(stage.client.state).toBe("ready");
      await stage.drive(stage.client.close());
    }
    expect(printed).not.toHaveBeenCalled();
  });

  test("no callback is called any more for what it knew", async () => {
    const stage = await connectInMemory(script, { seed });
    const seen: number[] = [];
    watch(stage, stage.client.callTool("slow", {}, { progress: ({ progress }) => seen.push(progress) }));
    await stage.clock.settle();

    kill(stage);
    await stage.clock.advance(1_000);

    expect(seen).toEqual([1]);
  });

  test("what a defect repeats is not the server's trouble: no backoff, no lost event", async () => {
    const stage = await connectInMemory(script, { seed, backoff: { initial: 10_000 } });
    const lost: unknown[] = [];
    stage.client.on("lost", (event) => lost.push(event));

    crash(stage);
    await stage.clock.settle();

    expect(stage.client.state).toBe("ready");
    expect(lost).toEqual([]);
  });
});

/** A client that is without a connection for 1 s, since its connection's process has ended. */
async function slowlyRestarting(seed: number | undefined, maxPending = 10, end = kill) {
  const stage = testStage(seed);
  const server = scriptedMemory(script);
  const transport = slowToClose(server, stage.clock, 1_000);
  const client = await stage.drive(connect(transport, { runtime: stage.runtime, maxPending }));
  end(stage);
  await stage.clock.settle();
  return { ...stage, client, server };
}

describe.each(seeds)("promise 1: calls made while the connection restarts are parked, order %s", (seed) => {
  test("and answered", async () => {
    const stage = await slowlyRestarting(seed);
    const calls = ["hello", "slow", "hello"].map((name) => watch(stage, stage.client.callTool(name)));

    await stage.clock.advance(999);
    expect(calls.map(({ state }) => state)).toEqual(["pending", "pending", "pending"]);
    await stage.clock.advance(101);

    expect(calls.map(({ value }) => textOf(value))).toEqual(["hello", "done", "hello"]);
    expect(received(stage, "tools/call").map(({ params }) => params.name)).toEqual(["hello", "slow", "hello"]);
  });

  test("and answered, also those made while a connection with a defect still ends its server in order", async () => {
    const stage = await slowlyRestarting(seed, 10, crash);
    const calls = ["hello", "slow"].map((name) => watch(stage, stage.client.callTool(name)));
    expect(stage.client.state).toBe("reconnecting");

    await stage.clock.advance(1_100);

    expect(calls.map(({ value }) => textOf(value))).toEqual(["hello", "done"]);
    expect(stage.client.stats.restarts).toEqual({ incarnations: 2, connection: 1 });
  });

  test("their `timeout` and `maxTimeout` run, from the call on", async () => {
    const stage = await slowlyRestarting(seed);
    const silent = watch(stage, stage.client.callTool("hello", {}, { timeout: 300 }));
    const whole = watch(stage, stage.client.callTool("hello", {}, { maxTimeout: 400 }));
    const later = watch(stage, stage.client.callTool("work", {}, { maxTimeout: 1_500 }));

    await stage.clock.advance(3_000);

    expect(silent).toMatchObject({
      at: 300,
      error: { code: "TIMEOUT", limit: "timeout", after: 300, outcome: "not_sent" },
    });
    expect(whole).toMatchObject({ at: 400, error: { code: "TIMEOUT", limit: "maxTimeout", after: 400 } });
    expect(later).toMatchObject({ at: 1_500, error: { code: "TIMEOUT", limit: "maxTimeout", attempts: 1 } });
    expect(received(stage, "tools/call")).toHaveLength(1);
  });

  test("`maxPending` holds", async () => {
    const stage = await slowlyRestarting(seed, 2);
    const calls = [1, 2, 3].map(() => watch(stage, stage.client.callTool("hello")));
    await stage.clock.advance(2_000);

    expect(calls.map(({ state }) => state)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(calls[2]).toMatchObject({ at: 0, error: { code: "OVERLOADED", outcome: "not_sent" } });
  });

  test("a token in use is refused, and counted", async () => {
    const stage = await slowlyRestarting(seed);
    const progress = { token: "own" };
    const calls = [1, 2].map(() => watch(stage, stage.client.callTool("hello", {}, { progress })));
    await stage.clock.advance(2_000);

    expect(calls.map(({ state }) => state)).toEqual(["fulfilled", "rejected"]);
    expect(calls[1]?.error).toMatchObject({ code: "INVALID_REQUEST" });
    expect(stage.client.stats.progress.duplicateToken).toBe(1);
  });

  test("they can be cancelled: by handle, by signal, all", async () => {
    const stage = await slowlyRestarting(seed);
    const controller = new AbortController();
    const byHandle = stage.client.callTool("hello");
    const bySignal = stage.client.callTool("hello", {}, { signal: controller.signal });
    const all = stage.client.callTool("hello");
    const watched = [byHandle, bySignal, all].map((call) => watch(stage, call));

    byHandle.cancel("handle");
    controller.abort("signal");
    await stage.clock.settle();
    expect(watched.map(({ state }) => state)).toEqual(["rejected", "rejected", "pending"]);
    stage.client.cancelAll("all");
    await stage.clock.advance(2_000);

    expect(watched.map(({ error }) => error)).toMatchObject([
      { code: "CANCELLED", reason: "handle", outcome: "not_sent" },
      { code: "CANCELLED", reason: "signal", cause: "signal" },
      { code: "CANCELLED", reason: "all" },
    ]);
    expect(received(stage, "tools/call")).toEqual([]);
  });

  test("close ends them at once", async () => {
    const stage = await slowlyRestarting(seed);
    const call = watch(stage, stage.client.callTool("hello"));

    const closed = watch(stage, stage.client.close());
    await stage.clock.settle();
    expect(call).toMatchObject({ state: "rejected", error: { code: "CONNECTION_CLOSED", outcome: "not_sent" } });
    await stage.clock.advance(5_000);

    expect(closed.state).toBe("fulfilled");
    expect(stage.server.incarnations).toBe(1);
  });

  test("progress reaches them as it would have", async () => {
    const stage = await slowlyRestarting(seed);
    const seen: number[] = [];
    const call = stage.client.callTool(
      "slow",
      {},
      { progress: { token: "own", callback: ({ progress }) => seen.push(progress) } },
    );
    watch(stage, call);

    await stage.clock.advance(2_000);

    expect(call.token).toBe("own");
    expect(seen).toEqual([1]);
  });
});
