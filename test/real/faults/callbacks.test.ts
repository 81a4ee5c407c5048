import { connect } from "caduceus";
import { flood, progress, raw, Script, say, scriptedStdio, stall, together } from "caduceus/testing";
import { expect, test } from "vitest";

/** What a slow callback does. */
const work = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("FAULTS callback slow (100 ms), 20 updates: one at a time, in order, before the result; other calls unaffected", {
  retry: 2,
}, async () => {
  const script = new Script().tool("burst", together(flood(20), say("done"))).tool("hello", say("hello"));
  await using client = await connect(scriptedStdio(script));
  const done: number[] = [];
  let atOnce = 0;
  let most = 0;
  const slow = async ({ progress }: { readonly progress: number }) => {
    most = Math.max(most, ++atOnce);
    await work(100);
    atOnce--;
    done.push(progress);
  };

  const begun = performance.now();
  const call = client.callTool("burst", {}, { progress: slow });
  await client.callTool("hello");
  const neighbour = performance.now() - begun;
  await call;

  expect(done).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(most).toBe(1);
  expect(performance.now() - begun).toBeGreaterThan(1_990);
  expect(neighbour).toBeLessThan(500);
});

test("FAULTS 100,000 updates to a slow callback: memory bounded, newest kept, dropped counted", {
  retry: 2,
}, async () => {
  const script = new Script().tool("flood", together(flood(100_000), say("done")));
  await using client = await connect(scriptedStdio(script), { progressDrain: 1_000 });
  const seen: number[] = [];
  let open: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  // Slow for as long as the updates come, then quick, so that those that were kept are seen.
  const slow = async ({ progress }: { readonly progress: number }) => {
    seen.push(progress);
    await gate;
  };
  const call = client.callTool("flood", {}, { progress: slow });
  await new Promise<void>((resolve) => {
    const stop = client.on("dropped", () => {
      if (client.stats.progress.overflow < 95_000) return;
      stop();
      resolve();
    });
  });
  open?.();
  await call;

  expect(seen.length).toBeLessThanOrEqual(4_097 + 1_000);
  expect(seen.at(-1)).toBe(100_000);
  const { delivered, overflow } = client.stats.progress;
  expect(delivered + overflow).toBe(100_000);
});

test("FAULTS unknown, late, foreign, non-increasing, malformed progress: dropped, counted, and harms nobody", async () => {
  const note = (params: string) => raw(`{"jsonrpc":"2.0","method":"notifications/progress","params":${params}}\n`);
  const script = new Script()
    .tool("quick", say("done"))
    .tool(
      "work",
      progress(5),
      progress(5),
      progress(4),
      note('{"progressToken":"nobody","progress":1}'),
      note('{"progressToken":"first","progress":1}'),
      note('{"progressToken":"mine"}'),
      note('{"progressToken":"mine","progress":"6"}'),
      note('{"progress":7}'),
      note("null"),
      progress(6),
      say("done"),
    )
    .tool("other", stall());
  await using client = await connect(scriptedStdio(script));
  await client.callTool("quick", {}, { progress: { token: "first" } });
  const foreign: number[] = [];
  const other = client.callTool("other", {}, { progress: ({ progress }) => foreign.push(progress) });
  const seen: number[] = [];

  await client.callTool("work", {}, { progress: { token: "mine", callback: ({ progress }) => seen.push(progress) } });

  expect(seen).toEqual([5, 6]);
  expect(foreign).toEqual([]);
  expect(client.stats.progress).toMatchObject({ unknown: 1, late: 1, notIncreasing: 2 });
  expect(client.stats.messages.invalid).toBe(4);
  other.cancel();
});
