import { describe, expect, test } from "vitest";
import { createOperation, type OperationPromise, type ProgressUpdate } from "../../../src/index.js";
import { answer, die, progress, raw, Script, say, stall, stopReading, wait } from "../../../src/testing/index.js";
import { connectInMemory, received, type Stage, textOf, watch, welcome } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

const contents = answer({ contents: [] });

describe.each(seeds)("an operation whose connection is lost, order %s", (seed) => {
  test("an unsafe one that was sent fails, with what is known of the end", async () => {
    const stage = await connectInMemory(new Script().tool("work", die({ code: 7 })), { seed });

    const call = watch(stage, stage.client.callTool("work"));
    await stage.clock.advance(60_000);

    expect(call).toMatchObject({
      at: 0,
      error: { code: "CONNECTION_LOST", exitCode: 7, signal: null, incarnation: 1, outcome: "unknown", attempts: 1 },
    });
    expect(received(stage, "tools/call")).toHaveLength(1);
  });

  test("a safe one is repeated, with a new id and a new token on the wire", async () => {
    const script = new Script().once("resources/read", progress(1), die()).on("resources/read", progress(1), contents);
    const stage = await connectInMemory(script, { seed });
    const seen: ProgressUpdate[] = [];

    const options = { progress: { token: "own", callback: (update: ProgressUpdate) => seen.push(update) } };
    const call = stage.client.readResource("file:///a", options);
    const watched = watch(stage, call);
    await stage.clock.advance(100);

    const [first, second, ...others] = received(stage, "resources/read");
    expect(others).toEqual([]);
    expect(watched).toMatchObject({ state: "fulfilled", at: 100 });
    expect(second?.id).not.toBe(first?.id);
    expect(first?.params._meta.progressToken).toBe("own");
    expect(second?.params._meta.progressToken).not.toBe("own");
    // The caller sees its own token, the number of the attempt, and progress that begins anew.
    expect(call.token).toBe("own");
    expect(seen).toMatchObject([
      { token: "own", progress: 1, attempt: 1 },
      { token: "own", progress: 1, attempt: 2 },
    ]);
  });

  test("progress under the first attempt's token is late while the second is under way", async () => {
    const old = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"own","progress":9}}\n';
    const script = new Script().once("resources/read", die()).on("resources/read", raw(old), contents);
    const stage = await connectInMemory(script, { seed });
    const seen: unknown[] = [];

    watch(
      stage,
      stage.client.readResource("file:///a", { progress: { token: "own", callback: (update) => seen.push(update) } }),
    );
    await stage.clock.advance(1_000);

    expect(seen).toEqual([]);
    expect(stage.client.stats.progress).toMatchObject({ late: 1, unknown: 0 });
  });

  test("its token stays in use until it has settled, also on its way to the next attempt", async () => {
    const stage = await connectInMemory(new Script().once("resources/read", die()).on("resources/read", contents), {
      seed,
    });
    const call = watch(stage, stage.client.readResource("file:///a", { progress: { token: "own" } }));
    await stage.clock.settle();

    const other = watch(stage, stage.client.ping({ progress: { token: "own" } }));
    await stage.clock.advance(100);

    expect(call.state).toBe("fulfilled");
    expect(other.error).toMatchObject({ code: "INVALID_REQUEST" });
  });

  const ways: [string, (stage: Stage) => OperationPromise<unknown>, number][] = [
    ["a safe method, by default", ({ client }) => client.readResource("file:///a"), 3],
    ["a safe method with retry 1", ({ client }) => client.readResource("file:///a", { retry: 1 }), 2],
    ["a safe method with retry 4", ({ client }) => client.readResource("file:///a", { retry: 4 }), 5],
    ["a safe method with retry 0", ({ client }) => client.readResource("file:///a", { retry: 0 }), 1],
    ["a safe method with retry false", ({ client }) => client.readResource("file:///a", { retry: false }), 1],
    ["a tool, by default", ({ client }) => client.callTool("plain"), 1],
    ["a tool with retry true", ({ client }) => client.callTool("plain", {}, { retry: true }), 3],
    ["a tool with retry 1", ({ client }) => client.callTool("plain", {}, { retry: 1 }), 2],
    ["a tool with retry false", ({ client }) => client.callTool("read only", {}, { retry: false }), 1],
    ["a tool with readOnlyHint", ({ client }) => client.callTool("read only"), 3],
    ["a tool with idempotentHint", ({ client }) => client.callTool("idempotent"), 3],
    ["a tool with a hint of false", ({ client }) => client.callTool("not read only"), 1],
  ];
  const killing = new Script()
    .on("resources/read", die())
    .tool("plain", die())
    .annotatedTool("read only", { readOnlyHint: true }, die())
    .annotatedTool("idempotent", { idempotentHint: true }, die())
    .annotatedTool("not read only", { readOnlyHint: false, destructiveHint: false }, die());

  test.each(ways)("the server sees %s at most so often", async (_, begin, times) => {
    const stage = await connectInMemory(killing, { seed });
    await stage.drive(stage.client.listTools());

    const call = watch(stage, begin(stage));
    await stage.clock.advance(20_000);

    expect(received(stage, "tools/call").length + received(stage, "resources/read").length).toBe(times);
    expect(call.error).toMatchObject({
      code: "CONNECTION_LOST",
      outcome: "unknown",
      attempts: times,
      incarnation: times,
    });
    expect(stage.client.state).toBe("ready");
  });

  test("a tool that was not listed is not believed to be safe", async () => {
    const stage = await connectInMemory(killing, { seed });

    const call = watch(stage, stage.client.callTool("read only"));
    await stage.clock.advance(20_000);

    expect(call.error).toMatchObject({ attempts: 1 });
  });

  test("with `trustAnnotations: false` no tool is", async () => {
    const stage = await connectInMemory(killing, { seed, trustAnnotations: false });
    await stage.drive(stage.client.listTools());

    const calls = ["read only", "idempotent"].map((name) => watch(stage, stage.client.callTool(name)));
    await stage.clock.advance(20_000);

    // The second may not have been sent when the first killed the server; then it is sent once more.
    expect(received(stage, "tools/call").length).toBe(2);
    expect(calls.map(({ state }) => state)).toEqual(["rejected", "rejected"]);
  });

  test("a list that says otherwise is believed from then on", async () => {
    const tool = (hint: boolean) =>
      answer({ tools: [{ name: "t", inputSchema: { type: "object" }, annotations: { readOnlyHint: hint } }] });
    const script = new Script().once("tools/list", tool(true)).on("tools/list", tool(false)).tool("t", die());
    const stage = await connectInMemory(script, { seed });
    await stage.drive(stage.client.listTools());
    await stage.drive(stage.client.listTools());

    const call = watch(stage, stage.client.callTool("t"));
    await stage.clock.advance(20_000);

    expect(call.error).toMatchObject({ attempts: 1 });
  });

  test("a tool that is not listed any more is not believed any more", async () => {
    const listed = { name: "t", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } };
    const script = new Script()
      .once("tools/list", answer({ tools: [listed] }))
      .on("tools/list", answer({ tools: [] }))
      .tool("t", die());
    const stage = await connectInMemory(script, { seed });
    await stage.drive(stage.client.listTools());
    await stage.drive(stage.client.listTools());

    const call = watch(stage, stage.client.callTool("t"));
    await stage.clock.advance(20_000);

    expect(call.error).toMatchObject({ attempts: 1 });
  });

  test("the client's own `retry` is the default of every request", async () => {
    const stage = await connectInMemory(killing, { seed, retry: 1 });

    const calls = [stage.client.callTool("plain"), stage.client.callTool("plain", {}, { retry: false })];
    const [byDefault, given] = calls.map((call) => watch(stage, call));
    await stage.clock.advance(20_000);

    expect(byDefault?.error).toMatchObject({ attempts: 2 });
    expect(given?.state).toBe("rejected");
    expect(given?.error).toMatchObject({ attempts: expect.toSatisfy((attempts: number) => attempts <= 1) });
  });

  test("what stands in a pipe that nobody reads was not sent: even an unsafe one is repeated", async () => {
    const script = new Script().tool("deaf", stopReading(), stall()).tool("work", say("done"));
    const stage = await connectInMemory(script, { seed });
    const deaf = watch(stage, stage.client.callTool("deaf", {}, { retry: false }));
    await stage.clock.settle();
    const stuck = watch(stage, stage.client.callTool("work", { n: 1 }));
    const waiting = watch(stage, stage.client.callTool("work", { n: 2 }));
    await stage.clock.settle();

    stage.server.kill();
    await stage.clock.advance(100);

    expect(deaf.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "unknown" });
    expect(textOf(stuck.value)).toBe("done");
    expect(textOf(waiting.value)).toBe("done");
    expect(
      received(stage, "tools/call").map(({ params }) => (params.arguments as { n?: number } | undefined)?.n),
    ).toEqual([undefined, 1, 2]);
  });

  test("what was not sent says so when it may not be repeated", async () => {
    const stage = await connectInMemory(new Script().tool("deaf", stopReading(), stall()).tool("work", say("done")), {
      seed,
    });
    watch(stage, stage.client.callTool("deaf", {}, { retry: false }));
    await stage.clock.settle();
    const stuck = watch(stage, stage.client.callTool("work", {}, { retry: false }));
    await stage.clock.settle();

    stage.server.kill();
    await stage.clock.advance(100);

    expect(stuck.error).toMatchObject({ code: "CONNECTION_LOST", outcome: "not_sent", attempts: 1 });
    expect(received(stage, "tools/call")).toHaveLength(1);
  });

  test.each([
    ["each attempt starts `timeout` anew", { timeout: 1_500, retry: 3 }, { state: "fulfilled", at: 3_900 }],
    [
      "`maxTimeout` runs on",
      { timeout: 1_500, maxTimeout: 2_000, retry: 3 },
      { at: 2_000, error: { limit: "maxTimeout" } },
    ],
  ])("%s", async (_, options, expected) => {
    const script = new Script().times(3, "resources/read", wait(800), die()).on("resources/read", wait(800), contents);
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.readResource("file:///a", options));
    await stage.clock.advance(60_000);

    expect(call).toMatchObject(expected);
  });

  test("`timeout` covers the wait between two attempts", async () => {
    const stage = await connectInMemory(new Script().once("resources/read", die()).on("resources/read", contents), {
      seed,
      backoff: { initial: 2_000 },
    });

    const call = watch(stage, stage.client.readResource("file:///a", { timeout: 1_000 }));
    await stage.clock.advance(60_000);

    expect(call).toMatchObject({ at: 1_000, error: { code: "TIMEOUT", outcome: "unknown", attempts: 1 } });
    expect(received(stage, "resources/read")).toHaveLength(1);
  });

  const killer = (stage: Stage) =>
    watch(stage, stage.client.request(createOperation({ method: "prompts/get", params: { name: "killer" } })));

  test.each([
    ["at once", [die()]],
    ["after a while", [wait(20), die()]],
  ])(
    "a safe call that kills the server each time, %s, is repeated twice, and its neighbours are answered",
    async (_, end) => {
      const script = new Script()
        .on("prompts/get", ...end)
        .on("resources/read", contents)
        .annotatedTool("slow", { readOnlyHint: true }, wait(50), say("done"));
      const stage = await connectInMemory(script, { seed });
      await stage.drive(stage.client.listTools());
      const neighbours = () =>
        [stage.client.ping(), stage.client.readResource("file:///a"), stage.client.callTool("slow")].map(
          (call: PromiseLike<unknown>) => watch(stage, call),
        );

      const before = neighbours();
      const culprit = killer(stage);
      const after = neighbours();
      await stage.clock.advance(400);
      const later = neighbours();
      await stage.clock.advance(60_000);

      expect(received(stage, "prompts/get")).toHaveLength(3);
      expect(culprit.error).toMatchObject({ code: "CONNECTION_LOST", attempts: 3 });
      expect([...before, ...after, ...later].map(({ state }) => state)).toEqual(
        Array.from({ length: 9 }, () => "fulfilled"),
      );
    },
  );

  test("two such calls are repeated twice each, and those beside them are answered", async () => {
    const script = new Script()
      .on("prompts/get", wait(5), die())
      .annotatedTool("slow", { readOnlyHint: true }, wait(50), say("done"));
    const stage = await connectInMemory(script, { seed });
    await stage.drive(stage.client.listTools());

    const culprits = [killer(stage), killer(stage)];
    const slow = Array.from({ length: 5 }, () => watch(stage, stage.client.callTool("slow")));
    await stage.clock.advance(60_000);

    for (const { error } of culprits) expect(error).toMatchObject({ code: "CONNECTION_LOST" });
    expect(received(stage, "prompts/get").length).toBeLessThanOrEqual(6);
    expect(slow.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => "fulfilled"));
    expect(stage.client.state).toBe("ready");
  });

  test("those that were lost twice go out one at a time; others beside them as ever", async () => {
    const script = new Script()
      .annotatedTool("slow", { readOnlyHint: true }, wait(1_000), say("done"))
      .tool("hello", say("hello"));
    const stage = await connectInMemory(script, { seed });
    await stage.drive(stage.client.listTools());
    const slow = Array.from({ length: 3 }, () => watch(stage, stage.client.callTool("slow")));
    await stage.clock.settle();
    stage.server.kill();
    await stage.clock.advance(150);
    expect(received(stage, "tools/call")).toHaveLength(6);
    stage.server.kill();
    await stage.clock.advance(250);

    expect(received(stage, "tools/call")).toHaveLength(7);
    expect(textOf(await stage.drive(stage.client.callTool("hello")))).toBe("hello");
    await stage.clock.advance(3_000);

    expect(slow.map(({ at }) => at)).toEqual([1_350, 2_350, 3_350]);
  });

  test("one that waits for its turn among those can be cancelled, and times out", async () => {
    const script = new Script().annotatedTool("slow", { readOnlyHint: true }, wait(1_000), say("done"));
    const stage = await connectInMemory(script, { seed });
    await stage.drive(stage.client.listTools());
    const first = watch(stage, stage.client.callTool("slow"));
    const timedOut = watch(stage, stage.client.callTool("slow", {}, { timeout: 700 }));
    const call = stage.client.callTool("slow");
    const cancelled = watch(stage, call);
    const last = watch(stage, stage.client.callTool("slow"));
    await stage.clock.settle();
    for (const ms of [150, 250]) {
      stage.server.kill();
      await stage.clock.advance(ms);
    }

    call.cancel();
    await stage.clock.advance(5_000);

    expect(first).toMatchObject({ at: 1_350, state: "fulfilled" });
    expect(timedOut).toMatchObject({ at: 800, error: { code: "TIMEOUT", outcome: "unknown", attempts: 2 } });
    expect(cancelled).toMatchObject({ at: 400, error: { code: "CANCELLED", outcome: "unknown", attempts: 2 } });
    expect(last).toMatchObject({ at: 2_350, state: "fulfilled" });
    expect(received(stage, "notifications/cancelled")).toEqual([]);
  });

  test("an error of the server's own is no loss: it is not repeated", async () => {
    const stage = await connectInMemory(
      new Script().on("resources/read", { do: "fail", code: -32_603, message: "no" }),
      { seed },
    );

    const call = watch(stage, stage.client.readResource("file:///a"));
    await stage.clock.advance(60_000);

    expect(call.error).toMatchObject({ code: "PROTOCOL", outcome: "completed", attempts: 1 });
    expect(received(stage, "resources/read")).toHaveLength(1);
  });

  test("M19 capabilities are checked when it is sent, so again after a restart; what is known of earlier attempts stays", async () => {
    const script = new Script()
      .once("initialize", welcome({ resources: {} }))
      .on("initialize", welcome({}))
      .on("resources/read", die());
    const stage = await connectInMemory(script, { seed });

    const call = watch(stage, stage.client.readResource("file:///a"));
    await stage.clock.advance(1_000);

    expect(call.error).toMatchObject({ code: "CAPABILITY", capability: "resources", outcome: "unknown", attempts: 1 });
    expect(received(stage, "resources/read")).toHaveLength(1);
  });
});
