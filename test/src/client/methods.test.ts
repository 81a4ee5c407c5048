import { describe, expect, test } from "vitest";
import { connect } from "../../../src/index.js";
import { answer, progress, Script, type Step, stall, wait } from "../../../src/testing/index.js";
import { httpTransport } from "../../support/connection.js";
import { connectInMemory, errorOf, received, type Stage, testStage, watch, welcome } from "../../support/memory.js";
import { type Method, methods } from "../../support/methods.js";

const table = Object.entries(methods);

async function connectFor({ method, result }: Method, ...before: Step[]): Promise<Stage> {
  return await connectInMemory(new Script().on(method, ...before, answer(result)));
}

describe.each(table)("client.%s", (_, it) => {
  test("M1 asks for what it says, and returns the result", async () => {
    const stage = await connectFor(it);
    const result = await stage.drive(it.call(stage.client));

    expect(result).toMatchObject(it.result);
    const { _meta, ...params } = received(stage, it.method)[0]?.params ?? { _meta: undefined };
    expect(params).toEqual(it.params);
  });

  test("M19 without the capability it is a CapabilityError, and nothing is on the wire", async () => {
    if (it.capability === undefined) return;
    const stage = await connectInMemory(new Script().on("initialize", welcome({})));
    const error = await errorOf(stage.drive(it.call(stage.client)));

    expect(error).toMatchObject({ code: "CAPABILITY", capability: it.capability });
    expect(received(stage, it.method)).toEqual([]);
  });

  test("M2 `timeout` and `maxTimeout` limit it", async () => {
    const stage = await connectFor(it, stall());
    const calls = [it.call(stage.client, { timeout: 50 }), it.call(stage.client, { maxTimeout: 70 })];
    const [silent, whole] = calls.map((call) => watch(stage, call));
    await stage.clock.advance(100);

    expect(silent).toMatchObject({ at: 50, error: { code: "TIMEOUT", limit: "timeout" } });
    expect(whole).toMatchObject({ at: 70, error: { code: "TIMEOUT", limit: "maxTimeout" } });
    expect(received(stage, "notifications/cancelled")).toHaveLength(2);
  });

  test("M2 `progress` is delivered under the caller's token", async () => {
    const stage = await connectFor(it, progress(1, 2), progress(2, 2));
    const heard: unknown[] = [];
    const callback = ({ token, progress: step }: { token: unknown; progress: number }) => heard.push([token, step]);
    await stage.drive(it.call(stage.client, { progress: { token: "own", callback } }));

    expect(heard).toEqual([
      ["own", 1],
      ["own", 2],
    ]);
  });

  test("M2 `signal` cancels it, before and while it runs", async () => {
    const stage = await connectFor(it, stall());
    const early = watch(stage, it.call(stage.client, { signal: AbortSignal.abort("early") }));
    const abort = new AbortController();
    const late = watch(stage, it.call(stage.client, { signal: abort.signal }));
    await stage.clock.settle();
    abort.abort("late");
    await stage.clock.settle();

    expect(early).toMatchObject({ error: { code: "CANCELLED", cause: "early", outcome: "not_sent" } });
    expect(late).toMatchObject({ error: { code: "CANCELLED", cause: "late", outcome: "unknown" } });
  });

  test("M2 its handle cancels it", async () => {
    const stage = await connectFor(it, stall());
    const call = it.call(stage.client);
    const watched = watch(stage, call);
    await stage.clock.settle();
    call.cancel("enough");
    await stage.clock.settle();

    expect(watched).toMatchObject({ error: { code: "CANCELLED", reason: "enough" } });
  });

  test("M2 `meta` is added to the request's own", async () => {
    const stage = await connectFor(it);
    await stage.drive(it.call(stage.client, { meta: { trace: "t" } }));

    expect(received(stage, it.method)[0]?.params._meta).toMatchObject({ trace: "t", progressToken: expect.anything() });
  });

  test("M2 `retry: false` keeps it from being sent again", async () => {
    const stage = await connectInMemory(new Script().on(it.method, { do: "die" }));
    const call = watch(stage, it.call(stage.client, { retry: false }));
    await stage.clock.advance(20_000);

    expect(call).toMatchObject({ error: { code: "CONNECTION_LOST", attempts: 1 } });
    expect(received(stage, it.method).filter(({ params }) => params !== undefined)).toHaveLength(1);
  });

  test("M2 `priority` lets it go before others that wait", async () => {
    const stage = await connectInMemory(
      new Script().on("custom", wait(10), answer({})).on(it.method, answer(it.result)),
      {
        maxInFlight: 1,
      },
    );
    const first = watch(stage, stage.client.callTool("holds the slot"));
    const later = watch(stage, stage.client.ping());
    const urgent = watch(stage, it.call(stage.client, { priority: 5 }));
    await stage.clock.advance(100);

    const order = stage.server.received.slice(2).map(({ method }) => method);
    expect(order.slice(0, 3)).toEqual(["tools/call", it.method, "ping"]);
    expect([first.state, later.state, urgent.state]).not.toContain("pending");
  });

  test("a bad option rejects, and never throws", async () => {
    const stage = await connectFor(it);

    for (const bad of [
      { timeout: 0 },
      { retry: -1 },
      { meta: 5 },
      { signal: 1 },
      { progress: 5 },
      { priority: Number.NaN },
    ]) {
      const error = await errorOf(it.call(stage.client, bad as never));
      expect(["CONFIG", "INVALID_REQUEST"]).toContain((error as { code: string }).code);
    }
    expect(received(stage, it.method)).toEqual([]);
  });
});

describe.each(table)("client.%s over HTTP", (_, it) => {
  test("M2 `headers` of a call are on that call alone, and the protocol's own cannot be set", async () => {
    const stage = testStage();
    const capabilities = { tools: {}, resources: {}, prompts: {}, completions: {}, logging: {} };
    const welcome = { protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "http", version: "1" } };
    const http = httpTransport(({ message }) => {
      if (message.id === undefined) return undefined;
      return { response: { result: message.method === "initialize" ? welcome : it.result } };
    });
    const client = await stage.drive(connect(http.transport, { runtime: stage.runtime, protocol: "legacy" }));
    await stage.drive(it.call(client, { headers: { "X-Trace": "1" } }));
    await stage.drive(it.call(client));
    const error = await errorOf(it.call(client, { headers: { "mcp-session-id": "stolen" } }));

    const posts = http.posts.filter(({ message }) => message.method === it.method);
    expect(posts.map(({ head }) => head.headers["x-trace"])).toEqual(["1", undefined]);
    expect(error).toMatchObject({ code: "INVALID_REQUEST" });
    await stage.drive(client.close());
  });
});
