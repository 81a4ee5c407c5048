import { describe, expect, test } from "vitest";
import { child, type Intensity, IntensityError } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, type Harness, harness } from "./harness.js";
import { boom, worker } from "./worker.js";

describe.each(seeds)("restart intensity, order %s", (seed) => {
  /** Two children; each gap is that many milliseconds, then a crash, of one child and of the other in turn. */
  async function crashes(stage: Harness, intensity: Intensity | undefined, gaps: number[]) {
    const sup = await stage.supervise({ intensity, children: [child("a", worker), child("b", worker)] });
    for (const [index, gap] of gaps.entries()) {
      await stage.clock.advance(gap);
      await stage.end((await children(sup))[index % 2 === 0 ? "a" : "b"], boom);
    }
    return sup;
  }

  test("S8 the default is 3 restarts within 5,000 ms, for all children together", async () => {
    const stage = harness(seed);
    const sup = await crashes(stage, undefined, [0, 0, 0]);
    expect(sup.alive).toBe(true);
    await stage.end((await children(sup)).a, boom);
    expect(await sup.exited).toBe("shutdown");
    expect(stage.runtime.size).toBe(0);
  });

  test("S8 the window slides, and its bound is inclusive", async () => {
    const stage = harness(seed);
    const intensity = { maxRestarts: 2, within: 1_000 };
    expect((await crashes(stage, intensity, [0, 500, 501, 500, 501, 500])).alive).toBe(true);
    expect((await crashes(stage, intensity, [0, 500, 500])).alive).toBe(false);
  });

  test("S8 maxRestarts 0 allows none", async () => {
    expect((await crashes(harness(seed), { maxRestarts: 0 }, [0])).alive).toBe(false);
  });

  test("many restarts, never more than the intensity within its window: still alive · multiple_restarts", async () => {
    const sup = await crashes(harness(seed), { maxRestarts: 1, within: 1_000 }, Array<number>(50).fill(1_001));
    expect(sup.alive).toBe(true);
  });

  test("S8 ends that lead to no restart do not count", async () => {
    const { supervise, end } = harness(seed);
    const spec = (id: string, restart: "transient" | "temporary") => child(id, worker, {}, { restart });
    const sup = await supervise({
      intensity: { maxRestarts: 0 },
      children: [spec("a", "transient"), spec("b", "temporary"), spec("c", "temporary")],
    });
    const { a, b, c } = await children(sup);
    await end(a, "normal");
    await end(b, boom);
    await end(c, "normal");
    await sup.restartChild("a");
    expect(sup.alive).toBe(true);
  });

  test("a supervisor that gives up stops its children in order and reports why", async () => {
    const stage = harness(seed);
    const sup = await crashes(stage, { maxRestarts: 1, within: 100 }, [0]);
    stage.news();
    await stage.end((await children(sup)).a, boom);
    expect(stage.news()).toEqual(["-a Error: boom", "-b shutdown", "-sup shutdown"]);
    const report = stage.crashes.at(-1);
    expect(report?.process).toBe(sup);
    expect(report?.reason).toMatchObject({ error: expect.any(IntensityError) });
    expect(report?.reason).toMatchObject({
      error: {
        message:
          'Expected the children of sup to need at most 1 restarts within 100 ms, but "a" needed one more: ' +
          "it ended with Error: boom",
        child: "a",
        reason: boom,
        cause: boom.error,
      },
    });
  });
});
