import { describe, expect, test } from "vitest";
import { type ExitReason, shutdownWith } from "../../actors/index.js";
import { type AutoShutdown, child, type Restart, type SupervisorOptions } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, type Harness, harness } from "./harness.js";
import { boom, worker } from "./worker.js";

const reasons: ExitReason[] = ["normal", "shutdown", shutdownWith("done"), "kill", boom];
const orderly = reasons.slice(0, 3);
const heeding = ["any_significant", "all_significant"] as const;

/** A permanent child, and significant ones of one kind. */
function withSignificant(stage: Harness, autoShutdown: (typeof heeding)[number], restart: Restart, ids: string[]) {
  const significant = { restart: restart as "transient", significant: true };
  return stage.supervise({
    autoShutdown,
    children: [child("permanent", worker), ...ids.map((id) => child(id, worker, {}, significant))],
  });
}

describe.each(seeds)("auto shutdown, order %s", (seed) => {
  test.each(
    (["never", ...heeding] as const).flatMap((autoShutdown) =>
      (["temporary", "transient"] as const).flatMap((restart) =>
        reasons.map((reason) => [restart, autoShutdown, reason] as [Restart, AutoShutdown, ExitReason]),
      ),
    ),
  )("S11 nonsignificant_%s: such a child never ends the supervisor: %s, %s", async (restart, autoShutdown, reason) => {
    const { supervise, end } = harness(seed);
    const spec = child("a", worker, {}, { restart: restart as "transient" });
    const sup = await supervise({ autoShutdown, children: [spec] } as SupervisorOptions);
    await end((await children(sup)).a, reason);
    expect(sup.alive).toBe(true);
  });

  test.each(reasons)(
    "S11 any_significant: a temporary one ends it with shutdown, whatever the reason: %s · significant_temporary",
    async (reason) => {
      const stage = harness(seed);
      const sup = await withSignificant(stage, "any_significant", "temporary", ["a", "b"]);
      await stage.end((await children(sup)).a, reason);
      expect(await sup.exited).toBe("shutdown");
      expect(stage.runtime.size).toBe(0);
    },
  );

  test.each(reasons)(
    "S11 any_significant: a transient one ends it only in an orderly way: %s · significant_transient",
    async (reason) => {
      const stage = harness(seed);
      const sup = await withSignificant(stage, "any_significant", "transient", ["a", "b"]);
      const { a } = await children(sup);
      await stage.end(a, reason);
      expect(sup.alive).toBe(!orderly.includes(reason));
      if (sup.alive) expect((await children(sup)).a?.alive).toBe(true);
    },
  );

  test.each(reasons)(
    "S11 all_significant: the last temporary one ends it: %s · significant_temporary",
    async (reason) => {
      const stage = harness(seed);
      const sup = await withSignificant(stage, "all_significant", "temporary", ["a", "b"]);
      const { a, b } = await children(sup);
      await stage.end(b, reason);
      expect(sup.alive).toBe(true);
      await stage.end(a, reason);
      expect(await sup.exited).toBe("shutdown");
    },
  );

  test("S11 all_significant: the last transient one ends it, in an orderly way only · significant_transient", async () => {
    const stage = harness(seed);
    const sup = await withSignificant(stage, "all_significant", "transient", ["a", "b"]);
    await stage.end((await children(sup)).b, "normal");
    await stage.end((await children(sup)).a, boom);
    expect(sup.alive).toBe(true);
    await stage.end((await children(sup)).a, shutdownWith("done"));
    expect(await sup.exited).toBe("shutdown");
  });

  test("S11 all_significant: one that was started again by hand counts as active", async () => {
    const stage = harness(seed);
    const sup = await withSignificant(stage, "all_significant", "transient", ["a", "b"]);
    await stage.end((await children(sup)).b, "normal");
    await sup.restartChild("b");
    await stage.end((await children(sup)).a, "normal");
    expect(sup.alive).toBe(true);
  });

  test.each(
    heeding.flatMap((auto) => (["temporary", "transient"] as const).map((restart) => [auto, restart] as const)),
  )("S11 %s: terminateChild on a %s one does not end it", async (autoShutdown, restart) => {
    const stage = harness(seed);
    const sup = await withSignificant(stage, autoShutdown, restart, ["a"]);
    expect(await sup.terminateChild("a")).toEqual({ status: "ok" });
    await stage.clock.settle();
    expect(sup.alive).toBe(true);
  });

  test("S11 all_significant: one that was terminated is not waited for", async () => {
    const stage = harness(seed);
    const sup = await withSignificant(stage, "all_significant", "transient", ["a", "b"]);
    await sup.terminateChild("a");
    await stage.end((await children(sup)).b, "normal");
    expect(await sup.exited).toBe("shutdown");
  });

  test.each(
    heeding.flatMap((auto) => (["one_for_all", "rest_for_one"] as const).map((strategy) => [auto, strategy] as const)),
  )("S11 %s, %s: one that is stopped because of a sibling does not end it", async (autoShutdown, strategy) => {
    const { supervise, end } = harness(seed);
    const sup = await supervise({
      strategy,
      autoShutdown,
      children: [
        child("first", worker),
        child("temporary", worker, {}, { restart: "temporary", significant: true }),
        child("transient", worker, {}, { restart: "transient", significant: true }),
      ],
    });
    await end((await children(sup)).first, boom);
    expect(Object.keys(await children(sup))).toEqual(["transient", "first"]);
  });

  test("S11 the others are stopped in order", async () => {
    const stage = harness(seed);
    const sup = await withSignificant(stage, "any_significant", "temporary", ["a", "b", "c"]);
    const { b } = await children(sup);
    stage.news();
    await stage.end(b, "normal");
    expect(stage.news()).toEqual(["-b normal", "-c shutdown", "-a shutdown", "-permanent shutdown", "-sup shutdown"]);
    expect(stage.crashes).toEqual([]);
  });

  test("S11 startChild refuses a significant child under never", async () => {
    const { supervise } = harness(seed);
    const sup = await supervise({ children: [] });
    const spec = child("a", worker, {}, { restart: "transient", significant: true });
    const refusal = { status: "error", reason: { error: { fault: "bad_combination", child: "a" } } };
    expect(await sup.startChild(spec)).toMatchObject(refusal);
  });
});
