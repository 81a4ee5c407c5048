import { describe, expect, test } from "vitest";
import type { ClientEvents } from "../../../src/index.js";
import { notify, progress, raw, Script, say, stall, wait } from "../../../src/testing/index.js";
import { connectInMemory, type Stage, textOf, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

function dropsOf({ client }: Stage): ClientEvents["dropped"][] {
  const drops: ClientEvents["dropped"][] = [];
  client.on("dropped", (drop) => drops.push(drop));
  return drops;
}

const progressOf = (params: Record<string, unknown>) => notify("notifications/progress", params);
const own = { token: "own" };

describe.each(seeds)("promise 4: what cannot be delivered is dropped and counted, order %s", (seed) => {
  test("M7 progress of an unknown token", async () => {
    const stage = await connectInMemory(
      new Script().tool("work", progressOf({ progressToken: "foreign", progress: 1 }), say("done")),
      { seed },
    );
    const drops = dropsOf(stage);

    await stage.drive(stage.client.callTool("work"));

    expect(drops).toEqual([{ what: "progress.unknown", token: "foreign" }]);
    expect(stage.client.stats.progress).toMatchObject({ unknown: 1, late: 0, delivered: 0 });
  });

  test("M7 progress that comes after the result", async () => {
    const stage = await connectInMemory(new Script().tool("work", progress(1), say("done"), progress(2)), { seed });
    const drops = dropsOf(stage);
    const seen: number[] = [];

    await stage.drive(
      stage.client.callTool("work", {}, { progress: { ...own, callback: ({ progress }) => seen.push(progress) } }),
    );
    await stage.clock.settle();

    expect(seen).toEqual([1]);
    expect(drops).toEqual([{ what: "progress.late", token: "own" }]);
    expect(stage.client.stats.progress).toMatchObject({ delivered: 1, late: 1 });
  });

  test("M7 progress that comes after a timeout, a cancel", async () => {
    const stage = await connectInMemory(new Script().tool("work", wait(1_000), progress(1), stall()), { seed });
    const seen: unknown[] = [];
    const slow = watch(
      stage,
      stage.client.callTool("work", {}, { timeout: 500, progress: (update) => seen.push(update) }),
    );
    const call = stage.client.callTool("work", {}, { progress: (update) => seen.push(update) });
    const cancelled = watch(stage, call);
    await stage.clock.settle();
    call.cancel();

    await stage.clock.advance(2_000);

    expect([slow.state, cancelled.state]).toEqual(["rejected", "rejected"]);
    expect(seen).toEqual([]);
    expect(stage.client.stats.progress).toMatchObject({ delivered: 0, late: 2 });
  });

  test("M7 progress that does not increase: equal, smaller; then it goes on", async () => {
    const stage = await connectInMemory(
      new Script().tool("work", progress(2), progress(2), progress(1), progress(2.5), say("done")),
      { seed },
    );
    const drops = dropsOf(stage);
    const seen: number[] = [];

    await stage.drive(
      stage.client.callTool("work", {}, { progress: { ...own, callback: ({ progress }) => seen.push(progress) } }),
    );

    expect(seen).toEqual([2, 2.5]);
    expect(drops).toEqual([
      { what: "progress.notIncreasing", token: "own" },
      { what: "progress.notIncreasing", token: "own" },
    ]);
    expect(stage.client.stats.progress.notIncreasing).toBe(2);
  });

  test("progress may begin anywhere, below 0 too", async () => {
    const stage = await connectInMemory(new Script().tool("work", progress(-5), progress(0), say("done")), { seed });
    const seen: number[] = [];

    await stage.drive(stage.client.callTool("work", {}, { progress: ({ progress }) => seen.push(progress) }));

    expect(seen).toEqual([-5, 0]);
  });

  test("progress that is none restarts no time limit", async () => {
    const same = [progress(1), wait(400), progress(1), wait(400), progress(1), wait(400), say("done")];
    const stage = await connectInMemory(new Script().tool("work", ...same), { seed });

    const call = watch(stage, stage.client.callTool("work", {}, { timeout: 1_000 }));
    await stage.clock.advance(5_000);

    expect(call).toMatchObject({ state: "rejected", error: { code: "TIMEOUT" }, at: 1_000 });
  });

  test.each([
    ["without parameters", undefined],
    ["without a token", { progress: 1 }],
    ["with a token that is no token", { progressToken: 0.5, progress: 1 }],
    ["with a token of null", { progressToken: null, progress: 1 }],
    ["without progress", { progressToken: "own" }],
    ["with progress that is a string", { progressToken: "own", progress: "1" }],
    ["with progress of null", { progressToken: "own", progress: null }],
  ])("malformed progress: %s", async (_, params) => {
    const step = params === undefined ? notify("notifications/progress") : progressOf(params);
    const stage = await connectInMemory(new Script().tool("work", step, progress(1), say("done")), { seed });
    const seen: number[] = [];

    await stage.drive(
      stage.client.callTool("work", {}, { progress: { ...own, callback: ({ progress }) => seen.push(progress) } }),
    );

    expect(seen).toEqual([1]);
    expect(stage.client.stats.messages.invalid).toBe(1);
  });

  test("a total or a message that is none is left out, and the rest delivered", async () => {
    const odd = progressOf({ progressToken: "own", progress: 1, total: "many", message: 5 });
    const stage = await connectInMemory(new Script().tool("work", odd, say("done")), { seed });
    const seen: unknown[] = [];

    await stage.drive(
      stage.client.callTool("work", {}, { progress: { ...own, callback: (update) => seen.push(update) } }),
    );

    expect(seen).toEqual([{ token: "own", progress: 1, total: undefined, message: undefined, attempt: 1 }]);
  });

  test("M7 a token in use is refused, the first operation goes on, and afterwards the token is free", async () => {
    const stage = await connectInMemory(new Script().tool("work", wait(100), progress(1), say("done")), { seed });
    const drops = dropsOf(stage);
    const seen: unknown[] = [];
    const first = watch(
      stage,
      stage.client.callTool("work", {}, { progress: { ...own, callback: ({ progress }) => seen.push(progress) } }),
    );
    const second = watch(stage, stage.client.ping({ progress: own }));

    await stage.clock.advance(100);
    const third = watch(stage, stage.client.ping({ progress: own }));
    await stage.clock.settle();

    expect(textOf(first.value)).toBe("done");
    expect(second.error).toMatchObject({ code: "INVALID_REQUEST", outcome: "not_sent", attempts: 0 });
    expect(third.state).toBe("fulfilled");
    expect(seen).toEqual([1]);
    expect(drops).toEqual([{ what: "progress.duplicateToken", token: "own" }]);
    expect(stage.client.stats.progress.duplicateToken).toBe(1);
  });

  test('M7 the token 1 is not the token "1"', async () => {
    const stage = await connectInMemory(new Script().tool("work", wait(100), progress(1), say("done")), { seed });
    const seen: unknown[] = [];
    const callback = ({ token }: { token: unknown }) => seen.push(token);

    const one = watch(stage, stage.client.callTool("work", {}, { progress: { token: 1, callback } }));
    const two = watch(stage, stage.client.callTool("work", {}, { progress: { token: "1", callback } }));
    await stage.clock.advance(100);

    expect([one.state, two.state]).toEqual(["fulfilled", "fulfilled"]);
    expect(new Set(seen)).toEqual(new Set([1, "1"]));
  });

  test("a duplicate answer, one nobody waits for any more, and one to an unknown id", async () => {
    const answers = [
      '{"jsonrpc":"2.0","id":99,"result":{}}',
      '{"jsonrpc":"2.0","id":"2","result":{}}',
      '{"jsonrpc":"2.0","id":1.5,"result":{}}',
      '{"jsonrpc":"2.0","id":0,"result":{}}',
      '{"jsonrpc":"2.0","id":-1,"error":{"code":1,"message":"no"}}',
    ];
    const stage = await connectInMemory(
      new Script()
        .tool("work", raw(`${answers.join("\n")}\n`), say("done"), say("again"))
        .tool("slow", wait(1_000), say("late")),
      { seed },
    );
    const drops = dropsOf(stage);

    await stage.drive(stage.client.callTool("work"));
    watch(stage, stage.client.callTool("slow", {}, { timeout: 500 }));
    await stage.clock.advance(2_000);

    expect(stage.client.stats.responses).toEqual({ unknown: 5, duplicate: 2 });
    expect(drops.filter(({ what }) => what === "responses.unknown")).toHaveLength(5);
    expect(drops.filter(({ what }) => what === "responses.duplicate")).toHaveLength(2);
  });

  test("a duplicate answer is still told when thousands of operations have come and gone", async () => {
    const stage = await connectInMemory(
      new Script().on("ping", { do: "answer", result: {} }).tool("old", wait(100), say("late")),
      { seed },
    );
    watch(stage, stage.client.callTool("old", {}, { timeout: 50, progress: own }));
    await stage.clock.advance(60);

    await stage.drive(Promise.all(Array.from({ length: 100 }, () => stage.client.ping())));
    await stage.clock.advance(100);

    expect(stage.client.stats.responses).toEqual({ unknown: 0, duplicate: 1 });
  });
});
