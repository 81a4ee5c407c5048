import { describe, expect, test } from "vitest";
import type { Definition, Process, Self } from "../../actors/index.js";
import { type ChildSpec, child, dynamicSupervisor, type Strategy, supervisor } from "../../supervisors/index.js";
import { type TestRuntime, testRuntime } from "../support/runtime.js";

/** The least a process can be: the test measures the supervisor. */
const bare: Definition = {
  label: "bare",
  type: "worker",
  create: (self: Self) => ({ receive: () => self.exit("shutdown") }),
};

/** Milliseconds for each stage of the life of so many children, in order. */
type Costs = number[];

const lives = {
  one_for_one: (size: number, restarts: boolean) => lifeOf(size, "one_for_one", restarts),
  one_for_all: (size: number, restarts: boolean) => lifeOf(size, "one_for_all", restarts),
  dynamic: dynamicLifeOf,
};

// Again if it fails: a busy machine can cost one run more, a quadratic cost fails every one.
describe("cost is linear in the number of children", { retry: 2 }, () => {
  test.each(Object.entries(lives))("%s: from 1,000 to 10,000 to start, restart and stop", async (_, life) => {
    await life(1_000, true);
    expectLinear(await life(1_000, true), await life(10_000, true));
  });

  test.each(["one_for_one", "dynamic"] as const)(
    "%s: from 10,000 to 100,000 to start and stop",
    async (name) => expectLinear(await lives[name](10_000, false), await lives[name](100_000, false)),
    20_000,
  );
});

/** A quadratic cost would be 100 times as much; what is above 10 is room for a busy machine. */
function expectLinear(small: Costs, large: Costs): void {
  for (const [stage, cost] of large.entries()) expect(cost).toBeLessThan(40 * Math.max(small[stage] ?? 0, 3));
}

async function lifeOf(size: number, strategy: Strategy, restarts: boolean): Promise<Costs> {
  const stage = testRuntime();
  const intensity = { maxRestarts: size };
  const definition = supervisor("sup", { strategy, intensity, children: specs(size) });
  const start = await measure(() => stage.runtime.start(definition));
  return [start, ...(await rest(stage, strategy, restarts))];
}

async function dynamicLifeOf(size: number, restarts: boolean): Promise<Costs> {
  const stage = testRuntime();
  const sup = await stage.runtime.start(dynamicSupervisor("dyn", { intensity: { maxRestarts: size } }));
  const start = await measure(async () => {
    for (const spec of specs(size)) await sup.startChild(spec);
  });
  return [start, ...(await rest(stage, "one_for_one", restarts))];
}

async function rest(stage: TestRuntime, strategy: Strategy, restarts: boolean): Promise<Costs> {
  const costs = restarts ? [await measure(() => restartAll(stage, strategy))] : [];
  return [...costs, await measure(() => stage.runtime.stop())];
}

/** Ends every child at once; under `one_for_all` one is enough. */
async function restartAll({ runtime, clock }: TestRuntime, strategy: Strategy): Promise<void> {
  const children = runtime.tree()[0]?.children ?? [];
  for (const { process } of strategy === "one_for_all" ? children.slice(-1) : children) process.exit("kill");
  await clock.settle();
  const now = runtime.tree()[0]?.children ?? [];
  expect(now).toHaveLength(children.length);
  expect(now.every(({ restarts }) => restarts === 1)).toBe(true);
}

function specs(size: number): ChildSpec<Process, false>[] {
  return Array.from({ length: size }, (_, index) => child(`c${index}`, bare));
}

async function measure(task: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await task();
  return performance.now() - begun;
}
