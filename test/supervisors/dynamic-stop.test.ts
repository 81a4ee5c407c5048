import { describe, expect, test } from "vitest";
import { child, dynamicSupervisor, type Shutdown, supervisor } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, type Harness, harness } from "./harness.js";
import { type Role, worker } from "./worker.js";

type Plan = Record<string, [role: Role, shutdown: Shutdown]>;

const never: Role = { closing: Number.POSITIVE_INFINITY };

describe.each(seeds)("stop of a dynamic supervisor, order %s", (seed) => {
  async function grow(plan: Plan) {
    const stage = harness(seed);
    const sup = await stage.runtime.start(dynamicSupervisor("dyn"));
    for (const [id, [role, shutdown]] of Object.entries(plan))
      await sup.startChild(child(id, worker, role, { shutdown }));
    stage.news();
    return { ...stage, sup };
  }

  /** Who ended at which time, with which reason, in alphabetical order for each time. */
  async function endings({ clock, news }: Harness, times: number[]): Promise<string[]> {
    const lines: string[] = [];
    for (const time of times) {
      await clock.advance(time - clock.now());
      lines.push(
        ...news()
          .sort()
          .map((line) => `${time} ${line}`),
      );
    }
    return lines;
  }

  test("D2 all are signalled at once · simple_one_for_one_shutdown", async () => {
    const stage = await grow({ a: [{ closing: 30 }, 5_000], b: [{ closing: 20 }, 5_000], c: [{ closing: 10 }, 5_000] });
    const stopped = stage.sup.stop("shutdown");
    expect(await endings(stage, [10, 20, 30])).toEqual([
      "10 -c shutdown",
      "20 -b shutdown",
      "30 -a shutdown",
      "30 -dyn shutdown",
    ]);
    await stopped;
  });

  test.each<[string, Plan, string[]]>([
    [
      "children with brutal kill",
      { a: [{}, "brutal_kill"], b: [never, "brutal_kill"] },
      ["0 -a killed", "0 -b killed"],
    ],
    [
      "children with infinity shutdown",
      { a: [{}, "infinity"], b: [{ closing: 100 }, "infinity"] },
      ["0 -a shutdown", "100 -b shutdown"],
    ],
    ["children with integer shutdown", { a: [{}, 50], b: [{ closing: 40 }, 50] }, ["0 -a shutdown", "40 -b shutdown"]],
    ["children with expired integer shutdown", { a: [never, 50], b: [never, 0] }, ["0 -b killed", "50 -a killed"]],
    [
      "with mixed children",
      { a: [never, 50], b: [never, 40], c: [never, "brutal_kill"], d: [{ closing: 100 }, "infinity"], e: [{}, 40] },
      ["0 -c killed", "0 -e shutdown", "40 -b killed", "50 -a killed", "100 -d shutdown"],
    ],
  ])("D2 S3 terminates %s · sup_stop_timeout_dynamic, sup_stop_brutal_kill_dynamic", async (_, plan, expected) => {
    const stage = await grow(plan);
    const stopped = stage.sup.stop("shutdown");
    const lines = await endings(stage, [0, 40, 50, 100]);
    expect(lines.filter((line) => !line.includes("-dyn"))).toEqual(expected);
    await stopped;
  });

  test("D2 S5 terminates children with abnormal reason: it stops nothing", async () => {
    const stage = await grow({ a: [{ closing: 30 }, 5_000], b: [{ closing: 50 }, 5_000] });
    const [{ process: b } = { process: undefined }] = await stage.sup.whichChildren();
    const stopped = stage.sup.stop("shutdown");
    await stage.clock.advance(10);
    b?.exit("kill");
    expect(await endings(stage, [10, 30, 50])).toEqual(["10 -b killed", "30 -a shutdown", "30 -dyn shutdown"]);
    await stopped;
  });

  test("D2 there is one timer for each distinct shutdown time", async () => {
    const plan: Plan = {};
    for (let index = 0; index < 30; index++) plan[`w${index}`] = [{ closing: 10 }, 100 + (index % 3)];
    const stage = await grow(plan);
    const before = stage.clock.timers;
    const stopped = stage.sup.stop("shutdown");
    await stage.clock.settle();
    // Each worker's own sleep is a timer, too.
    expect(stage.clock.timers - before).toBe(30 + 3);
    await stage.clock.advance(10);
    await stopped;
    expect(stage.clock.timers).toBe(0);
  });

  test("a dynamic supervisor below a supervisor has all the time it needs", async () => {
    const stage = harness(seed);
    const sup = await stage.supervise({ children: [child("dyn", dynamicSupervisor("dyn"))] });
    const { dyn } = (await children(sup)) as never as { dyn: typeof sup };
    await dyn.startChild(child("a", worker, { closing: 1e6 }, { shutdown: "infinity" }));
    const stopped = sup.stop("shutdown");
    await stage.clock.advance(1e6);
    await stopped;
    expect(stage.news().slice(-3)).toEqual(["-a shutdown", "-dyn shutdown", "-sup shutdown"]);
  });

  test("on kill its children end through their links", async () => {
    const { sup, clock, news, runtime } = await grow({ a: [{}, 5_000], b: [{}, "infinity"] });
    sup.exit("kill");
    await clock.settle();
    expect(news()).toEqual(["-dyn killed", "-a killed", "-b killed"]);
    expect(runtime.size).toBe(0);
  });

  test("S13 it ends with its parent, even on normal", async () => {
    const stage = harness(seed);
    const outer = supervisor("outer", { children: [child("dyn", dynamicSupervisor("dyn"))] });
    const sup = await stage.runtime.start(outer);
    const { dyn } = await children(sup);
    await sup.stop("normal");
    expect(dyn?.alive).toBe(false);
  });
});
