import { describe, expect, test } from "vitest";
import type { Answer, Answerer } from "../../../src/connection/answers.js";
import { createOperation } from "../../../src/index.js";
import type { RpcRequest } from "../../../src/protocol/message.js";
import { answer, fail, progress, Script, type Step, say, stall, wait } from "../../../src/testing/index.js";
import {
  connectInMemory,
  errorOf,
  received,
  type Stage,
  type StageOptions,
  textOf,
  watch,
} from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const modern = new Script({ era: "modern" });

/** What a server answers that wants to know something first. */
const asks = (inputRequests?: object, requestState?: string): Step =>
  answer({
    resultType: "input_required",
    ...(inputRequests === undefined ? {} : { inputRequests }),
    ...(requestState === undefined ? {} : { requestState }),
  });
const elicit = (message = "?") => ({ method: "elicitation/create", params: { message } });
const accept = (): Answer => ({ result: { action: "accept", content: {} } });

/** Answers after a while on the clock of the test, unless it is not waited for any more. */
function slowly({ clock }: Pick<Stage, "clock">, ms: number) {
  return (signal: AbortSignal) =>
    new Promise<Answer>((resolve, reject) => {
      const timer = clock.setTimer(ms, () => resolve(accept()));
      signal.addEventListener("abort", () => {
        clock.clearTimer(timer);
        reject(signal.reason);
      });
    });
}

