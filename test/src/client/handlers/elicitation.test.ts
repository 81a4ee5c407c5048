import { describe, expect, test } from "vitest";
import type { Validators } from "../../../../src/client/validators.js";
import type { ElicitationHandler } from "../../../../src/index.js";
import { ask, notify, Script, say } from "../../../../src/testing/index.js";
import { asking, needing, replies } from "../../../support/host.js";
import { connectInMemory, received, textOf } from "../../../support/memory.js";

const METHOD = "elicitation/create";
const form = {
  message: "Who?",
  requestedSchema: { type: "object", properties: { name: { type: "string" }, age: { type: "integer", default: 7 } } },
};
const url = { mode: "url", message: "Sign in", url: "https://example.org/sign-in", elicitationId: "e1" };
const accept = { action: "accept" as const, content: { name: "Ada" } };

async function elicit(onElicitation: ElicitationHandler | undefined, params: object = form, options: object = {}) {
  const stage = await connectInMemory(asking(METHOD, { ...params }), { onElicitation, ...options });
  const failures: unknown[] = [];
  stage.client.on("callbackError", ({ error }) => failures.push(error));
  await stage.drive(stage.client.callTool("work"));
  await stage.clock.settle();
  return { stage, failures, reply: replies(stage)[0] };
}

/** Knows only what the tests are about: names are strings, ages have a default. */
const validators: Validators = {
  outputIssues: () => [],
  contentIssues: (_, content) => (typeof content.name === "string" ? [] : [{ message: "name is no string" }]),
  withDefaults: async (schema, content) => {
    const { properties } = schema as typeof form.requestedSchema;
    return { age: properties.age.default, ...content };
  },
};

describe("M15 elicitation by a form", () => {
  test("accept goes to the server with its content, and the defaults of the form", async () => {
    const { reply, stage } = await elicit(async () => accept);

    expect(reply?.result).toEqual({ ...accept, content: { name: "Ada", age: 7 } });
    expect(received(stage, "initialize")[0]?.params.capabilities).toEqual({ elicitation: { form: {}, url: {} } });
  });

  test.each(["decline", "cancel"] as const)("%s goes to the server without content", async (action) => {
    const { reply } = await elicit(() => ({ action, content: { name: "left over" } }), form, { validators });

    expect(reply?.result).toEqual({ action });
  });

  test("fields that are left out get the defaults, before the content is validated", async () => {
    const { reply } = await elicit(() => accept, form, { validators });

    expect(reply?.result).toEqual({ action: "accept", content: { name: "Ada", age: 7 } });
  });

  test("content that does not fit is −32603 and a callbackError with the issues", async () => {
    const { reply, failures } = await elicit(() => ({ action: "accept", content: { name: 5 } }), form, { validators });

    expect(reply?.error?.code).toBe(-32_603);
    expect((failures[0] as Error).cause).toEqual([{ message: "name is no string" }]);
  });

  test("without a handler it is −32601", async () => {
    expect((await elicit(undefined)).reply?.error?.code).toBe(-32_601);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("canary");
      },
    ],
    ["answers with another action", () => ({ action: "maybe" }) as never],
    ["answers with nested content", () => ({ action: "accept", content: { name: { first: "Ada" } } }) as never],
  ] as [string, ElicitationHandler][])("a handler that %s is −32603 without its text", async (_, handler) => {
    const { reply, failures } = await elicit(handler);

    expect(reply?.error?.code).toBe(-32_603);
    expect(JSON.stringify(reply)).not.toContain("canary");
    expect(failures).toHaveLength(1);
  });

  test.each([
    ["no message", { requestedSchema: form.requestedSchema }],
    ["no schema", { message: "Who?" }],
  ])("a request with %s is −32602", async (_, params) => {
    expect((await elicit(() => accept, params)).reply?.error?.code).toBe(-32_602);
  });

  test("in the modern era the answer goes with the repeated request", async () => {
    const script = needing(METHOD, form, say("done"));
    const stage = await connectInMemory(script, { protocol: "modern", onElicitation: () => accept });

    expect(textOf(await stage.drive(stage.client.callTool("work")))).toBe("done");
    expect(received(stage, "tools/call")[1]?.params).toMatchObject({
      inputResponses: { key: accept },
      requestState: "s",
    });
  });
});

describe("M15 elicitation by a URL", () => {
  test("accept goes to the server without content", async () => {
    const seen: unknown[] = [];
    const { reply } = await elicit((request) => {
      seen.push(request);
      return accept;
    }, url);

    expect(seen).toEqual([url]);
    expect(reply?.result).toEqual({ action: "accept" });
  });

  test("a server of 2026-07-28 gives no id", async () => {
    const { elicitationId: _, ...request } = url;

    expect((await elicit(() => ({ action: "decline" }), request)).reply?.result).toEqual({ action: "decline" });
  });

  test("what is no URL is −32602", async () => {
    expect((await elicit(() => accept, { ...url, url: "no url" })).reply?.error?.code).toBe(-32_602);
  });

  test.each([
    ["a URL", url, { form: {} }],
    ["a form", form, { url: {} }],
    ["a URL, where forms alone are meant by nothing", url, {}],
  ])("%s that is not declared is −32602, and no handler is called", async (_, params, elicitation) => {
    let calls = 0;
    const handler = () => {
      calls++;
      return accept;
    };
    const { reply } = await elicit(handler, params, { capabilities: { elicitation } });

    expect(reply?.error?.code).toBe(-32_602);
    expect(calls).toBe(0);
  });

  test("its completion is told once, for ids that were accepted", async () => {
    const done = (elicitationId: unknown) => notify("notifications/elicitation/complete", { elicitationId });
    const script = new Script().tool(
      "work",
      ask(METHOD, url),
      done("other"),
      done("e1"),
      done("e1"),
      done(5),
      say("done"),
    );
    const stage = await connectInMemory(script, { onElicitation: () => ({ action: "accept" }) });
    const told: unknown[] = [];
    stage.client.on("elicitationComplete", (event) => told.push(event));
    await stage.drive(stage.client.callTool("work"));
    await stage.clock.settle();

    expect(told).toEqual([{ elicitationId: "e1" }]);
  });
});
