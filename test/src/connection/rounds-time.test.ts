import { describe, expect, test } from "vitest";
import type { Answer } from "../../../src/connection/answers.js";
import { answer, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, processesOf, received, type StageOptions, textOf, watch } from "../../support/memory.js";
import { asks, elicit, modern, slowly } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";

describe.each(seeds)("time and the end while a handler works, order %s", (seed) => {
  const script = modern.once("tools/call", wait(80), asks({ a: elicit() })).tool("work", wait(80), say("done"));
  const signals: AbortSignal[] = [];

  async function working(ms: number, from = script, options: StageOptions = {}) {
    signals.length = 0;
    let handle: (signal: AbortSignal) => Promise<Answer> = () => Promise.reject(new Error("too early"));
    const stage = await connectInMemory(from, {
      seed,
      protocol: "auto",
      answer: (_, signal) => {
        signals.push(signal);
        return handle(signal);
      },
      ...options,
    });
    handle = slowly(stage, ms);
    return stage;
  }

  test("`timeout` stands still, and starts anew with the next round", async () => {
    const stage = await working(10_000);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
    await stage.clock.advance(20_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 10_160 });
  });

  test("questions that come in the moment in which the time is over: a timeout, or a handler that is waited for", async () => {
    for (const delay of [99, 100, 101]) {
      const close = modern.once("tools/call", wait(delay), asks({ a: elicit() })).tool("work", say("done"));
      const stage = await working(1_000, close);

      const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
      await stage.clock.advance(5_000);

      if (signals.length > 0) expect(call).toMatchObject({ state: "fulfilled", at: delay + 1_000 });
      else expect(call).toMatchObject({ at: 100, error: { code: "TIMEOUT" } });
    }
  });

  test("a limit that is told of after the questions have come is none any more", async () => {
    const stage = await working(1_000);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
    await stage.clock.advance(500);
    const [process] = processesOf(stage, "operation");
    const late = { type: "expired", process, limit: "timeout", after: 100 };
    processesOf(stage, "connection")[0]?.send(late as never);
    await stage.clock.advance(5_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 1_160 });
  });

  test("a round that is silent for too long is a timeout all the same", async () => {
    const silent = modern.once("tools/call", asks({ a: elicit() })).tool("work", stall());
    const stage = await working(500, silent);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));
    await stage.clock.advance(20_000);

    expect(call).toMatchObject({ at: 600, error: { code: "TIMEOUT", limit: "timeout", outcome: "unknown" } });
    expect(received(stage, "notifications/cancelled")).toMatchObject([{ params: { requestId: 3 } }]);
  });

  test("`maxTimeout` never stands still: the handlers are told, the server has nothing to hear", async () => {
    const stage = await working(10_000);

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 100, maxTimeout: 1_000 }));
    await stage.clock.advance(20_000);

    expect(call).toMatchObject({ at: 1_000, error: { code: "TIMEOUT", limit: "maxTimeout", outcome: "unknown" } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(received(stage, "notifications/cancelled")).toEqual([]);
    expect(received(stage, "tools/call")).toHaveLength(1);
  });

  test("M11 a cancel aborts the handlers' signals, and nothing more goes out", async () => {
    const stage = await working(10_000);

    const call = stage.client.callTool("work");
    const watched = watch(stage, call);
    await stage.clock.advance(500);
    call.cancel("enough");
    await stage.clock.advance(20_000);

    expect(watched).toMatchObject({ at: 500, error: { code: "CANCELLED", reason: "enough", outcome: "unknown" } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(received(stage, "tools/call")).toHaveLength(1);
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });

  test("so does the end of the client", async () => {
    const stage = await working(10_000);

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(500);
    await stage.drive(stage.client.close());

    expect(call.error).toMatchObject({ code: "CONNECTION_CLOSED" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test("a server that ends meanwhile is no trouble: the next round goes to its next life, with the state", async () => {
    const stateful = modern.once("tools/call", asks({ a: elicit() }, "kept")).tool("work", say("done"));
    const stage = await working(1_000, stateful);

    const call = watch(stage, stage.client.callTool("work", {}, { retry: false }));
    await stage.clock.advance(500);
    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(textOf(call.value)).toBe("done");
    expect(received(stage, "tools/call")[1]?.params).toMatchObject({ requestState: "kept", inputResponses: { a: {} } });
    expect(stage.server.incarnations).toBe(2);
    expect(signals).toHaveLength(1);
  });

  test("a round that is lost on the wire is repeated as it was where that is safe, and nobody is asked twice", async () => {
    const lost = modern
      .once("resources/read", asks({ a: elicit() }, "kept"))
      .once("resources/read", { do: "die" })
      .on("resources/read", answer({ contents: [] }));
    const stage = await working(10, lost);

    const read = watch(stage, stage.client.readResource("file:///a"));
    await stage.clock.advance(1_000);

    expect(read.value).toMatchObject({ contents: [] });
    const [, second, third] = received(stage, "resources/read");
    const { _meta: _, ...params } = second?.params ?? {};
    expect(third?.params).toMatchObject(params);
    expect(signals).toHaveLength(1);
  });

  test("a round of an unsafe call that is lost on the wire is lost", async () => {
    const lost = modern.once("tools/call", asks({ a: elicit() })).tool("work", { do: "die" });
    const stage = await working(10, lost);

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(1_000);

    expect(call.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown", attempts: 1 });
  });

  test("while handlers work the operation takes no slot", async () => {
    const busy = modern
      .once("tools/call", asks({ a: elicit() }))
      .tool("work", say("done"))
      .tool("quick", say("quick"));
    const stage = await working(1_000, busy, { maxInFlight: 1 });

    const slow = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(10);
    const quick = watch(stage, stage.client.callTool("quick"));
    await stage.clock.advance(5_000);

    expect(quick).toMatchObject({ state: "fulfilled", at: 10 });
    expect(slow).toMatchObject({ state: "fulfilled", at: 1_000 });
  });
});
