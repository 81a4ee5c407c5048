import { describe, expect, test } from "vitest";
import type { Validators } from "../../../../src/client/validators.js";
import { answer, notify, Script, say, wait } from "../../../../src/testing/index.js";
import { connectInMemory, errorOf, received, type Stage } from "../../../support/memory.js";

const LIST = "tools/list";
const outputSchema = (wants: string) => ({ type: "object", properties: { n: { type: wants } }, required: ["n"] });
const tool = (more: object = {}) => ({ name: "count", inputSchema: { type: "object" }, ...more });
const listed = (...tools: object[]) => answer({ tools });
const counts = (structuredContent: unknown, more: object = {}) => answer({ content: [], structuredContent, ...more });

/** Knows schemas of the shape above. */
const validators: Validators = {
  outputIssues: async ({ outputSchema: schema }, content) => {
    const wanted = (schema as ReturnType<typeof outputSchema>).properties.n.type;
    return typeof (content as { n?: unknown }).n === wanted ? [] : [{ message: `n is no ${wanted}` }];
  },
  contentIssues: () => [],
  withDefaults: (_, content) => content,
};
const script = (...results: ReturnType<typeof answer>[]) =>
  results.reduce(
    (all, result) => all.once("tools/call", result),
    new Script().on(LIST, listed(tool({ outputSchema: outputSchema("number") }))),
  );
const call = (stage: Stage) => stage.drive(stage.client.callTool("count"));

describe("M18 output schemas", () => {
  test("content that fits is returned, content that does not is an error with the original attached", async () => {
    const stage = await connectInMemory(script(counts({ n: 5 }), counts({ n: "five" })), { validators });
    await stage.drive(stage.client.listTools());

    expect((await call(stage)).structuredContent).toEqual({ n: 5 });
    expect(await errorOf(call(stage))).toMatchObject({
      code: "INVALID_RESULT",
      result: { structuredContent: { n: "five" } },
      cause: [{ message: "n is no number" }],
      outcome: "completed",
      attempts: 1,
    });
  });

  test("content that is missing is an error, unless the tool says that it failed", async () => {
    const failed = { isError: true };
    const stage = await connectInMemory(
      script(say("text alone"), counts({ n: "wrong" }, failed), answer({ content: [], ...failed })),
      {
        validators,
      },
    );
    await stage.drive(stage.client.listTools());

    expect(await errorOf(call(stage))).toMatchObject({ code: "INVALID_RESULT" });
    expect((await call(stage)).isError).toBe(true);
    expect((await call(stage)).isError).toBe(true);
  });

  test("a tool that was never listed is not checked", async () => {
    const stage = await connectInMemory(script(counts({ n: "five" })), { validators });

    expect((await call(stage)).structuredContent).toEqual({ n: "five" });
  });

  test("two clients of one server know their tools apart", async () => {
    const one = await connectInMemory(script(counts({ n: "five" })), { validators, name: "same" });
    const two = await connectInMemory(script(counts({ n: "five" })), { validators, name: "same" });
    await one.drive(one.client.listTools());

    expect(await errorOf(call(one))).toMatchObject({ code: "INVALID_RESULT" });
    expect((await call(two)).structuredContent).toEqual({ n: "five" });
  });
});

describe("the tools that are known", () => {
  test("are listed again after a reconnect, so that the next server's schemas count", async () => {
    const stage = await connectInMemory(
      new Script()
        .once(LIST, listed(tool({ outputSchema: outputSchema("number") })))
        .on(LIST, listed(tool({ outputSchema: outputSchema("string") })))
        .on("tools/call", counts({ n: "five" })),
      { validators },
    );
    await stage.drive(stage.client.listTools());
    expect(await errorOf(call(stage))).toMatchObject({ code: "INVALID_RESULT" });
    stage.server.kill();
    await stage.clock.advance(1_000);

    expect((await call(stage)).structuredContent).toEqual({ n: "five" });
    expect(received(stage, LIST)).toHaveLength(2);
  });

  test("are not listed by the client itself if nobody ever listed them", async () => {
    const stage = await connectInMemory(
      new Script().tool("touch", notify("notifications/tools/list_changed"), say("x")),
    );
    await stage.drive(stage.client.callTool("touch"));
    stage.server.kill();
    await stage.clock.advance(1_000);

    expect(received(stage, LIST)).toEqual([]);
  });

  test("are listed again when they change, a flood costs few lists, and the last one counts", async () => {
    const flood = Array.from({ length: 50 }, () => [notify("notifications/tools/list_changed"), wait(10)]).flat();
    const stage = await connectInMemory(
      new Script().on(LIST, wait(30), listed(tool())).tool("touch", ...flood, say("x")),
    );
    await stage.drive(stage.client.listTools());
    await stage.drive(stage.client.callTool("touch"));
    await stage.clock.advance(1_000);

    expect(received(stage, LIST).length).toBeGreaterThanOrEqual(3);
    expect(received(stage, LIST).length).toBeLessThanOrEqual(8);
  });

  test("M26 hints follow the list: what may be repeated after a loss", async () => {
    const safe = tool({ annotations: { readOnlyHint: true } });
    const stage = await connectInMemory(
      new Script()
        .once(LIST, listed(tool()))
        .on(LIST, listed(safe))
        .tool("touch", notify("notifications/tools/list_changed"), say("x"))
        .once("tools/call", { do: "die" })
        .on("tools/call", say("again")),
    );
    await stage.drive(stage.client.listTools());
    await stage.drive(stage.client.callTool("touch"));
    await stage.clock.advance(100);

    expect(await call(stage)).toMatchObject({ content: [{ text: "again" }] });
  });

  const bad = {
    ...tool(),
    name: "bad",
    inputSchema: { type: "object", properties: { a: { type: "array", "x-mcp-header": "A" } } },
  };

  test("leave out those whose definition is invalid, with a warning that names them", async () => {
    const stage = await connectInMemory(new Script({ era: "modern" }).on(LIST, answer({ tools: [bad, tool()] })), {
      protocol: "modern",
    });
    const warnings: string[] = [];
    stage.client.on("warning", ({ message }) => warnings.push(message));

    expect((await stage.drive(stage.client.listTools())).tools.map(({ name }) => name)).toEqual(["count"]);
    await stage.clock.settle();
    expect(warnings).toEqual([expect.stringContaining("bad")]);
  });

  test("in the legacy era that is no reason to leave one out", async () => {
    const stage = await connectInMemory(new Script().on(LIST, answer({ tools: [bad] })));

    expect((await stage.drive(stage.client.listTools())).tools).toHaveLength(1);
  });
});
