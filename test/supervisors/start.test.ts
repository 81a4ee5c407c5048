import { describe, expect, test } from "vitest";
import { AlreadyStartedError, drawTree, failure, ignore, StartError } from "../../actors/index.js";
import { ChildStartError, child, SpecError, supervisor } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, countsOf, harness, parentOf } from "./harness.js";
import { boom, worker } from "./worker.js";

describe.each(seeds)("start, order %s", (seed) => {
  test("S1 children start from left to right, each awaited", async () => {
    const { clock, supervise, news } = harness(seed);
    const starting = supervise({
      children: [child("a", worker, { turns: [50] }), child("b", worker, { turns: [10] }), child("c", worker)],
    });
    await clock.advance(49);
    expect(news()).toEqual(["+sup", "+a"]);
    await clock.advance(1);
    expect(news()).toEqual(["+b"]);
    await clock.advance(10);
    expect(news()).toEqual(["+c"]);
    const sup = await starting;
    expect(Object.keys(await children(sup))).toEqual(["c", "b", "a"]);
  });

  test("S1 when a child fails to start, the started ones are stopped from right to left and the start fails", async () => {
    const { runtime, supervise, news, crashes } = harness(seed);
    const starting = supervise({
      children: [child("a", worker), child("b", worker), child("c", worker, { turns: ["error"] }), child("d", worker)],
    });
    const error = await starting.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartError);
    const detail = expect.any(ChildStartError);
    expect((error as StartError).reason).toEqual({ kind: "shutdown", detail });
    expect((error as StartError).cause).toMatchObject({
      message: 'Expected the child "c" to start, but it ended with Error: no start',
      failedToStart: "c",
      reason: failure(new Error("no start")),
      cause: new Error("no start"),
    });
    expect(news()).toEqual([
      "+sup",
      "+a",
      "+b",
      "+c",
      "-c Error: no start",
      "-b shutdown",
      "-a shutdown",
      expect.stringContaining("-sup shutdown: "),
    ]);
    expect(runtime.size).toBe(0);
    expect(crashes).toEqual([]);
  });

  test("S1 a child that takes longer than its startTimeout is killed, and the start fails with timeout", async () => {
    const { clock, supervise } = harness(seed);
    const starting = supervise({ children: [child("a", worker, { turns: [1_000] }, { startTimeout: 100 })] });
    const failed = expect(starting).rejects.toMatchObject({
      reason: { kind: "shutdown", detail: { failedToStart: "a", reason: "timeout" } },
    });
    await clock.advance(100);
    await failed;
    await clock.advance(900);
  });

  test("starts with no children, exits shutdown when asked by its parent · sup_start_normal", async () => {
    const { runtime, clock } = harness(seed);
    const exits: string[] = [];
    const parent = await runtime.start(parentOf(supervisor("sup", { children: [] }), exits));
    const started = await parent.call("start");
    if (started.status !== "ok") throw new Error("unreachable");
    expect(await countsOf(started.process)).toEqual([0, 0, 0, 0]);
    await parent.stop("shutdown");
    await clock.settle();
    expect(await started.process.exited).toBe("shutdown");
  });

  test("a function makes the options from the argument, at each start", async () => {
    const { runtime, clock, supervise } = harness(seed);
    let calls = 0;
    const inner = supervisor("inner", (ids: string[]) => {
      calls++;
      return { children: ids.map((id) => child(id, worker)) };
    });
    const sup = await supervise({ children: [child("inner", inner, ["x", "y"])] });
    expect(calls).toBe(1);
    (await children(sup)).inner?.exit("kill");
    await clock.settle();
    expect(calls).toBe(2);
    expect(drawTree(runtime.tree())).toBe("sup (supervisor)\n└─ inner (supervisor) · restarted 1×\n   ├─ x\n   └─ y");
  });

  test("an init that says ignore gives ignore, and no EXIT to the caller · sup_start_ignore_init", async () => {
    const { runtime, clock } = harness(seed);
    const exits: string[] = [];
    const parent = await runtime.start(
      parentOf(
        supervisor("sup", () => ignore),
        exits,
      ),
    );
    expect(await parent.call("start")).toEqual({ status: "ignore" });
    await clock.settle();
    expect(exits).toEqual([]);
  });

  test.each([
    ["throws", () => Promise.reject(new Error("no plan")), { message: "no plan" }],
    ["returns nonsense", () => Promise.resolve("nonsense"), { fault: "invalid_options" }],
  ])(
    "an init that %s gives an error, and no EXIT to the caller · sup_start_error_return, sup_start_fail",
    async (_, init, error) => {
      const { runtime, clock, crashes } = harness(seed);
      const exits: string[] = [];
      const parent = await runtime.start(parentOf(supervisor("sup", init as never), exits));
      expect(await parent.call("start")).toMatchObject({ status: "error", reason: { kind: "error", error } });
      await clock.settle();
      expect(exits).toEqual([]);
      expect(crashes).toEqual([]);
    },
  );

  test("a faulty child gives no EXIT to the caller either · sup_start_fail", async () => {
    const { runtime, clock } = harness(seed);
    const exits: string[] = [];
    const definition = supervisor("sup", { children: [child("a", worker, { turns: ["error"] })] });
    const parent = await runtime.start(parentOf(definition, exits));
    expect(await parent.call("start")).toMatchObject({ status: "error", reason: { kind: "shutdown" } });
    await clock.settle();
    expect(exits).toEqual([]);
  });

  test("a child that says ignore keeps its spec with no process · sup_start_ignore_child", async () => {
    const { supervise } = harness(seed);
    const sup = await supervise({ children: [child("a", worker, { turns: ["ignore"] }), child("b", worker)] });
    expect(await children(sup)).toMatchObject({ a: "stopped" });
    expect(await countsOf(sup)).toEqual([2, 1, 0, 2]);
    expect(await sup.startChild(child("c", worker, { turns: ["ignore"] }))).toEqual({ status: "ignore" });
    expect(await countsOf(sup)).toEqual([3, 1, 0, 3]);
    expect(await sup.restartChild("c")).toMatchObject({ status: "ok" });
  });

  test("an ignoring temporary child leaves no spec · sup_start_ignore_temporary_child, sup_start_ignore_temporary_child_start_child", async () => {
    const { supervise } = harness(seed);
    const fickle = (id: string) => child(id, worker, { turns: ["ignore"] }, { restart: "temporary" });
    const sup = await supervise({ children: [fickle("a"), child("b", worker)] });
    expect(await countsOf(sup)).toEqual([1, 1, 0, 1]);
    expect(await sup.startChild(fickle("c"))).toEqual({ status: "ignore" });
    expect(await countsOf(sup)).toEqual([1, 1, 0, 1]);
  });

  test("startChild with a failing start returns the error and keeps no child · sup_start_child_returns_error", async () => {
    const { supervise, crashes } = harness(seed);
    const sup = await supervise({ children: [] });
    const failed = await sup.startChild(child("a", worker, { turns: ["error"] }));
    expect(failed).toEqual({ status: "error", reason: failure(new Error("no start")) });
    expect(await sup.whichChildren()).toEqual([]);
    expect(crashes).toEqual([]);
  });

  test("a supervisor and its children are found under their names, also after a restart · start_link/2 with via", async () => {
    const { runtime, end } = harness(seed);
    const named = supervisor("sup", { children: [child("a", worker, undefined, { name: "worker a" })] });
    const sup = await runtime.start(named, undefined, { name: "the supervisor" });
    expect(runtime.whereis("the supervisor")).toBe(sup);
    const first = (await children(sup)).a;
    expect(runtime.whereis("worker a")).toBe(first);
    await end(first, boom);
    const second = (await children(sup)).a;
    expect(second).not.toBe(first);
    expect(runtime.whereis("worker a")).toBe(second);

    const again = await runtime.start(named, undefined, { name: "the supervisor" }).catch((error: StartError) => error);
    expect((again as StartError).cause).toBeInstanceOf(AlreadyStartedError);
  });

  test("S14 a faulty spec is refused before anything is started", async () => {
    const { runtime, supervise, news } = harness(seed);
    const starting = supervise({ children: [child("a", worker), child("b", worker, {}, { shutdown: -1 })] });
    const error = (await starting.catch((thrown: unknown) => thrown)) as StartError;
    expect(error.cause).toBeInstanceOf(SpecError);
    expect(error.cause).toMatchObject({ fault: "invalid_shutdown", child: "b" });
    expect(news()).toEqual(["+sup", expect.stringContaining("-sup SpecError")]);
    expect(runtime.size).toBe(0);
  });
});
