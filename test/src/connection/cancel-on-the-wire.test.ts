import { describe, expect, test } from "vitest";
import { connect } from "../../../src/index.js";
import { die, Script, say, scriptedMemory, stall, stopReading, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, type Stage, testStage, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const script = new Script().tool("work", stall()).tool("slow", wait(1_000), say("done"));
const cancellations = (stage: Pick<Stage, "server">) =>
  received(stage, "notifications/cancelled").map(({ params }) => params as Record<string, unknown>);

describe.each(seeds)("promise 6: the server is told of what it need not do any more, order %s", (seed) => {
  test("M10 a timeout of a request that was sent: once, with its id", async () => {
    const stage = await connectInMemory(script, { seed });
    watch(stage, stage.client.callTool("work", {}, { timeout: 100 }));

    await stage.clock.advance(1_000);

    const [request] = received(stage, "tools/call");
    expect(cancellations(stage)).toEqual([{ requestId: request?.id, reason: "timeout" }]);
  });

  test("a timeout in all, too", async () => {
    const stage = await connectInMemory(script, { seed });
    watch(stage, stage.client.callTool("work", {}, { maxTimeout: 100 }));

    await stage.clock.advance(1_000);

    expect(cancellations(stage)).toEqual([{ requestId: 2, reason: "timeout" }]);
  });

  test("M11 a cancel of a request that was sent: once, with the reason if it is a text", async () => {
    const stage = await connectInMemory(script, { seed });
    const one = stage.client.callTool("work");
    const two = stage.client.callTool("work");
    watch(stage, Promise.allSettled([one, two]));
    await stage.clock.settle();

    one.cancel("not needed");
    one.cancel("again");
    two.cancel({ secret: true });
    await stage.clock.settle();

    expect(cancellations(stage)).toEqual([{ requestId: 2, reason: "not needed" }, { requestId: 3 }]);
  });

  test("M11 cancelAll tells of each that was sent", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 2 });
    watch(stage, Promise.allSettled([1, 2, 3, 4].map(() => stage.client.callTool("work"))));
    await stage.clock.settle();

    stage.client.cancelAll("all");
    await stage.clock.settle();

    expect(cancellations(stage)).toEqual([
      { requestId: 2, reason: "all" },
      { requestId: 3, reason: "all" },
    ]);
    expect(received(stage, "tools/call")).toHaveLength(2);
  });

  test("M11 an aborted signal", async () => {
    const stage = await connectInMemory(script, { seed });
    const controller = new AbortController();
    watch(stage, stage.client.callTool("work", {}, { signal: controller.signal }));
    await stage.clock.settle();

    controller.abort();
    await stage.clock.settle();

    expect(cancellations(stage)).toEqual([{ requestId: 2 }]);
  });

  test("close: what is under way is cancelled before the end", async () => {
    const stage = await connectInMemory(script, { seed });
    watch(stage, Promise.allSettled([stage.client.callTool("work"), stage.client.callTool("work")]));
    await stage.clock.settle();

    await stage.drive(stage.client.close());

    expect(cancellations(stage)).toEqual([{ requestId: 2 }, { requestId: 3 }]);
  });

  test.each([
    ["a timeout", (_stage: Stage) => undefined],
    ["a cancel by handle", (_stage: Stage, call: { cancel(): void }) => call.cancel()],
    ["cancelAll", (stage: Stage) => stage.client.cancelAll()],
    ["an aborted signal", (_stage: Stage, _call: unknown, controller: AbortController) => controller.abort()],
    ["close", (stage: Stage) => stage.drive(stage.client.close())],
  ])("nothing goes on the wire for what was not sent: %s", async (_, act) => {
    const stage = await connectInMemory(new Script().tool("busy", stall()).tool("work", stall()), {
      seed,
      maxInFlight: 1,
    });
    watch(stage, stage.client.callTool("busy"));
    const controller = new AbortController();
    const call = stage.client.callTool("work", {}, { timeout: 100, signal: controller.signal });
    const watched = watch(stage, call);
    await stage.clock.settle();

    await act(stage, call, controller);
    await stage.clock.advance(100);

    expect(watched).toMatchObject({ state: "rejected", error: { outcome: "not_sent", attempts: 0 } });
    expect(received(stage, "tools/call").map(({ params }) => params.name)).toEqual(["busy"]);
    expect(cancellations(stage).filter(({ requestId }) => requestId !== 2)).toEqual([]);
  });

  test("nothing goes on the wire for what was cancelled right after the call", async () => {
    const stage = await connectInMemory(script, { seed, maxInFlight: 1 });
    watch(stage, stage.client.callTool("work"));
    const calls = [1, 2, 3].map(() => stage.client.callTool("work"));
    const watched = calls.map((call) => watch(stage, call));

    for (const call of calls) call.cancel();
    await stage.clock.settle();

    expect(watched.map(({ error }) => error)).toMatchObject(
      calls.map(() => ({ code: "CANCELLED", outcome: "not_sent" })),
    );
    expect(received(stage, "tools/call")).toHaveLength(1);
    expect(cancellations(stage)).toEqual([]);
  });

  test("nothing goes on the wire for what was cancelled before it was made", async () => {
    const stage = await connectInMemory(script, { seed });
    const watched = watch(stage, stage.client.callTool("work", {}, { signal: AbortSignal.abort("early") }));

    await stage.clock.settle();

    expect(watched.error).toMatchObject({ code: "CANCELLED", reason: "early", cause: "early", outcome: "not_sent" });
    expect(stage.server.received).toHaveLength(2);
  });

  test("nothing goes on the wire for what is answered, refused, or was cancelled by the server", async () => {
    const own = {
      do: "raw",
      text: '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3,"reason":"busy"}}\n',
    } as const;
    const stage = await connectInMemory(new Script().tool("hello", say("hello")).tool("work", own), { seed });
    await stage.drive(stage.client.callTool("hello"));
    const watched = watch(stage, stage.client.callTool("work"));
    await stage.drive(Promise.allSettled([stage.client.request({} as never)]));

    await stage.clock.settle();

    expect(watched.error).toMatchObject({ code: "CANCELLED", reason: "busy", outcome: "unknown", attempts: 1 });
    expect(String(watched.error)).not.toContain("busy");
    expect(cancellations(stage)).toEqual([]);
  });

  test("a repeated operation is cancelled under the id of its latest attempt, on the wire it is on", async () => {
    const stage = await connectInMemory(new Script().once("resources/read", die()).on("resources/read", stall()), {
      seed,
    });
    const watched = watch(stage, stage.client.readResource("file:///a", { timeout: 1_000 }));

    await stage.clock.advance(5_000);

    const requests = received(stage, "resources/read");
    expect(requests).toHaveLength(2);
    expect(watched).toMatchObject({ error: { code: "TIMEOUT", outcome: "unknown", attempts: 2 } });
    expect(cancellations(stage)).toEqual([{ requestId: requests[1]?.id, reason: "timeout" }]);
  });

  test("nothing goes on the wire for an operation that waits for its repeat", async () => {
    const dead = new Script().once("resources/read", die()).on("resources/read", stall());
    const stage = await connectInMemory(dead, { seed, backoff: { initial: 5_000 } });
    const watched = watch(stage, stage.client.readResource("file:///a", { timeout: 1_000 }));

    await stage.clock.advance(10_000);

    expect(watched).toMatchObject({ at: 1_000, error: { code: "TIMEOUT", outcome: "unknown", attempts: 1 } });
    expect(received(stage, "resources/read")).toHaveLength(1);
    expect(cancellations(stage)).toEqual([]);
  });

  test("a request that stands in a pipe that nobody reads is cancelled behind it", async () => {
    const stuck = new Script()
      .tool("deaf", stopReading(), wait(1_000), { do: "readOn" }, stall())
      .tool("work", stall());
    const stage = await connectInMemory(stuck, { seed });
    watch(stage, stage.client.callTool("deaf"));
    await stage.clock.settle();
    const watched = watch(stage, stage.client.callTool("work", {}, { timeout: 500 }));

    await stage.clock.advance(2_000);

    expect(watched).toMatchObject({ at: 500, error: { code: "TIMEOUT", outcome: "unknown" } });
    expect(stage.server.received.filter(({ method }) => method !== "ping").slice(-2)).toMatchObject([
      { method: "tools/call", id: 3 },
      { method: "notifications/cancelled", params: { requestId: 3 } },
    ]);
  });

  test.each([
    ["startTimeout", { startTimeout: 1_000 }],
    ["close", { lazy: true }],
    ["an aborted signal", { signal: AbortSignal.timeout(2 ** 30) }],
  ])("initialize is never cancelled: %s", async (_, options) => {
    const stage = testStage(seed);
    const server = scriptedMemory(new Script().on("initialize", stall()));
    const controller = new AbortController();
    const given = "signal" in options ? { signal: controller.signal } : options;
    const connecting = watch(stage, connect(server.transport, { ...given, runtime: stage.runtime }));
    await stage.clock.settle();

    controller.abort();
    await connecting.value?.close();
    await stage.clock.advance(5_000);

    expect(server.received.map(({ method }) => method)).toEqual(["server/discover", "initialize"]);
  });
});
