import { describe, expect, test } from "vitest";
import { child, type Restart, type Strategy, type SupervisorRef } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, countsOf, type Harness, harness } from "./harness.js";
import { boom, type Role, type Turn, worker } from "./worker.js";

const ids = ["a", "b", "c", "d"];

describe.each(seeds)("strategies, order %s", (seed) => {
  const four = (
    stage: Harness,
    strategy: Strategy,
    roles: Record<string, Role> = {},
    restart: Record<string, Restart> = {},
  ) =>
    stage.supervise({
      strategy,
      intensity: { maxRestarts: 2 },
      children: ids.map((id) => child(id, worker, roles[id], { restart: restart[id] as "transient" })),
    });

  test.each<[Strategy, string, string[]]>([
    ["one_for_one", "a", ["a"]],
    ["one_for_one", "d", ["d"]],
    ["one_for_all", "a", ["a", "b", "c", "d"]],
    ["one_for_all", "c", ["a", "b", "c", "d"]],
    ["rest_for_one", "a", ["a", "b", "c", "d"]],
    ["rest_for_one", "c", ["c", "d"]],
    ["rest_for_one", "d", ["d"]],
  ])("S7 %s: when %s ends, %j are replaced, others keep their process", async (strategy, victim, replaced) => {
    const stage = harness(seed);
    const sup = await four(stage, strategy);
    const old = await children(sup);
    await stage.end(old[victim], boom);
    const now = await children(sup);
    expect(ids.filter((id) => now[id] !== old[id])).toEqual(replaced);
    expect(await countsOf(sup)).toEqual([4, 4, 0, 4]);
    expect((await sup.whichChildren()).map(({ id }) => id)).toEqual(["d", "c", "b", "a"]);
  });

  test.each<[Strategy, string[]]>([
    ["one_for_one", ["-b Error: boom", "restart b", "+b"]],
    [
      "one_for_all",
      ["-b Error: boom", "-d shutdown", "-c shutdown", "-a shutdown", "restart b", "+a", "+b", "+c", "+d"],
    ],
    ["rest_for_one", ["-b Error: boom", "-d shutdown", "-c shutdown", "restart b", "+b", "+c", "+d"]],
  ])("S7 %s stops from right to left, then starts from left to right", async (strategy, expected) => {
    const stage = harness(seed);
    const sup = await four(stage, strategy, {
      a: { closing: 5 },
      c: { closing: 5, turns: ["ok", 3] },
      d: { closing: 5 },
    });
    const { b } = await children(sup);
    stage.news();
    await stage.end(b, boom);
    await stage.clock.advance(20);
    expect(stage.news()).toEqual(expected);
  });

  test.each<Strategy>(["one_for_one", "one_for_all", "rest_for_one"])(
    "S8 %s: the third crash with intensity 2 ends the supervisor · one_for_one, one_for_all, rest_for_one",
    async (strategy) => {
      const stage = harness(seed);
      const sup = await four(stage, strategy);
      for (let crash = 1; crash <= 3; crash++) await stage.end((await children(sup)).b, boom);
      expect(await sup.exited).toBe("shutdown");
      expect(stage.runtime.size).toBe(0);
    },
  );

  test.each<[Strategy, Turn[]]>([
    ["one_for_one", ["ok", "error", "error", "error"]],
    ["one_for_all", ["ok", "error", "error", "error"]],
    ["rest_for_one", ["ok", "error", "error", "error"]],
  ])(
    "%s_escalation: a child whose restart always fails ends the supervisor and the siblings",
    async (strategy, turns) => {
      const stage = harness(seed);
      const sup = await four(stage, strategy, { b: { turns } });
      const old = await children(sup);
      await stage.end(old.b, boom);
      expect(await sup.exited).toBe("shutdown");
      expect(Object.values(old).map(({ alive }) => alive)).toEqual([false, false, false, false]);
      expect(stage.runtime.size).toBe(0);
    },
  );

  test.each<[Strategy, string[]]>([
    ["one_for_all", ["a", "b", "c"]],
    ["rest_for_one", ["b", "c"]],
  ])(
    "S7 %s: a temporary bystander is stopped and not restarted, and does not count · temporary_bystander",
    async (strategy, replaced) => {
      const stage = harness(seed);
      const sup = await four(stage, strategy, {}, { d: "temporary" });
      const old = await children(sup);
      await stage.end(old.b, boom);
      const now = await children(sup);
      expect(Object.keys(now)).toEqual(["c", "b", "a"]);
      expect(["a", "b", "c"].filter((id) => now[id] !== old[id])).toEqual(replaced);
      expect(old.d?.alive).toBe(false);
      await stage.end(now.b, boom);
      expect(sup.alive).toBe(true);
    },
  );

  test("S7 a sibling that had been stopped, or had ended on its own, starts with the others", async () => {
    const stage = harness(seed);
    const sup = await four(stage, "one_for_all", {}, { d: "transient" });
    await sup.terminateChild("a");
    await stage.end((await children(sup)).d, "normal");
    expect(await countsOf(sup)).toEqual([4, 2, 0, 4]);
    await stage.end((await children(sup)).b, boom);
    expect(await countsOf(sup)).toEqual([4, 4, 0, 4]);
  });

  test("S10 one_for_all: a failed restart stops the restarted ones again and starts over", async () => {
    const stage = harness(seed);
    const sup = await four(stage, "one_for_all", { c: { turns: ["ok", "error", "ok"] } });
    const { a } = await children(sup);
    stage.news();
    await stage.end(a, boom);
    expect(stage.news()).toEqual([
      ...["-a Error: boom", "-d shutdown", "-c shutdown", "-b shutdown"],
      ...["restart a", "+a", "+b", "+c", "-c Error: no start"],
      ...["-b shutdown", "-a shutdown"],
      ...["restart c", "+a", "+b", "+c", "+d"],
    ]);
    expect(await countsOf(sup)).toEqual([4, 4, 0, 4]);
  });

  test("S10 rest_for_one: a failed restart goes on from the failed one", async () => {
    const stage = harness(seed);
    const sup = await four(stage, "rest_for_one", { c: { turns: ["ok", "error", "ok"] } });
    const { b } = await children(sup);
    stage.news();
    await stage.end(b, boom);
    expect(stage.news()).toEqual([
      ...["-b Error: boom", "-d shutdown", "-c shutdown"],
      ...["restart b", "+b", "+c", "-c Error: no start"],
      ...["restart c", "+c", "+d"],
    ]);
  });

  test("children that end at the same moment are each heard", async () => {
    const stage = harness(seed);
    const sup = await four(stage, "one_for_one");
    const old = await children(sup);
    for (const id of ["a", "d"]) old[id]?.exit("kill");
    await stage.clock.settle();
    const now = await children(sup);
    expect(ids.filter((id) => now[id] !== old[id])).toEqual(["a", "d"]);
    await restsWith(sup, 4);
  });

  test("one_for_all: children that end at the same moment are one restart", async () => {
    const stage = harness(seed);
    const sup = await four(stage, "one_for_all");
    for (const process of Object.values(await children(sup))) process.exit("kill");
    await stage.clock.settle();
    expect(stage.journal.filter((line) => line.startsWith("restart"))).toHaveLength(1);
    await restsWith(sup, 4);
  });
});

async function restsWith(sup: SupervisorRef, active: number): Promise<void> {
  expect(await sup.countChildren()).toMatchObject({ active });
}
