import type { ConnectOptions, ElicitationHandler, SamplingHandler } from "caduceus";
import { ask, needInput, Script, say } from "caduceus/testing";
import { describe, expect, test } from "vitest";
import { type Wire, wires } from "./rows.js";
import { type Message, over, textOf } from "./stage.js";

const SAMPLING = "sampling/createMessage";
const ELICITATION = "elicitation/create";
const question = { messages: [{ role: "user", content: { type: "text", text: "2 + 2?" } }], maxTokens: 5 };
const answered = { role: "assistant", content: { type: "text", text: "4" }, model: "abacus" } as const;
const properties = { name: { type: "string" }, age: { type: "integer", default: 7 } };
const form = { message: "Who?", requestedSchema: { type: "object", properties, required: ["name"] } };
const url = { mode: "url", message: "Sign in", url: "https://example.org/", elicitationId: "e1" };

/** Has the server ask while its tool runs; returns what it was answered, and how often a handler failed. */
async function asked(wire: Wire, method: string, params: object | undefined, options: ConnectOptions) {
  const script = new Script().tool("work", ask(method, params === undefined ? undefined : { ...params }), say("done"));
  const { client, of } = await over(wire, script, options);
  let failures = 0;
  client.on("callbackError", () => void failures++);
  expect(textOf(await client.callTool("work"))).toBe("done");
  return { answer: of(undefined)[0] as Message, failures };
}

const throwing = (): never => {
  throw new Error("no");
};

describe.each(wires)("over %s", (wire) => {
  const sample = (onSampling?: SamplingHandler) => asked(wire, SAMPLING, question, { onSampling });
  const elicit = (params: object, onElicitation?: ElicitationHandler) =>
    asked(wire, ELICITATION, params, { onElicitation });

  test("M14 a sampling request is answered by the handler", async () => {
    const seen: unknown[] = [];
    const { answer } = await sample(async (request) => {
      seen.push(request);
      return answered;
    });

    expect(seen).toMatchObject([question]);
    expect(answer.result).toEqual(answered);
  });

  test("M14 a handler that throws, or answers with what is no result, is −32603; none at all is −32601", async () => {
    expect(await sample(throwing)).toMatchObject({ answer: { error: { code: -32_603 } }, failures: 1 });
    expect(await sample(() => ({}) as never)).toMatchObject({ answer: { error: { code: -32_603 } }, failures: 1 });
    expect(await sample()).toMatchObject({ answer: { error: { code: -32_601 } }, failures: 0 });
  });

  test("M15 a form that is accepted goes to the server with its defaults, inside the running call", async () => {
    const { answer } = await elicit(form, () => ({ action: "accept", content: { name: "Ada" } }));

    expect(answer.result).toEqual({ action: "accept", content: { name: "Ada", age: 7 } });
  });

  test.each(["decline", "cancel"] as const)("M15 a user may %s", async (action) => {
    expect((await elicit(form, () => ({ action }))).answer.result).toEqual({ action });
  });

  test("M15 content that does not fit the form is not sent, and a handler that throws is an error", async () => {
    const unfit = await elicit(form, () => ({ action: "accept", content: { name: 5 } }));

    expect(unfit).toMatchObject({ answer: { error: { code: -32_603 } }, failures: 1 });
    expect(await elicit(form, throwing)).toMatchObject({ answer: { error: { code: -32_603 } }, failures: 1 });
    expect((await elicit(form)).answer.error?.code).toBe(-32_601);
  });

  test("M15 a URL is shown by the same handler", async () => {
    const seen: unknown[] = [];
    const { answer } = await elicit(url, (request) => {
      seen.push(request);
      return { action: "accept" };
    });

    expect(seen).toEqual([url]);
    expect(answer.result).toEqual({ action: "accept" });
  });

  test("M14 M15 M22 in the modern era the same handlers answer what the call's result asks for", async () => {
    const requests = {
      who: { method: ELICITATION, params: form },
      sum: { method: SAMPLING, params: question },
      where: { method: "roots/list" },
    };
    const script = new Script({ era: "modern" }).tool("work", needInput(requests, "state"), say("done"));
    const { client, of } = await over(wire, script, {
      roots: [{ uri: "file:///a" }],
      onElicitation: () => ({ action: "accept", content: { name: "Ada" } }),
      onSampling: () => answered,
    });

    expect(textOf(await client.callTool("work"))).toBe("done");

    expect(of("tools/call")).toHaveLength(2);
    expect(of("tools/call")[1]?.params).toMatchObject({
      requestState: "state",
      inputResponses: {
        who: { action: "accept", content: { name: "Ada", age: 7 } },
        sum: answered,
        where: { roots: [{ uri: "file:///a" }] },
      },
    });
  });

  test("M22 the server's requests are answered: ping, what is offered, and −32601 for the unknown", async () => {
    const asks = ["ping", "roots/list", "who/are/you", "tasks/list"].map((method) => ask(method));
    const script = new Script().tool(
      "work",
      ...asks,
      ask(SAMPLING, { ...question }),
      ask(ELICITATION, { ...form }),
      say("done"),
    );
    const { client, of } = await over(wire, script, {
      roots: [],
      onSampling: () => answered,
      onElicitation: () => ({ action: "decline" }),
    });

    expect(textOf(await client.callTool("work"))).toBe("done");

    const unknown = { code: -32_601, message: "Method not found" };
    expect(of(undefined).map(({ result, error }) => result ?? error)).toEqual([
      {},
      { roots: [] },
      unknown,
      unknown,
      answered,
      { action: "decline" },
    ]);
    expect(client.stats.messages.invalid).toBe(0);
  });
});
