import { describe, expect, test } from "vitest";
import { failure, type Process } from "../../actors/index.js";
import { child, RestartError, type Strategy } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, countsOf, type Harness, harness } from "./harness.js";
import { boom, type Turn, worker } from "./worker.js";

describe.each(seeds)("a restart whose start fails, order %s", (seed) => {
  const flaky = (stage: Harness, turns: Turn[], strategy: Strategy = "one_for_one") =>
    stage.supervise({
      strategy,
      intensity: { maxRestarts: 5 },
      children: [child("a", worker), child("b", worker, { turns }), child("c", worker)],
    });

  test("S9 it is tried again, and each attempt counts", async () => {
    const stage = harness(seed);
    const sup = await flaky(stage, ["ok", "error", "error", "error", "error"]);
    await stage.end((await children(sup)).b, boom);
    expect(await countsOf(sup)).toEqual([3, 3, 0, 3]);
    expect(stage.journal.filter((line) => line === "restart b")).toHaveLength(5);
    await stage.end((await children(sup)).b, boom);
    expect(await sup.exited).toBe("shutdown");
  });

  test("S9 a failed attempt is reported, with its cause", async () => {
    const stage = harness(seed);
    const sup = await flaky(stage, ["ok", "error"]);
    await stage.end((await children(sup)).b, boom);
    expect(stage.crashes.map(({ reason }) => (reason as typeof boom).error)).toEqual([
      boom.error,
      expect.any(RestartError),
    ]);
    expect(stage.crashes[1]).toMatchObject({
      process: sup,
      reason: {
        error: {
          message: 'Expected the child "b" of sup to start again, but it ended with Error: no start',
          child: "b",
          reason: failure(new Error("no start")),
        },
      },
    });
  });

  test("S9 a start that takes longer than startTimeout is a failed attempt", async () => {
    const stage = harness(seed);
    const sup = await stage.supervise({ children: [child("a", worker, { turns: ["ok", 50] }, { startTimeout: 10 })] });
    await stage.end((await children(sup)).a, boom);
    await stage.clock.advance(10);
    expect(await countsOf(sup)).toEqual([1, 1, 0, 1]);
    expect(stage.crashes[1]).toMatchObject({ reason: { error: { child: "a", reason: "timeout" } } });
  });

  test("S9 between two attempts it is shown as restarting, and admin calls have their turn · which_children", async () => {
    const stage = harness(seed);
    const sup = await flaky(stage, ["ok", 10, "ok"]);
    const { b } = await children(sup);
    const failStart = await beginRestart(stage, b);
    const asked = Promise.all([
      sup.whichChildren(),
      sup.countChildren(),
      sup.startChild(child("b", worker)),
      sup.restartChild("b"),
      sup.deleteChild("b"),
    ]);
    await failStart();
    const [infos, counts, started, restarted, deleted] = await asked;
    expect(infos[1]).toEqual({ id: "b", type: "worker", status: "restarting", process: undefined });
    expect(counts).toEqual({ specs: 3, active: 2, supervisors: 0, workers: 3 });
    expect(started).toEqual({ status: "already_started", process: undefined });
    expect(restarted).toEqual({ status: "restarting" });
    expect(deleted).toEqual({ status: "restarting" });
    expect(await countsOf(sup)).toEqual([3, 3, 0, 3]);
  });

  test("S9 terminateChild on a restarting child ends the attempts", async () => {
    const stage = harness(seed);
    const sup = await flaky(stage, ["ok", 10, "error", "error"]);
    const { b } = await children(sup);
    const failStart = await beginRestart(stage, b);
    const terminated = sup.terminateChild("b");
    await failStart();
    expect(await terminated).toEqual({ status: "ok" });
    expect((await children(sup)).b).toBe("stopped");
    stage.news();
    await stage.clock.advance(1_000);
    expect(stage.news()).toEqual([]);
    expect(await sup.deleteChild("b")).toEqual({ status: "ok" });
  });

  test("S9 a shutdown ends the attempts", async () => {
    const stage = harness(seed);
    const sup = await flaky(stage, ["ok", 10, "error", "error"]);
    const { b } = await children(sup);
    const failStart = await beginRestart(stage, b);
    const stopped = sup.stop("shutdown");
    await failStart();
    await stopped;
    expect(stage.runtime.size).toBe(0);
  });

  test("a retry that other restarts have overtaken does nothing", async () => {
    const stage = harness(seed);
    const sup = await flaky(stage, ["ok", 10, "ok"], "rest_for_one");
    const { a, b } = await children(sup);
    const failStart = await beginRestart(stage, b);
    a?.exit("kill");
    await failStart();
    expect(stage.journal.filter((line) => line === "+b")).toHaveLength(3);
    expect(stage.journal.filter((line) => line.startsWith("restart"))).toEqual(["restart b", "restart a"]);
    expect(await countsOf(sup)).toEqual([3, 3, 0, 3]);
  });

  test("a restart that says ignore leaves the child stopped", async () => {
    const stage = harness(seed);
    const sup = await flaky(stage, ["ok", "ignore"]);
    await stage.end((await children(sup)).b, boom);
    expect((await children(sup)).b).toBe("stopped");
    expect(await sup.restartChild("b")).toMatchObject({ status: "ok" });
  });
});

/**
 * Ends `b`, whose restart takes a while. What is sent to the supervisor now waits, and comes before the retry. Returns how
 * to make that start fail.
 */
async function beginRestart(stage: Harness, b: Process | undefined): Promise<() => Promise<void>> {
  await stage.end(b, boom);
  const starting = stage.runtime.tree()[0]?.children.find(({ label }) => label === "b");
  expect(starting?.state).toBe("starting");
  return async () => {
    starting?.process.exit("kill");
    await stage.clock.settle();
  };
}
