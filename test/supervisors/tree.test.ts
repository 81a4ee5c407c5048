import { describe, expect, test } from "vitest";
import { drawTree, type Process } from "../../actors/index.js";
import { child, dynamicSupervisor, type SupervisorRef, supervisor } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, harness } from "./harness.js";
import { boom, worker } from "./worker.js";

/**
 *     sup
 *     ├─ w1
 *     └─ inner (2 restarts)
 *        ├─ w2
 *        └─ pool (dynamic)
 */
const inner = supervisor("inner", {
  strategy: "one_for_all",
  intensity: { maxRestarts: 2 },
  children: [child("w2", worker), child("pool", dynamicSupervisor("pool"))],
});

describe.each(seeds)("a tree, order %s", (seed) => {
  async function grow() {
    const stage = harness(seed);
    const sup = await stage.supervise({ children: [child("w1", worker), child("inner", inner)] });
    const below = async () => (await children(sup)).inner as SupervisorRef;
    return { ...stage, sup, below };
  }

  test("one worker dies, only it is replaced · tree", async () => {
    const { sup, below, end } = await grow();
    const old = await children(sup);
    await end(old.w1, boom);
    const now = await children(sup);
    expect(now.w1).not.toBe(old.w1);
    expect(now.inner).toBe(old.inner);
    expect(Object.keys(await children(await below()))).toEqual(["pool", "w2"]);
  });

  test("inner escalation restarts the whole inner tree, dynamic children are gone · tree", async () => {
    const { runtime, sup, below, end } = await grow();
    const old = await children(sup);
    const { pool } = await children(await below());
    const started = await (pool as never as { startChild: SupervisorRef["startChild"] }).startChild(child("d", worker));
    const dynamic: Process | undefined = started.status === "ok" ? started.process : undefined;
    for (let crash = 1; crash <= 3; crash++) await end((await children(await below())).w2, boom);
    const now = await children(sup);
    expect(now.w1).toBe(old.w1);
    expect(now.inner).not.toBe(old.inner);
    expect(dynamic?.alive).toBe(false);
    expect(drawTree(runtime.tree())).toBe(
      ["sup (supervisor)", "├─ w1", "└─ inner (supervisor) · restarted 1×", "   ├─ w2", "   └─ pool (supervisor)"].join(
        "\n",
      ),
    );
  });

  test("a defect that no restart heals ends the whole tree, level by level", async () => {
    const { runtime, sup, below, end, crashes } = await grow();
    // 3 + 1 lives of inner, each with 2 + 1 lives of its children.
    for (let crash = 1; crash <= 4 * 3; crash++) {
      expect(sup.alive).toBe(true);
      await end((await children(await below())).w2, boom);
    }
    expect(await sup.exited).toBe("shutdown");
    expect(runtime.size).toBe(0);
    expect(crashes.filter(({ reason }) => (reason as typeof boom).error !== boom.error)).toHaveLength(5);
  });

  test("an inner supervisor that fails to start fails the outer one, and says what and why", async () => {
    const { supervise } = harness(seed);
    const broken = supervisor("broken", { children: [child("deep", worker, { turns: ["error"] })] });
    await expect(supervise({ children: [child("w1", worker), child("broken", broken)] })).rejects.toMatchObject({
      reason: { kind: "shutdown" },
      cause: {
        failedToStart: "broken",
        reason: { kind: "shutdown" },
        cause: { failedToStart: "deep", cause: { message: "no start" } },
      },
    });
  });
});
