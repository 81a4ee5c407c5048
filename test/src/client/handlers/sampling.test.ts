import { describe, expect, test } from "vitest";
import type { SamplingHandler, SamplingRequest } from "../../../../src/index.js";
import { say } from "../../../../src/testing/index.js";
import { asking, needing, replies } from "../../../support/host.js";
import { connectInMemory, received, textOf, watch } from "../../../support/memory.js";

const METHOD = "sampling/createMessage";
const text = (words: string) => ({ type: "text" as const, text: words });
const request = { messages: [{ role: "user", content: text("2 + 2?") }], maxTokens: 10 };
const result = { role: "assistant" as const, content: text("4"), model: "m", stopReason: "endTurn" };
const tools = [{ name: "t", inputSchema: { type: "object" as const } }];

async function sample(onSampling: SamplingHandler | undefined, params: object = request, capabilities?: object) {
  const options = { onSampling, ...(capabilities === undefined ? {} : { capabilities: { ...capabilities } }) };
  const stage = await connectInMemory(asking(METHOD, { ...params }), options);
  const failures: unknown[] = [];
  stage.client.on("callbackError", ({ error }) => failures.push(error));
  const call = await stage.drive(stage.client.callTool("work"));
  await stage.clock.settle();
  return { stage, failures, call, reply: replies(stage)[0] };
}

describe("M14 sampling", () => {
  test("a valid round trip", async () => {
    const seen: SamplingRequest[] = [];
    const { reply, call, stage } = await sample(async (params) => {
      seen.push(params);
      return result;
    });

    expect(seen).toMatchObject([request]);
    expect(reply?.result).toEqual(result);
    expect(textOf(call)).toBe("done");
    expect(received(stage, "initialize")[0]?.params.capabilities).toEqual({ sampling: {} });
  });

  test("without a handler it is refused with −32601", async () => {
    const { reply, call, failures } = await sample(undefined);

    expect(reply?.error?.code).toBe(-32_601);
    expect(textOf(call)).toBe("done");
    expect(failures).toEqual([]);
  });

  test("a user who rejects it is −1", async () => {
    const { reply, failures } = await sample(() => "rejected");

    expect(reply?.error).toEqual({ code: -1, message: "User rejected sampling request" });
    expect(failures).toEqual([]);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("canary");
      },
    ],
    ["rejects", async () => await Promise.reject(new Error("canary"))],
  ] as [string, SamplingHandler][])(
    "a handler that %s is −32603 without its text, and a callbackError",
    async (_, handler) => {
      const { reply, failures, call } = await sample(handler);

      expect(reply?.error?.code).toBe(-32_603);
      expect(JSON.stringify(reply)).not.toContain("canary");
      expect(failures).toEqual([new Error("canary")]);
      expect(textOf(call)).toBe("done");
    },
  );

  test.each([
    ["nothing", undefined],
    ["no model", { role: "assistant", content: text("4") }],
    ["an unknown kind of content", { ...result, content: { type: "smell" } }],
    ["a tool's use nobody offered", { ...result, content: { type: "tool_use", id: "1", name: "t", input: {} } }],
  ])("a result with %s is −32603 and a callbackError", async (_, bad) => {
    const { reply, failures } = await sample(() => bad as never);

    expect(reply?.error?.code).toBe(-32_603);
    expect(failures).toHaveLength(1);
  });

  test.each([
    ["no messages", { maxTokens: 5 }, {}],
    ["tools that are not declared", { ...request, tools }, { sampling: {} }],
    [
      "tool results mixed with other content",
      {
        ...request,
        messages: [{ role: "user", content: [text("x"), { type: "tool_result", toolUseId: "1", content: [] }] }],
      },
      {},
    ],
    [
      "a tool's use without its result",
      {
        ...request,
        messages: [
          { role: "assistant", content: { type: "tool_use", id: "1", name: "t", input: {} } },
          request.messages[0],
        ],
      },
      {},
    ],
  ])("a request with %s is −32602, and no handler is called", async (_, params, capabilities) => {
    let calls = 0;
    const { reply } = await sample(
      () => {
        calls++;
        return result;
      },
      params,
      capabilities,
    );

    expect(reply?.error?.code).toBe(-32_602);
    expect(calls).toBe(0);
  });

  test("with `sampling.tools` declared, a model may use tools", async () => {
    const use = {
      ...result,
      content: [{ type: "tool_use" as const, id: "1", name: "t", input: {} }],
      stopReason: "toolUse",
    };
    const { reply } = await sample(() => use, { ...request, tools }, { sampling: { tools: {} } });

    expect(reply?.result).toEqual(use);
  });

  test("the signal aborts when the server is gone, and nothing is told of it", async () => {
    let reason: unknown;
    const stage = await connectInMemory(asking(METHOD, { ...request }), {
      onSampling: (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => {
            reason = signal.reason;
            reject(new Error("given up"));
          }),
        ),
    });
    const failures: unknown[] = [];
    stage.client.on("callbackError", (failure) => failures.push(failure));
    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.settle();
    stage.server.kill();
    await stage.clock.settle();

    expect(reason).toMatchObject({ code: "CONNECTION_LOST" });
    expect(call.state).toBe("rejected");
    expect(failures).toEqual([]);
  });

  test("in the modern era the result goes with the repeated request", async () => {
    const script = needing(METHOD, { ...request }, say("done"));
    const stage = await connectInMemory(script, { protocol: "modern", onSampling: () => result });

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
    expect(received(stage, "tools/call")[1]?.params.inputResponses).toEqual({ key: result });
  });
});