describe.each(seeds)("M22 a server that asks before it answers, order %s", (seed) => {
  const connectWith = (script: Script, handle: Answerer, options: StageOptions = {}) =>
    connectInMemory(script, { seed, protocol: "auto", answer: handle, ...options });

  test.each([
    ["tools/call", { name: "work" }],
    ["prompts/get", { name: "work" }],
    ["resources/read", { uri: "file:///a" }],
  ] as const)("%s goes out again with the answers and the state, as another request", async (method, params) => {
    const requests = { a: elicit("first"), b: { method: "roots/list" } };
    const script = modern
      .once(method, asks(requests, "\ud800 state \u0000 é"))
      .on(method, answer({ content: [], messages: [], contents: [] }));
    const heard: RpcRequest[] = [];
    const stage = await connectWith(script, (request) => {
      heard.push(request);
      return { result: { about: request.id } };
    });

    await stage.drive(stage.client.request(createOperation({ method, params, progress: { token: "mine" } })));

    expect(heard).toEqual([
      { jsonrpc: "2.0", id: "a", ...elicit("first") },
      { jsonrpc: "2.0", id: "b", method: "roots/list" },
    ]);
    const [first, second] = received(stage, method);
    expect(first?.params).not.toHaveProperty("inputResponses");
    expect(first?.params).not.toHaveProperty("requestState");
    expect(second?.params).toMatchObject({
      ...params,
      inputResponses: { a: { about: "a" }, b: { about: "b" } },
      requestState: "\ud800 state \u0000 é",
    });
    expect(second?.id).not.toBe(first?.id);
    expect(first?.params._meta.progressToken).toBe("mine");
    expect(second?.params._meta.progressToken).not.toBe("mine");
    expect(second?.params._meta).toMatchObject({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" });
  });

  test("several rounds: each carries its own answers and the latest state, and none that there is not", async () => {
    const script = modern
      .once("tools/call", asks({ a: elicit() }, "one"))
      .once("tools/call", asks({ b: elicit() }))
      .tool("work", say("done"));
    const stage = await connectWith(script, accept);

    expect(textOf(await stage.drive(stage.client.callTool("work", { n: 1 })))).toBe("done");

    const [, second, third] = received(stage, "tools/call");
    expect(second?.params).toMatchObject({ requestState: "one", inputResponses: { a: {} }, arguments: { n: 1 } });
    expect(Object.keys(third?.params.inputResponses as object)).toEqual(["b"]);
    expect(third?.params).not.toHaveProperty("requestState");
  });

  test("the caller sees its own token and one attempt; progress counts anew with every round", async () => {
    const script = modern
      .once("tools/call", progress(5), asks({ a: elicit() }))
      .tool("work", progress(1), progress(2), say("done"));
    const stage = await connectWith(script, accept);
    const seen: unknown[] = [];

    const result = stage.client.callTool("work", {}, { progress: { token: "mine", callback: (it) => seen.push(it) } });
    await stage.drive(result);

    expect(seen).toMatchObject([
      { token: "mine", progress: 5, attempt: 1 },
      { token: "mine", progress: 1, attempt: 1 },
      { token: "mine", progress: 2, attempt: 1 },
    ]);
  });

  test("a state without questions: the request is repeated after a while", async () => {
    const script = modern.once("tools/call", asks(undefined, "busy")).tool("work", say("done"));
    const stage = await connectWith(script, accept);

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(1_000);

    expect(call).toMatchObject({ state: "fulfilled", at: 100 });
    expect(received(stage, "tools/call")[1]?.params).toMatchObject({ requestState: "busy" });
    expect(received(stage, "tools/call")[1]?.params).not.toHaveProperty("inputResponses");
  });

  test("no questions in the list of questions is the same", async () => {
    const script = modern.once("tools/call", asks({}, "busy")).tool("work", say("done"));
    const stage = await connectWith(script, accept);

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
    expect(received(stage, "tools/call")[1]?.params).not.toHaveProperty("inputResponses");
  });

  test("FAULTS a server that never has enough is given up after 16 rounds", async () => {
    let count = 0;
    const stage = await connectWith(modern.tool("work", asks({ a: elicit() }, "more")), () => {
      count++;
      return accept();
    });

    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "INVALID_RESULT", attempts: 1, outcome: "completed" });
    expect(String((error as Error).cause)).toContain("more than 16 times");
    expect(count).toBe(16);
    expect(received(stage, "tools/call")).toHaveLength(17);
  });

  test("what the client does not offer is the server's fault: InvalidResultError, which names it", async () => {
    const stage = await connectInMemory(modern.tool("work", asks({ a: { method: "sampling/createMessage" } })), {
      seed,
      protocol: "auto",
    });

    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "INVALID_RESULT", outcome: "completed", attempts: 1 });
    expect(String((error as Error).cause)).toContain("sampling/createMessage");
    expect(received(stage, "tools/call")).toHaveLength(1);
  });

  test("a handler that throws gives the operation up, and its neighbours with it", async () => {
    const reason = new Error("the user has gone");
    const signals: AbortSignal[] = [];
    const stage = await connectWith(modern.tool("work", asks({ a: elicit(), b: elicit() })), (request, signal) => {
      signals.push(signal);
      if (request.id === "b") throw reason;
      return new Promise(() => undefined);
    });

    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "CANCELLED", reason, cause: reason, outcome: "completed" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(received(stage, "tools/call")).toHaveLength(1);
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });

  test("a handler that refuses with an error of the protocol does, too", async () => {
    const refusal = { code: -1, message: "User rejected sampling request" };
    const stage = await connectWith(modern.tool("work", asks({ a: elicit() })), () => ({ error: refusal }));

    const error = await stage.drive(errorOf(stage.client.callTool("work")));

    expect(error).toMatchObject({ code: "CANCELLED", reason: refusal });
  });

  test("an answer that is no JSON is an InvalidRequestError", async () => {
    const stage = await connectWith(modern.tool("work", asks({ a: elicit() })), () => ({ result: 1n }));

    expect(await stage.drive(errorOf(stage.client.callTool("work")))).toMatchObject({ code: "INVALID_REQUEST" });
  });

  test("at most 8 handlers work at a time", async () => {
    let now = 0;
    let most = 0;
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`q${n}`, elicit()]));
    const script = modern.once("tools/call", asks(many)).tool("work", say("done"));
    const stage = await connectWith(script, async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      return accept();
    });

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
    expect(most).toBe(8);
    expect(Object.keys(received(stage, "tools/call")[1]?.params.inputResponses as object)).toHaveLength(30);
  });

  test("a handler may use the client", async () => {
    const script = modern.once("tools/call", asks({ a: elicit() })).tool("work", say("done"));
    const at: { ping?: () => Promise<unknown> } = {};
    const stage = await connectWith(script, async () => ({ result: await at.ping?.() }));
    at.ping = () => stage.client.ping();

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
  });

  test("an error that ends the last round is the caller's", async () => {
    const script = modern.once("tools/call", asks({ a: elicit() })).tool("work", fail(-32_602, "not like that"));
    const stage = await connectWith(script, accept);

    expect(await stage.drive(errorOf(stage.client.callTool("work")))).toMatchObject({ rpcCode: -32_602, attempts: 1 });
  });
});

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
