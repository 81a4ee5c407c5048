import { describe, expect, test } from "vitest";
import { CallError, noreply, server } from "../../actors/index.js";
import { child, supervisor } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, countsOf, harness } from "./harness.js";
import { boom, worker } from "./worker.js";

describe.each(seeds)("administration, order %s", (seed) => {
  test("S12 the whole life of a child, and all its errors · child_adm", async () => {
    const { supervise } = harness(seed);
    const sup = await supervise({ children: [] });
    const spec = child("a", worker);

    const started = await sup.startChild(spec);
    expect(started).toMatchObject({ status: "ok" });
    const first = (await children(sup)).a;
    expect(started).toHaveProperty("process", first);
    expect(await sup.startChild(spec)).toEqual({ status: "already_started", process: first });
    expect(await sup.restartChild("a")).toEqual({ status: "running" });
    expect(await sup.deleteChild("a")).toEqual({ status: "running" });
    expect(await countsOf(sup)).toEqual([1, 1, 0, 1]);

    expect(await sup.terminateChild("a")).toEqual({ status: "ok" });
    expect(await first?.exited).toBe("shutdown");
    expect(await sup.terminateChild("a")).toEqual({ status: "ok" });
    expect(await sup.startChild(spec)).toEqual({ status: "already_present" });
    expect(await sup.whichChildren()).toEqual([{ id: "a", type: "worker", status: "stopped", process: undefined }]);
    expect(await countsOf(sup)).toEqual([1, 0, 0, 1]);

    const again = await sup.restartChild("a");
    expect(again).toMatchObject({ status: "ok" });
    expect((await children(sup)).a).not.toBe(first);

    await sup.terminateChild("a");
    expect(await sup.deleteChild("a")).toEqual({ status: "ok" });
    expect(await countsOf(sup)).toEqual([0, 0, 0, 0]);
    for (const ask of ["terminateChild", "restartChild", "deleteChild"] as const)
      expect(await sup[ask]("a")).toEqual({ status: "not_found" });
  });

  test("S12 a child is known by its id, not by its process · child_adm", async () => {
    const { supervise } = harness(seed);
    const sup = await supervise({ children: [child("a", worker)] });
    const { a } = await children(sup);
    // @ts-expect-error: a dynamic supervisor's is
    expect(await sup.terminateChild(a)).toEqual({ status: "not_found" });
    expect(a?.alive).toBe(true);
  });

  test("S12 terminateChild drops a temporary child", async () => {
    const { supervise } = harness(seed);
    const sup = await supervise({ children: [child("a", worker, {}, { restart: "temporary" })] });
    expect(await sup.terminateChild("a")).toEqual({ status: "ok" });
    expect(await sup.terminateChild("a")).toEqual({ status: "not_found" });
  });

  test("S12 a restartChild that fails leaves the child stopped, without another attempt", async () => {
    const { supervise, journal } = harness(seed);
    const sup = await supervise({ children: [child("a", worker, { turns: ["ok", "error", "ignore"] })] });
    await sup.terminateChild("a");
    expect(await sup.restartChild("a")).toMatchObject({ status: "error", reason: { error: { message: "no start" } } });
    expect((await children(sup)).a).toBe("stopped");
    expect(await sup.restartChild("a")).toEqual({ status: "ignore" });
    expect((await children(sup)).a).toBe("stopped");
    expect(journal.filter((line) => line.startsWith("restart"))).toEqual([]);
  });

  test("S12 start order is kept across add, terminate, restart and delete · order_of_children", async () => {
    const { supervise, end, news } = harness(seed);
    const sup = await supervise({ strategy: "one_for_all", children: ["a", "b", "c"].map((id) => child(id, worker)) });
    await sup.startChild(child("d", worker));
    await sup.terminateChild("b");
    await sup.restartChild("b");
    await sup.terminateChild("c");
    await sup.deleteChild("c");
    await sup.startChild(child("c", worker));
    const order = async () => (await sup.whichChildren()).map(({ id }) => id).reverse();
    expect(await order()).toEqual(["a", "b", "d", "c"]);
    news();
    await end((await children(sup)).d, boom);
    expect(news()).toEqual([
      ...["-d Error: boom", "-c shutdown", "-b shutdown", "-a shutdown", "restart d"],
      ...["+a", "+b", "+d", "+c"],
    ]);
    expect(await order()).toEqual(["a", "b", "d", "c"]);
  });

  test("S12 children are listed newest first, and counted by kind · which_children", async () => {
    const { supervise } = harness(seed);
    const sup = await supervise({
      children: [
        child("a", worker),
        child("inner", supervisor("inner", { children: [child("deep", worker)] })),
        child("none", worker, { turns: ["ignore"] }),
      ],
    });
    expect((await sup.whichChildren()).map(({ id, type, status }) => `${id} ${type} ${status}`)).toEqual([
      "none worker stopped",
      "inner supervisor running",
      "a worker running",
    ]);
    expect(await sup.countChildren()).toEqual({ specs: 3, active: 2, supervisors: 1, workers: 2 });
  });

  test("S12 the life cycle of a started child · child life cycle", async () => {
    const { supervise } = harness(seed);
    const sup = await supervise({ children: [] });
    const started = await sup.startChild(child("a", worker, { closing: 0 }));
    // The reference is the definition's, so that it can be called without a cast.
    if (started.status === "ok") expect(await started.process.call("role")).toEqual({ closing: 0 });
    expect(started.status).toBe("ok");
  });

  test("S15 children added by startChild are lost when the supervisor itself is restarted", async () => {
    const { supervise, end, clock } = harness(seed);
    const inner = supervisor("inner", { intensity: { maxRestarts: 0 }, children: [child("fixed", worker)] });
    const sup = await supervise({ children: [child("inner", inner)] });
    const innerRef = async () => (await children(sup)).inner as never as typeof sup;
    await (await innerRef()).startChild(child("added", worker));
    const { added } = await children(await innerRef());
    await end(added, boom);
    await clock.settle();
    expect(Object.keys(await children(await innerRef()))).toEqual(["fixed"]);
  });

  test("a caller that gives up is harmless: what it asked for is done all the same", async () => {
    const { supervise, clock } = harness(seed);
    const sup = await supervise({ children: [child("slow", worker, { closing: 100 })] });
    const abort = new AbortController();
    const given = [
      sup.terminateChild("slow", { timeout: 10 }),
      sup.startChild(child("late", worker, { turns: [50] }), { timeout: 20 }),
      sup.whichChildren({ signal: abort.signal }),
    ].map((asked) => asked.catch((error: CallError) => error.failure));
    await clock.advance(20);
    abort.abort();
    expect(await Promise.all(given)).toEqual(["timeout", "timeout", "aborted"]);
    await clock.advance(200);
    expect(await children(sup)).toMatchObject({ slow: "stopped", late: { alive: true } });
  });

  test("a caller that ends while it waits is harmless", async () => {
    const { runtime, supervise, clock } = harness(seed);
    const sup = await supervise({ children: [] });
    const asking = server<{ casts: { ask(): void } }>("asking")({
      init: () => undefined,
      calls: {},
      casts: {
        ask: async (_, state) => {
          await sup.startChild(child("late", worker, { turns: [50] }));
          return noreply(state);
        },
      },
    });
    const caller = await runtime.start(asking);
    caller.cast("ask");
    await clock.advance(10);
    caller.exit("kill");
    await clock.advance(40);
    expect(await children(sup)).toMatchObject({ late: { alive: true } });
  });

  test("an admin call waits for as long as a child takes to start", async () => {
    const { supervise, clock } = harness(seed);
    const sup = await supervise({ children: [] });
    const asked = sup.startChild(child("late", worker, { turns: [60_000] }));
    await clock.advance(60_000);
    expect((await asked).status).toBe("ok");
  });

  test("a supervisor that has ended, or ends meanwhile, gives no answer but a CallError", async () => {
    const { supervise, clock } = harness(seed);
    const sup = await supervise({ children: [child("a", worker, { closing: 50 })] });
    const stopped = sup.stop("shutdown");
    const asked = sup.countChildren().catch((error: unknown) => error);
    await clock.advance(50);
    await stopped;
    expect(await asked).toMatchObject({ failure: "exit", reason: "shutdown" });
    const late = await sup.countChildren().catch((error: unknown) => error);
    expect(late).toBeInstanceOf(CallError);
    expect(late).toMatchObject({ failure: "noproc" });
  });
});
