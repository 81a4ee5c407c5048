import { connect } from "caduceus";
import { flood, progress, Script, say, scriptedStdio, together } from "caduceus/testing";
import { expect, test } from "vitest";

const CALLS = 200;
const UPDATES = 10;

test("FAULTS ten progress notifications and the result in one write: all ten delivered, in order, then the result", async () => {
  const steps = Array.from({ length: UPDATES }, (_, index) => progress(index + 1, UPDATES));
  await using client = await connect(scriptedStdio(new Script().tool("burst", together(...steps, say("done")))));

  let arrived = 0;
  for (let call = 0; call < CALLS; call++) {
    const seen: number[] = [];
    await client.callTool("burst", {}, { progress: (update) => void seen.push(update.progress) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    arrived += seen.length;
  }

  expect(arrived).toBe(CALLS * UPDATES);
});

test("M6 3,000 updates in a burst to a synchronous callback: none lost, none out of order, none after the result", async () => {
  await using client = await connect(scriptedStdio(new Script().tool("flood", together(flood(3_000), say("done")))));

  const seen: number[] = [];
  await client.callTool("flood", {}, { progress: (update) => void seen.push(update.progress) });

  expect(seen).toHaveLength(3_000);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});
