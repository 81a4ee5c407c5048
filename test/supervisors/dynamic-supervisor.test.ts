import { describe, expect, test } from "vitest";
import { type ExitReason, failure, ignore, type Process, reply, server, shutdownWith } from "../../actors/index.js";
import {
  type ChildOptions,
  type ChildSpec,
  child,
  type DynamicSupervisorOptions,
  type DynamicSupervisorRef,
  dynamicSupervisor,
  partialChild,
  type Restart,
} from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { countsOf, type Harness, harness } from "./harness.js";
import { boom, type Role, type Turn, type WorkerRef, worker } from "./worker.js";

describe.each(seeds)("dynamic supervisor, order %s", (seed) => {
  async function dynamic(options?: DynamicSupervisorOptions) {
    const stage = harness(seed);
    const sup = await stage.runtime.start(dynamicSupervisor("dyn", options));
    return { ...stage, sup };
  }

  test("D1 children have no ids: the same spec may be started again and again, newest listed first · which_children_simple", async () => {
    const { sup } = await dynamic();
    const a = await start(sup, {});
    const b = await start(sup, {});
    expect(await sup.whichChildren()).toEqual([
      { id: "w", type: "worker", status: "running", process: b },
      { id: "w", type: "worker", status: "running", process: a },
    ]);
    expect(await countsOf(sup)).toEqual([2, 2, 0, 2]);
  });

  test("D1 one_for_one only: one child ends, the others keep their process · simple_one_for_one", async () => {
    const { sup, end } = await dynamic({ intensity: { maxRestarts: 2 } });
    const [a, b] = [await start(sup, {}), await start(sup, {})];
    await end(a, boom);
    const [second, first] = await processes(sup);
    expect(second).toBe(b);
    expect(first?.alive).toBe(true);
    expect(first).not.toBe(a);
  });

  test.each<[Restart, ExitReason, boolean]>([
    ["permanent", "normal", true],
    ["permanent", "shutdown", true],
    ["permanent", shutdownWith("done"), true],
    ["permanent", boom, true],
    ["transient", "normal", false],
    ["transient", "shutdown", false],
    ["transient", shutdownWith("done"), false],
    ["transient", boom, true],
    ["temporary", "normal", false],
    ["temporary", "shutdown", false],
    ["temporary", shutdownWith("done"), false],
    ["temporary", boom, false],
  ])(
    "S6 D4 a %s child that ends with %s is restarted: %s, or else forgotten · temporary / transient / permanent child",
    async (restart, reason, isRestarted) => {
      const { sup, end } = await dynamic();
      await end(await start(sup, {}, { restart: restart as "transient" }), reason);
      expect(await countsOf(sup)).toEqual(isRestarted ? [1, 1, 0, 1] : [0, 0, 0, 0]);
    },
  );

  test("D1 maxChildren 0 refuses the first · with max_children", async () => {
    const { sup } = await dynamic({ maxChildren: 0 });
    expect(await sup.startChild(child("w", worker))).toEqual({ status: "max_children" });
  });

  test("D1 maxChildren counts those that run; who ends makes room", async () => {
    const { sup, end } = await dynamic({ maxChildren: 2 });
    const a = await start(sup, {}, { restart: "temporary" });
    await start(sup, {});
    expect(await sup.startChild(child("w", worker))).toEqual({ status: "max_children" });
    await end(a, "normal");
    expect(await sup.startChild(child("w", worker))).toMatchObject({ status: "ok" });
  });

  test("D1 maxChildren: a start that fails or says ignore takes no room", async () => {
    const { sup } = await dynamic({ maxChildren: 1 });
    expect((await sup.startChild(child("w", worker, { turns: ["error"] }))).status).toBe("error");
    expect((await sup.startChild(child("w", worker, { turns: ["ignore"] }))).status).toBe("ignore");
    expect((await sup.startChild(child("w", worker))).status).toBe("ok");
  });

  test.each([
    ["init", "timeout"],
    ["exit", "kill"],
  ] as const)("D1 restarting on %s children counted in max_children", async (_, how) => {
    const stage = await dynamic({ maxChildren: 1, intensity: { maxRestarts: 5 } });
    const { sup } = stage;
    const { fail } = await beginRestart(stage, sup);
    const asked = Promise.all([sup.startChild(child("w", worker)), sup.countChildren(), sup.whichChildren()]);
    await fail(how);
    expect(await asked).toEqual([
      { status: "max_children" },
      { specs: 1, active: 0, supervisors: 0, workers: 1 },
      [{ id: "w", type: "worker", status: "restarting", process: undefined }],
    ]);
    expect(await countsOf(sup)).toEqual([1, 1, 0, 1]);
  });

  test("S9 terminateChild, by its last process, ends the attempts to restart a child", async () => {
    const stage = await dynamic({ intensity: { maxRestarts: 5 } });
    const { sup } = stage;
    const { last, fail } = await beginRestart(stage, sup);
    const terminated = sup.terminateChild(last);
    await fail("kill");
    expect(await terminated).toEqual({ status: "ok" });
    expect(await sup.whichChildren()).toEqual([]);
    await stage.clock.advance(1_000);
    expect(await sup.whichChildren()).toEqual([]);
  });

  test("S8 the intensity ends it with shutdown · child triggers maximum restarts", async () => {
    const { sup, end, runtime } = await dynamic({ intensity: { maxRestarts: 1 } });
    await start(sup, {});
    for (const last of [false, true]) {
      await end((await processes(sup))[0], boom);
      expect(sup.alive).toBe(!last);
    }
    expect(await sup.exited).toBe("shutdown");
    expect(runtime.size).toBe(0);
  });

  test.each<Turn>(["error", 50])(
    "S8 child triggers maximum intensity when trying again: a start that fails (%s) counts · simple_one_for_one_escalation",
    async (turn) => {
      const { sup, end, clock } = await dynamic({ intensity: { maxRestarts: 1 } });
      const a = await start(sup, { turns: ["ok", turn, "ok"] }, { startTimeout: 10 });
      await end(a, boom);
      await clock.advance(10);
      expect(await sup.exited).toBe("shutdown");
    },
  );

  test("a start that throws, synchronously or not, is an error, and the supervisor lives · with throw/error/exit", async () => {
    const { sup, runtime } = await dynamic();
    const error = new Error("thrown");
    const raise = () => {
      throw error;
    };
    const reject = () => Promise.reject(error);
    const failing = [
      server("w")({ init: raise, calls: {}, casts: {} }),
      server("w")({ init: reject, calls: {}, casts: {} }),
      { label: "w", type: "worker", create: raise } as const,
    ];
    for (const definition of failing) {
      expect(await sup.startChild(child("w", definition))).toEqual({ status: "error", reason: failure(error) });
    }
    const exits = server("w")({ init: (_: undefined, self) => self.exit("shutdown"), calls: {}, casts: {} });
    expect(await sup.startChild(child("w", exits))).toEqual({ status: "error", reason: "shutdown" });
    expect(await sup.whichChildren()).toEqual([]);
    expect(runtime.size).toBe(1);
  });

  test("a child that says ignore is not kept · sup_start_ignore_temporary_child_start_child_simple", async () => {
    const { sup } = await dynamic();
    expect(await sup.startChild(child("w", worker, { turns: ["ignore"] }))).toEqual({ status: "ignore" });
    expect(await sup.whichChildren()).toEqual([]);
  });

  test("a restart that says ignore removes the child · simple_one_for_one_restart_ignore", async () => {
    const { sup, end } = await dynamic();
    await end(await start(sup, { turns: ["ok", "ignore"] }), boom);
    expect(await sup.whichChildren()).toEqual([]);
  });

  test("terminateChild stops a child and forgets it; unknown and ended ones are not found", async () => {
    const { sup, runtime } = await dynamic();
    const a = await start(sup, {});
    expect(await sup.terminateChild(a)).toEqual({ status: "ok" });
    expect(await a.exited).toBe("shutdown");
    expect(await sup.terminateChild(a)).toEqual({ status: "not_found" });
    expect(await sup.terminateChild(await runtime.start(worker))).toEqual({ status: "not_found" });
    expect(await sup.whichChildren()).toEqual([]);
  });

  test("D3 extra arguments come first, also on a restart · restarting a child with extra_arguments, simple_one_for_one_extra", async () => {
    const { runtime, end } = harness(seed);
    const spy: unknown[] = [];
    const greeter = server<{ calls: { greet(): string } }>("greeter")({
      init: ([hello, mark, name]: readonly [string, string, string]) => {
        spy.push([hello, mark, name]);
        return `${hello} ${name}${mark}`;
      },
      calls: { greet: (_, greeting) => reply(greeting, greeting) },
      casts: {},
    });
    const sup = await runtime.start(dynamicSupervisor("dyn", { extraArguments: ["hello", "!"] }));
    const started = await sup.startChild(partialChild("ada", greeter, "Ada"));
    expect(started.status === "ok" && (await started.process.call("greet"))).toBe("hello Ada!");
    if (started.status === "ok") await end(started.process, boom);
    expect(spy).toEqual(Array(2).fill(["hello", "!", "Ada"]));
  });

  test("D3 child() and partialChild() are refused where the other belongs", async () => {
    const { runtime } = harness(seed);
    const needy = server("needy")({ init: (both: readonly [string, string]) => both, calls: {}, casts: {} });
    const plain = await runtime.start(dynamicSupervisor("plain"));
    const extra = await runtime.start(dynamicSupervisor("extra", { extraArguments: ["x"] }));
    const refused = { status: "error", reason: { error: { fault: "bad_combination" } } };
    // @ts-expect-error: nobody would give it the rest
    expect(await plain.startChild(partialChild("w", needy, "y"))).toMatchObject(refused);
    // @ts-expect-error: it would be given too much
    expect(await extra.startChild(child("w", worker))).toMatchObject(refused);
  });

  test("no child can be significant · significant_simple", async () => {
    const { sup } = await dynamic();
    const spec = child("w", worker, {}, { restart: "transient", significant: true });
    // @ts-expect-error: not under a dynamic supervisor
    expect(await sup.startChild(spec)).toMatchObject({ reason: { error: { fault: "bad_combination" } } });
  });

  test.each<[unknown, string]>([
    [{ maxChildren: -1 }, "invalid_max_children"],
    [{ maxChildren: 1.5 }, "invalid_max_children"],
    [{ extraArguments: "x" }, "invalid_extra_arguments"],
    [{ intensity: { maxRestarts: -1 } }, "invalid_intensity"],
    [{ intensity: { within: 0 } }, "invalid_period"],
    [null, "invalid_options"],
  ])("S14 the options %j are refused with %s", async (options, fault) => {
    const { runtime } = harness(seed);
    await expect(runtime.start(dynamicSupervisor("dyn", options as never))).rejects.toMatchObject({ cause: { fault } });
  });

  test("S14 a faulty spec is refused by startChild", async () => {
    const { sup } = await dynamic();
    const refused = { status: "error", reason: { error: { fault: "invalid_shutdown" } } };
    expect(await sup.startChild(child("w", worker, {}, { shutdown: -1 }))).toMatchObject(refused);
  });

  test("a function makes the options from the argument, or says ignore", async () => {
    const { runtime } = harness(seed);
    const sized = dynamicSupervisor("dyn", (maxChildren: number) => (maxChildren < 0 ? ignore : { maxChildren }));
    const sup = await runtime.start(sized, 0);
    expect(await sup.startChild(child("w", worker))).toEqual({ status: "max_children" });
    await expect(runtime.start(sized, -1)).rejects.toMatchObject({ reason: "ignore" });
  });
});

/** Starts a worker there, which must succeed. */
async function start(sup: DynamicSupervisorRef, role: Role, options?: ChildOptions): Promise<WorkerRef> {
  const started = await sup.startChild(child("w", worker, role, options) as ChildSpec<WorkerRef, false>);
  if (started.status !== "ok") throw new Error("Expected the worker to start");
  return started.process;
}

async function processes(sup: DynamicSupervisorRef): Promise<(Process | undefined)[]> {
  return (await sup.whichChildren()).map(({ process }) => process);
}

/** Ends a worker whose restart takes a while. What is asked now comes before the retry; then `fail` that start. */
async function beginRestart(stage: Harness, sup: DynamicSupervisorRef) {
  const last = await start(sup, { turns: ["ok", 10, "ok"] }, { startTimeout: 5 });
  await stage.end(last, boom);
  const starting = stage.runtime.tree()[0]?.children[0];
  expect(starting?.state).toBe("starting");
  const fail = async (how: "timeout" | "kill") => {
    if (how === "kill") starting?.process.exit("kill");
    await stage.clock.advance(how === "kill" ? 0 : 5);
  };
  return { last, fail };
}
