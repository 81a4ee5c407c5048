import { describe, expect, test } from "vitest";
import { type ExitReason, type Inspection, type Self, shutdownWith } from "../../actors/index.js";
import { child, dynamicSupervisor, type Restart, supervisor } from "../../supervisors/index.js";
import { survivorsOf } from "../support/gc.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { children, countsOf, harness } from "./harness.js";
import { boom, type WorkerRef, worker } from "./worker.js";

type Fate = "restarted" | "kept" | "forgotten";

/** The restart table; the names are those of the original cases. */
const table: [name: string, Restart, ExitReason, Fate][] = [
  ["permanent_normal", "permanent", "normal", "restarted"],
  ["permanent_shutdown", "permanent", "shutdown", "restarted"],
  ["permanent_shutdown", "permanent", shutdownWith("done"), "restarted"],
  ["permanent_abnormal", "permanent", boom, "restarted"],
  ["permanent_abnormal", "permanent", "kill", "restarted"],
  ["transient_normal", "transient", "normal", "kept"],
  ["transient_shutdown", "transient", "shutdown", "kept"],
  ["transient_shutdown", "transient", shutdownWith("done"), "kept"],
  ["transient_abnormal", "transient", boom, "restarted"],
  ["transient_abnormal", "transient", "kill", "restarted"],
  ["temporary_normal", "temporary", "normal", "forgotten"],
  ["temporary_shutdown", "temporary", "shutdown", "forgotten"],
  ["temporary_shutdown", "temporary", shutdownWith("done"), "forgotten"],
  ["temporary_abnormal", "temporary", boom, "forgotten"],
  ["temporary_abnormal", "temporary", "kill", "forgotten"],
];

describe.each(seeds)("restart, order %s", (seed) => {
  test.each(table)("S6 %s: a %s child that ends with %s is %s", async (_, restart, reason, fate) => {
    const { supervise, end } = harness(seed);
    const sup = await supervise({ children: [child("before", worker), child("a", worker, {}, { restart })] });
    const old = await children(sup);
    await end(old.a, reason);
    const now = await children(sup);
    expect(now.before).toBe(old.before);
    if (fate === "restarted") {
      expect(now.a).not.toBe(old.a);
      expect(now.a?.alive).toBe(true);
    } else expect(now.a).toBe(fate === "kept" ? "stopped" : undefined);
    expect(await countsOf(sup)).toEqual(
      fate === "restarted" ? [2, 2, 0, 2] : fate === "kept" ? [2, 1, 0, 2] : [1, 1, 0, 1],
    );
  });

  test("S6 a temporary child's id is free again when it has ended, a transient one's is not", async () => {
    const { supervise, end } = harness(seed);
    const temporary = child("t", worker, {}, { restart: "temporary" });
    const transient = child("n", worker, {}, { restart: "transient" });
    const sup = await supervise({ children: [temporary, transient] });
    const { t, n } = await children(sup);
    await end(t, "normal");
    await end(n, "normal");
    expect(await sup.startChild(temporary)).toMatchObject({ status: "ok" });
    expect(await sup.startChild(transient)).toEqual({ status: "already_present" });
    expect(await sup.restartChild("n")).toMatchObject({ status: "ok" });
  });

  test("a restarted child is started with the same argument, and keeps its place", async () => {
    const { supervise, end } = harness(seed);
    const role = { closing: 7 };
    const sup = await supervise({ children: [child("a", worker), child("b", worker, role), child("c", worker)] });
    await end((await children(sup)).b, boom);
    const { b } = (await children(sup)) as Record<string, WorkerRef>;
    expect(await b?.call("role")).toBe(role);
    expect((await sup.whichChildren()).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  });

  test("the tree shows how often a child was restarted, the inspector hears why", async () => {
    const restarts: Inspection[] = [];
    const { runtime, clock } = testRuntime({
      seed,
      onInspect: (event) => event.type === "restart" && restarts.push(event),
    });
    const sup = await runtime.start(supervisor("sup", { children: [child("a", worker), child("b", worker)] }));
    for (const reason of [boom, shutdownWith("done")]) {
      const { b } = (await children(sup)) as Record<string, WorkerRef>;
      b?.cast("end", reason);
      await clock.settle();
    }
    const [root] = runtime.tree();
    expect(root?.children.map(({ label, restarts }) => [label, restarts])).toEqual([
      ["a", 0],
      ["b", 2],
    ]);
    expect(restarts).toEqual([
      { type: "restart", supervisor: sup, child: "b", reason: boom },
      { type: "restart", supervisor: sup, child: "b", reason: shutdownWith("done") },
    ]);
    await runtime.stop();
  });

  test("S6 the arguments of a temporary child are not retained, others are · simple_one_for_one_corruption", async () => {
    const { runtime } = harness(seed);
    const forgetful = { label: "w", type: "worker", create: (_: Self, __: object) => ({ receive() {} }) } as const;
    const sup = await runtime.start(supervisor("sup", { children: [] }));
    const pool = await runtime.start(dynamicSupervisor("pool"));
    const refs: WeakRef<{ restart: Restart }>[] = [];
    const start = async (ref: typeof sup | typeof pool, restart: Restart) => {
      const argument = { restart };
      refs.push(new WeakRef(argument));
      await ref.startChild(child(restart, forgetful, argument, { restart } as { restart: "temporary" }));
    };
    for (const restart of ["temporary", "permanent"] as const) {
      for (const ref of [sup, pool]) await start(ref, restart);
    }
    const survivors = await survivorsOf(refs);
    expect(survivors.map(({ restart }) => restart)).toEqual(["permanent", "permanent"]);
    for (const ref of [sup, pool]) ref.exit("kill");
  });

  test("P5 a child is not restarted beside its own half-closed resources", async () => {
    const { runtime, clock, supervise, news } = harness(seed);
    let open = 0;
    let most = 0;
    const owner: typeof worker = {
      ...worker,
      create(self, role) {
        most = Math.max(most, ++open);
        self.own(async () => {
          await new Promise<void>((resolve) => runtime.clock.setTimer(100, resolve));
          open--;
        });
        return worker.create(self, role);
      },
    };
    const sup = await supervise({ children: [child("a", owner, {}, { name: "port" })] });
    news();
    runtime.whereis("port")?.exit("kill");
    await clock.advance(99);
    expect(news()).toEqual([]);
    await clock.advance(1);
    expect(news()).toEqual(["-port killed", "restart a", "+port"]);
    expect(runtime.whereis("port")).toBe((await children(sup)).a);
    expect(most).toBe(1);
    const stopped = sup.stop();
    await clock.advance(100);
    await stopped;
  });
});
