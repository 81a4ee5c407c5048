import { describe, expect, test } from "vitest";
import { ConnectionLostError, connect } from "../../../src/index.js";
import { die, Script, say, scriptedMemory, stall } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, type Stage, testStage, textOf, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("hello", say("hello")).tool("work", stall());

/** The state's changes, and when they came. */
function statesOf({ client, clock }: Pick<Stage, "client" | "clock">): string[] {
  const states: string[] = [];
  client.on("state", (state) => states.push(`${state} at ${clock.now()}`));
  return states;
}

describe.each(seeds)("a lost connection, order %s", (seed) => {
  test("is reconnecting for the first wait of 100 ms, then ready", async () => {
    const stage = await connectInMemory(script, { seed });
    const states = statesOf(stage);

    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(states).toEqual(["reconnecting at 0", "ready at 100"]);
    expect(stage.server.incarnations).toBe(2);
  });

  test("is tried again with waits that double up to 10 s", async () => {
    const dying = new Script().once("initialize", welcome()).on("initialize", die());
    const stage = await connectInMemory(dying, { seed, downAfter: Number.POSITIVE_INFINITY });
    const lostAt: number[] = [];
    stage.client.on("lost", () => lostAt.push(stage.clock.now()));

    stage.server.kill();
    await stage.clock.advance(60_000);

    const waits = lostAt.slice(1).map((at, index) => at - (lostAt[index] ?? 0));
    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000, 10_000]);
    expect(stage.client.state).toBe("reconnecting");
  });

  test("the waits are short again after 30 s ready, and not before", async () => {
    const stage = await connectInMemory(script, { seed });
    const loseAndMeasure = async () => {
      const start = stage.clock.now();
      stage.server.kill();
      await stage.drive(new Promise((resolve) => stage.client.on("ready", resolve)));
      return stage.clock.now() - start;
    };
    const waits = [await loseAndMeasure(), await loseAndMeasure()];
    await stage.clock.advance(29_000);
    waits.push(await loseAndMeasure());
    await stage.clock.advance(30_000);
    waits.push(await loseAndMeasure());

    expect(waits).toEqual([100, 200, 400, 100]);
  });

  test("the waits can be set", async () => {
    const stage = await connectInMemory(new Script().once("initialize", welcome()).on("initialize", die()), {
      seed,
      backoff: { initial: 10, factor: 3, max: 100, resetAfter: 5 },
      downAfter: Number.POSITIVE_INFINITY,
    });
    const lostAt: number[] = [];
    stage.client.on("lost", () => lostAt.push(stage.clock.now()));

    stage.server.kill();
    await stage.clock.advance(400);

    expect(lostAt).toEqual([0, 10, 40, 130, 230, 330]);
  });

  test("`lost` tells the error and when the next attempt is due; `ready` what the server says of itself", async () => {
    const stage = await connectInMemory(script, { seed });
    const log: unknown[] = [];
    stage.client.on("lost", (event) => log.push(event));
    stage.client.on("ready", (event) => log.push(event));

    stage.server.kill();
    await stage.clock.advance(100);

    expect(log).toMatchObject([
      { error: { code: "CONNECTION_LOST", signal: "SIGKILL", incarnation: 1, retryAt: 100 }, retryAt: 100 },
      { server: { name: "scripted", version: "1.0.0", protocolVersion: "2025-11-25", era: "legacy" }, incarnation: 2 },
    ]);
  });

  test("what waits, waits, in its order; what is called meanwhile waits behind it", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    watch(stage, stage.client.callTool("work", {}, { retry: false }));
    const waiting = [1, 2].map((n) => watch(stage, stage.client.callTool("hello", { n })));
    await stage.clock.settle();

    stage.server.kill();
    await stage.clock.settle();
    const meanwhile = [3, 4].map((n) => watch(stage, stage.client.callTool("hello", { n })));
    await stage.clock.advance(99);
    expect([...waiting, ...meanwhile].map(({ state }) => state)).toEqual(["pending", "pending", "pending", "pending"]);
    await stage.clock.advance(1);

    expect([...waiting, ...meanwhile].map(({ value }) => textOf(value))).toEqual(["hello", "hello", "hello", "hello"]);
    const order = stage.server.received.filter(({ method }) => method === "tools/call").slice(1);
    expect(order.map(({ params }) => (params as { arguments: { n: number } }).arguments.n)).toEqual([1, 2, 3, 4]);
  });

  test("is announced as initialized before the first request of the new incarnation", async () => {
    const stage = await connectInMemory(script, { seed });
    stage.server.kill();
    watch(stage, stage.client.callTool("hello"));

    await stage.clock.advance(200);

    expect(stage.server.received.slice(2).map(({ method }) => method)).toEqual([
      "initialize",
      "notifications/initialized",
      "tools/call",
    ]);
  });

  test("a transport that cannot be made is trouble, not a defect", async () => {
    const stage = testStage(seed);
    const server = scriptedMemory(script);
    let count = 0;
    const factory = () => {
      count++;
      if (count === 2) throw new Error("thrown");
      if (count === 3) return Promise.reject(new Error("rejected"));
      if (count === 4) return undefined as never;
      if (count === 5) return { label: "odd" } as never;
      return server.transport();
    };
    const client = await stage.drive(connect(factory, { runtime: stage.runtime, backoff: { jitter: 0 } }));
    const causes: string[] = [];
    client.on("lost", ({ error }) => causes.push(String((error.cause as Error | undefined)?.message ?? error.message)));

    server.kill();
    await stage.clock.advance(5_000);

    expect(client.state).toBe("ready");
    expect(causes.slice(0, 3)).toEqual(["The server was ended by SIGKILL", "thrown", "rejected"]);
    expect(causes).toHaveLength(5);
    expect(client.stats.restarts).toEqual({ incarnations: 6, connection: 0 });
    expect(stage.crashes).toEqual([]);
  });

  test("a transport that is never made, or never opens, is given up after `startTimeout`, and tried again", async () => {
    const stage = testStage(seed);
    const server = scriptedMemory(script);
    let count = 0;
    let late: ((definition: ReturnType<typeof server.transport>) => void) | undefined;
    const mute = () => {
      const definition = server.transport();
      return { ...definition, create: () => ({ receive: () => undefined }) } as typeof definition;
    };
    const factory = () => {
      count++;
      if (count === 2)
        return new Promise<ReturnType<typeof server.transport>>((resolve) => {
          late = resolve;
        });
      return count === 3 ? mute() : server.transport();
    };
    const options = { runtime: stage.runtime, backoff: { jitter: 0 }, startTimeout: 1_000 };
    const client = await stage.drive(connect(factory, options));
    const lostAt: number[] = [];
    client.on("lost", () => lostAt.push(stage.clock.now()));

    server.kill();
    await stage.clock.advance(1_200);
    // What comes now is of an incarnation that is given up.
    late?.(server.transport());
    await stage.clock.advance(5_000);

    expect(lostAt).toEqual([0, 1_100, 2_300]);
    expect(client.state).toBe("ready");
    expect(server.incarnations).toBe(2);
    expect(client.stats.restarts.incarnations).toBe(4);
  });

  test("a transport that ends with a reason of its own is lost with it", async () => {
    const stage = await connectInMemory(script, { seed });
    const errors: ConnectionLostError[] = [];
    stage.client.on("lost", ({ error }) => errors.push(error as ConnectionLostError));
    const [first] = processesOf(stage, "transport #1");

    first?.exit({ kind: "shutdown", detail: "out of paper" });
    await stage.clock.advance(100);
    processesOf(stage, "transport #2")[0]?.exit({ kind: "error", error: new Error("bad") });
    await stage.clock.advance(200);
    processesOf(stage, "transport #3")[0]?.exit("shutdown");
    await stage.clock.advance(400);

    expect(errors).toHaveLength(3);
    for (const error of errors) expect(error).toBeInstanceOf(ConnectionLostError);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining("out of paper"),
      expect.stringContaining("bad"),
      expect.stringContaining("shutdown"),
    ]);
    expect(stage.client.state).toBe("ready");
  });
});
