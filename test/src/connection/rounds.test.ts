import { beforeEach, describe, expect, test } from "vitest";
import type { Answerer } from "../../../src/connection/answers.js";
import { createOperation } from "../../../src/index.js";
import type { RpcRequest } from "../../../src/protocol/message.js";
import { answer, fail, progress, type Script, say } from "../../../src/testing/index.js";
import { connectInMemory, errorOf, received, type StageOptions, textOf, watch } from "../../support/memory.js";
import { accept, asks, elicit, modern } from "../../support/rounds.js";
import { seeds } from "../../support/runtime.js";
import { toleratesViolations } from "../../support/wire-violations.js";

// What is answered here is no form, sampling or list of roots: to the rounds it is all the same.
beforeEach(toleratesViolations);

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

  test("a server that never has enough is given up after 16 rounds", async () => {
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
