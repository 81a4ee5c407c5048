import { describe, expect, test } from "vitest";
import type { ClientEvents, ProgressCallback } from "../../../src/index.js";
import { flood, Script, say, stall, together, wait } from "../../../src/testing/index.js";
import { connectInMemory, watch } from "../../support/memory.js";
import { seeds } from "../../support/runtime.js";

/** A callback that does not come back before it is let go, and what it was called with. */
function gated(): { readonly callback: ProgressCallback; readonly seen: number[]; open(): void } {
  const seen: number[] = [];
  let isOpen = false;
  const waiting: (() => void)[] = [];
  return {
    seen,
    callback: ({ progress }) => {
      seen.push(progress);
      return isOpen ? undefined : new Promise<void>((resolve) => waiting.push(resolve));
    },
    open() {
      isOpen = true;
      for (const resolve of waiting) resolve();
    },
  };
}

describe.each(seeds)("promise 5: at most `progressBuffer` updates wait for a callback, order %s", (seed) => {
  test("past it the oldest are dropped, counted, and told", async () => {
    const stage = await connectInMemory(new Script().tool("work", flood(20), wait(10), say("done")), {
      seed,
      progressBuffer: 5,
    });
    const drops: ClientEvents["dropped"][] = [];
    stage.client.on("dropped", (drop) => drops.push(drop));
    const { callback, seen, open } = gated();
    const call = watch(stage, stage.client.callTool("work", {}, { progress: { token: "own", callback } }));
    await stage.clock.settle();

    open();
    await stage.clock.advance(10);

    expect(call.state).toBe("fulfilled");
    expect(seen).toEqual([1, 16, 17, 18, 19, 20]);
    expect(stage.client.stats.progress).toMatchObject({ delivered: 6, overflow: 14 });
    expect(drops).toHaveLength(14);
    expect(drops[0]).toEqual({ what: "progress.overflow", token: "own" });
  });

  test("by default 4,096 wait", async () => {
    const stage = await connectInMemory(new Script().tool("work", flood(5_000), stall()), { seed });
    const { callback, seen, open } = gated();
    watch(stage, stage.client.callTool("work", {}, { progress: callback }));
    await stage.clock.settle();

    open();
    await stage.clock.settle();

    expect(seen).toHaveLength(4_097);
    expect(seen.slice(0, 2)).toEqual([1, 5_000 - 4_095]);
    expect(seen.at(-1)).toBe(5_000);
    expect(stage.client.stats.progress.overflow).toBe(5_000 - 4_097);
  });

  test("each operation has a buffer of its own", async () => {
    const stage = await connectInMemory(new Script().tool("work", flood(6), stall()), { seed, progressBuffer: 5 });
    const gates = [gated(), gated(), gated()];
    for (const { callback } of gates) watch(stage, stage.client.callTool("work", {}, { progress: callback }));
    await stage.clock.settle();

    for (const { open } of gates) open();
    await stage.clock.settle();

    for (const { seen } of gates) expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect(stage.client.stats.progress.overflow).toBe(0);
  });

  test("M6 callbacks that return no promise run back to back: 3,000 in a burst, none dropped, none out of order", async () => {
    const script = new Script().tool("work", together({ do: "flood", total: 3_000 }, say("done")));
    const stage = await connectInMemory(script, { seed, progressBuffer: 1 });
    const seen: number[] = [];

    await stage.drive(stage.client.callTool("work", {}, { progress: ({ progress }) => seen.push(progress) }));

    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    expect(stage.client.stats.progress).toMatchObject({ delivered: 3_000, overflow: 0 });
  });

  test("M6 so do listeners to the token", async () => {
    const script = new Script().tool("work", together({ do: "flood", total: 3_000 }, say("done")));
    const stage = await connectInMemory(script, { seed, progressBuffer: 1 });
    const seen: number[] = [];
    const heard: number[] = [];
    stage.client.onProgress("own", ({ progress }) => heard.push(progress));

    const callback = ({ progress }: { progress: number }) => seen.push(progress);
    await stage.drive(stage.client.callTool("work", {}, { progress: { token: "own", callback } }));

    expect(seen).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    expect(heard).toEqual(seen);
    expect(stage.client.stats.progress.overflow).toBe(0);
  });

  test("100,000 updates to a slow callback: the newest are kept", { timeout: 20_000 }, async () => {
    if (seed !== undefined) return;
    const stage = await connectInMemory(new Script().tool("work", flood(100_000), stall()));
    const { callback, seen, open } = gated();
    watch(stage, stage.client.callTool("work", {}, { progress: callback }));
    await stage.clock.settle();

    open();
    await stage.clock.settle();

    expect(seen).toHaveLength(4_097);
    expect(seen.at(-1)).toBe(100_000);
    expect(stage.client.stats.progress.overflow).toBe(100_000 - 4_097);
  });
});
