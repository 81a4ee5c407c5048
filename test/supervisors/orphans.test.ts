import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Process, Runtime } from "../../actors/index.js";
import {
  type ChildSpec,
  child,
  type DynamicSupervisorRef,
  dynamicSupervisor,
  type Restart,
  type Shutdown,
  type Strategy,
  supervisor,
} from "../../supervisors/index.js";
import { testRuntime } from "../support/runtime.js";
import { boom, type Turn, type WorkerRef, worker } from "./worker.js";

/** What a random tree is grown from. */
type Seedling =
  | { kind: "worker"; restart: Restart; shutdown: Shutdown; closing: number | undefined; turns: Turn[] }
  | { kind: "supervisor"; strategy: Strategy; maxRestarts: number; below: Seedling[] }
  | { kind: "dynamic"; maxRestarts: number };

/** What is done to it: to the n-th process of the tree. */
interface Deed {
  deed: "crash" | "kill" | "end" | "stop" | "adopt" | "wait";
  index: number;
  ms: number;
}

const longest = 40;

const sprout = fc.record({
  kind: fc.constant("worker" as const),
  restart: fc.constantFrom<Restart>("permanent", "transient", "temporary"),
  shutdown: fc.constantFrom<Shutdown>("brutal_kill", "infinity", 0, 20),
  closing: fc.constantFrom(undefined, 0, 10, longest),
  turns: fc.array(fc.constantFrom<Turn>("ok", "error", "ignore", 10), { maxLength: 4 }),
});

const { tree } = fc.letrec<{ tree: Seedling; any: Seedling }>((tie) => ({
  any: fc.oneof({ depthSize: "small", withCrossShrink: true }, sprout, tie("tree"), dynamicArbitrary()),
  tree: fc.record({
    kind: fc.constant("supervisor" as const),
    strategy: fc.constantFrom<Strategy>("one_for_one", "one_for_all", "rest_for_one"),
    maxRestarts: fc.nat({ max: 4 }),
    below: fc.array(tie("any"), { maxLength: 4 }),
  }),
}));

const deeds = fc.array(
  fc.record<Deed>({
    deed: fc.constantFrom("crash", "kill", "end", "stop", "adopt", "wait"),
    index: fc.nat({ max: 12 }),
    ms: fc.nat({ max: 30 }),
  }),
  { maxLength: 10 },
);

describe("no process outlives its supervisor", () => {
  test("whatever happens to whom, in any order, while starting, restarting and stopping", async () => {
    await fc.assert(
      fc.asyncProperty(tree, deeds, fc.boolean(), fc.nat(), async (seedling, todo, isKilled, seed) => {
        const { runtime, clock } = testRuntime({ seed });
        const starting = runtime.start(specOf("root", seedling).definition as never).catch(() => undefined);
        for (const deed of todo) {
          perform(runtime, deed);
          await clock.advance(deed.deed === "wait" ? deed.ms : 0);
        }
        // Long enough for every start and every end; then whoever has no living parent is an orphan.
        await clock.advance(10_000);
        expect(runtime.tree().map(({ label }) => label)).toEqual(runtime.size === 0 ? [] : ["root"]);
        await starting;

        const root = runtime.tree()[0]?.process;
        if (isKilled) root?.exit("kill");
        else void root?.stop("shutdown").catch(() => undefined);
        await clock.advance(10_000);
        expect([runtime.size, clock.timers]).toEqual([0, 0]);
      }),
      { numRuns: 400 },
    );
  });
});

function dynamicArbitrary() {
  return fc.record({ kind: fc.constant("dynamic" as const), maxRestarts: fc.nat({ max: 4 }) });
}

function specOf(id: string, seedling: Seedling): ChildSpec<Process, false> {
  switch (seedling.kind) {
    case "worker": {
      const { restart, shutdown, closing, turns } = seedling;
      const role = { turns: [...turns], ...(closing === undefined ? {} : { closing }) };
      return child(id, worker, role, { restart, shutdown } as { restart: "transient" });
    }
    case "supervisor": {
      const { strategy, maxRestarts, below } = seedling;
      const children = below.map((one, index) => specOf(`${id}.${index}`, one));
      return child(id, supervisor(id, { strategy, intensity: { maxRestarts }, children }));
    }
    case "dynamic":
      return child(id, dynamicSupervisor(id, { intensity: { maxRestarts: seedling.maxRestarts } }));
  }
}

function perform(runtime: Runtime, { deed, index }: Deed): void {
  const nodes = runtime.tree();
  for (const node of nodes) nodes.push(...node.children);
  const node = nodes[index % Math.max(1, nodes.length)];
  if (node === undefined || !node.process.alive) return;
  const { process } = node;
  if (deed === "kill") process.exit("kill");
  else if (deed === "stop") void process.stop("shutdown").catch(() => undefined);
  else if (node.type === "worker" && deed !== "wait")
    (process as WorkerRef).cast("end", deed === "end" ? "normal" : boom);
  else if (deed === "adopt" && "startChild" in process) {
    const spec = child(`adopted ${runtime.size}`, worker, { closing: 10 });
    void (process as DynamicSupervisorRef).startChild(spec).catch(() => undefined);
  }
}
