import type { ProgressUpdate } from "caduceus";
import { drawTree, Runtime } from "caduceus/actors";
import { flood, notify, progress, Script, say, together, wait } from "caduceus/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { wires } from "./rows.js";
import { errorOf, over } from "./stage.js";

const three = new Script().tool("work", progress(1, 3), progress(2, 3), progress(3, 3), say("done"));
const of = (progressToken: string) => notify("notifications/progress", { progressToken, progress: 1 });

describe.each(wires)("over %s", (wire) => {
  test.each([7, "own"])("M4 a callback hears of the token %j that it was given with", async (token) => {
    const { client, of: sent } = await over(wire, three);
    const seen: unknown[] = [];

    await client.callTool("work", {}, { progress: { token, callback: (update) => void seen.push(update.token) } });

    expect(seen).toEqual([token, token, token]);
    expect(sent("tools/call")).toMatchObject([{ params: { _meta: { progressToken: token } } }]);
  });

  test("M4 a callback without a token works, under one that is generated", async () => {
    const { client, of: sent } = await over(wire, three);
    const seen: ProgressUpdate[] = [];

    const call = client.callTool("work", {}, { progress: (update) => void seen.push(update) });
    await call;

    expect(seen.map(({ token, progress }) => [token, progress])).toEqual([1, 2, 3].map((n) => [call.token, n]));
    expect(sent("tools/call")).toMatchObject([{ params: { _meta: { progressToken: call.token } } }]);
  });

  test("M4 a listener to a token hears until it is removed", async () => {
    const { client } = await over(wire, three);
    const heard: number[] = [];
    const stop = client.onProgress("own", (update) => void heard.push(update.progress));

    await client.callTool("work", {}, { progress: { token: "own" } });
    stop();
    await client.callTool("work", {}, { progress: { token: "own" } });

    expect(heard).toEqual([1, 2, 3]);
  });

  test("M5 an update has its token, progress, total and message", async () => {
    const { client } = await over(wire, new Script().tool("work", progress(0.5, 2, "half of one"), say("done")));
    const seen: ProgressUpdate[] = [];

    await client.callTool("work", {}, { progress: { token: "own", callback: (update) => void seen.push(update) } });

    expect(seen).toEqual([{ token: "own", progress: 0.5, total: 2, message: "half of one", attempt: 1 }]);
  });

  test("M6 of 3,000 updates in a burst none is lost, none out of order, and none after the result", async () => {
    const { client } = await over(wire, new Script().tool("work", together(flood(3_000), say("done"))));
    const seen: number[] = [];

    await client.callTool("work", {}, { progress: (update) => void seen.push(update.progress) });

    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
  });

  test("M7 late, unknown, duplicate and non-increasing progress is dropped and counted, and nothing is kept", async () => {
    const runtime = new Runtime();
    onTestFinished(() => runtime.stop());
    const script = new Script()
      .tool("odd", progress(1), progress(1), wait(50), say("done"))
      .tool("later", of("own"), of("nobody's"), say("done"));
    const { client } = await over(wire, script, { runtime });
    const seen: number[] = [];
    const own = { token: "own", callback: (update: ProgressUpdate) => void seen.push(update.progress) };

    const first = client.callTool("odd", {}, { progress: own });
    const second = await errorOf(client.callTool("odd", {}, { progress: own }));
    await first;
    await client.callTool("later");

    expect(second).toMatchObject({ code: "INVALID_REQUEST", outcome: "not_sent" });
    expect(seen).toEqual([1]);
    const dropped = { unknown: 1, late: 1, duplicateToken: 1, notIncreasing: 1, overflow: 0 };
    expect(client.stats.progress).toEqual({ delivered: 1, ...dropped });
    await vi.waitFor(() => expect(drawTree(runtime.tree())).not.toMatch(/operation/));
    await client.callTool("odd", {}, { progress: own });
    expect(seen).toEqual([1, 1]);
  });
});
