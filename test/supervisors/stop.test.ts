import { describe, expect, test } from "vitest";
import { type ExitReason, type Process, type Runtime, server } from "../../actors/index.js";
import { child, supervisor } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { children, countsOf, harness, type ParentRef, parentOf } from "./harness.js";
import { boom, type Role, type WorkerRef, worker } from "./worker.js";

const stubborn: Role = { closing: Number.POSITIVE_INFINITY };

describe.each(seeds)("stop, order %s", (seed) => {
  test("S2 stops from right to left, one at a time, each awaited", async () => {
    const { clock, supervise, news } = harness(seed);
    const slow = (id: string, closing: number) => child(id, worker, { closing });
    const sup = await supervise({ children: [slow("a", 30), slow("b", 20), slow("c", 10)] });
    news();
    const stopped = sup.stop("shutdown");
    await clock.advance(10);
    expect(news()).toEqual(["-c shutdown"]);
    await clock.advance(19);
    expect(news()).toEqual([]);
    await clock.advance(1);
    expect(news()).toEqual(["-b shutdown"]);
    await clock.advance(30);
    expect(news()).toEqual(["-a shutdown", "-sup shutdown"]);
    await stopped;
  });

  test("S3 the polite child ends shutdown, the sleeping one killed, after its timeout · sup_stop_timeout", async () => {
    const { clock, supervise, news } = harness(seed);
    const sup = await supervise({
      children: [
        child("sleeping", worker, stubborn, { shutdown: 100 }),
        child("polite", worker, {}, { shutdown: 100 }),
      ],
    });
    news();
    const stopped = sup.stop("shutdown");
    await clock.advance(99);
    expect(news()).toEqual(["-polite shutdown"]);
    await clock.advance(1);
    await stopped;
    expect(news()).toEqual(["-sleeping killed", "-sup shutdown"]);
  });

  test("S3 a worker has 5,000 ms by default", async () => {
    const { clock, supervise, news } = harness(seed);
    const sup = await supervise({ children: [child("a", worker, stubborn)] });
    const stopped = sup.stop("shutdown");
    await clock.advance(4_999);
    expect(news()).toEqual(["+sup", "+a"]);
    await clock.advance(1);
    await stopped;
  });

  test("S3 brutal ones end killed, without terminate · sup_stop_brutal_kill", async () => {
    const { supervise, news } = harness(seed);
    const brutal = { shutdown: "brutal_kill" } as const;
    const sup = await supervise({ children: [child("a", worker, {}, brutal), child("b", worker, stubborn, brutal)] });
    news();
    await sup.stop("shutdown");
    expect(news()).toEqual(["-b killed", "-a killed", "-sup shutdown"]);
  });

  test("S3 waits for worker and supervisor children with infinity · sup_stop_infinity", async () => {
    const { clock, supervise, news } = harness(seed);
    const inner = supervisor("inner", { children: [child("deep", worker, { closing: 50_000 }, { shutdown: 60_000 })] });
    const sup = await supervise({
      children: [child("slow", worker, { closing: 1e6 }, { shutdown: "infinity" }), child("inner", inner)],
    });
    news();
    const stopped = sup.stop("shutdown");
    await clock.advance(50_000);
    expect(news()).toEqual(["-deep shutdown", "-inner shutdown"]);
    await clock.advance(1e6);
    await stopped;
    expect(news()).toEqual(["-slow shutdown", "-sup shutdown"]);
  });

  test("S3 a shutdown time of 0 is a kill that says shutdown first", async () => {
    const { clock, supervise, news } = harness(seed);
    const sup = await supervise({
      children: [child("a", worker, stubborn, { shutdown: 0 }), child("b", worker, {}, { shutdown: 0 })],
    });
    news();
    const stopped = sup.stop("shutdown");
    await clock.advance(0);
    await stopped;
    expect(news()).toEqual(["-b shutdown", "-a killed", "-sup shutdown"]);
  });

  test("P5 the shutdown time bounds terminate; what the child owns is released after that", async () => {
    const { runtime, clock } = harness(seed);
    const owner = server("owner")({
      init: (_: undefined, self) =>
        void self.own(() => new Promise((resolve) => clock.setTimer(400, resolve as never))),
      calls: {},
      casts: {},
    });
    const sup = await runtime.start(supervisor("sup", { children: [child("a", owner, undefined, { shutdown: 100 })] }));
    const a = (await children(sup)).a as Process;
    const ended: ExitReason[] = [];
    void a.exited.then((reason) => ended.push(reason));
    const terminated = sup.terminateChild("a");
    await clock.advance(399);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(await terminated).toEqual({ status: "ok" });
    expect(ended).toEqual(["shutdown"]);
  });

  test("S4 a child that unlinks from its supervisor cannot hang terminateChild · child_unlink", async () => {
    const { clock, supervise } = harness(seed);
    const sup = await supervise({ children: [child("a", worker), child("b", worker, stubborn, { shutdown: 10 })] });
    const { a, b } = (await children(sup)) as Record<string, WorkerRef>;
    a?.cast("unlink", sup);
    b?.cast("unlink", sup);
    await clock.settle();
    expect(await sup.terminateChild("a")).toEqual({ status: "ok" });
    const terminated = sup.terminateChild("b");
    await clock.advance(10);
    expect(await terminated).toEqual({ status: "ok" });
    expect([a?.alive, b?.alive]).toEqual([false, false]);
  });

  test.each<ExitReason>(["normal", "shutdown", "killed", boom])(
    "S5 a child that ends with %s during the shutdown does not stop it and is not restarted · sup_stop_race",
    async (reason) => {
      const { clock, supervise, news } = harness(seed);
      const sup = await supervise({
        strategy: "one_for_all",
        children: [child("a", worker), child("b", worker), child("c", worker, { closing: 50 })],
      });
      const { a, b } = (await children(sup)) as Record<string, WorkerRef>;
      news();
      const stopped = sup.stop("shutdown");
      await clock.advance(10);
      a?.cast("end", reason);
      await clock.advance(10);
      b?.cast("end", reason);
      await clock.advance(30);
      await stopped;
      expect(news().filter((line) => line.startsWith("+") || line.startsWith("restart"))).toEqual([]);
      expect(sup.alive).toBe(false);
    },
  );

  test("S5 a child that ends by itself while it is being stopped for a sibling is started with the others", async () => {
    const { clock, supervise, end } = harness(seed);
    const sup = await supervise({
      strategy: "one_for_all",
      intensity: { maxRestarts: 1 },
      children: [child("a", worker), child("b", worker, { closing: 20 })],
    });
    const { a, b } = (await children(sup)) as Record<string, WorkerRef>;
    await end(a, boom);
    b?.exit("kill");
    await clock.advance(20);
    expect(await countsOf(sup)).toEqual([2, 2, 0, 2]);
  });

  test.each<ExitReason>(["normal", "shutdown", "kill", boom])(
    "S13 a supervisor ends with its parent, even on normal: %s",
    async (reason) => {
      const { runtime, clock, news } = harness(seed);
      const { parent, sup } = await startUnder(runtime);
      news();
      if (reason === "kill") parent.exit("kill");
      else parent.cast("end", reason);
      await clock.settle();
      expect(sup.alive).toBe(false);
      expect(await sup.exited).toEqual(reason === "kill" ? "killed" : reason);
      expect(news().map((line) => line.split(" ")[0])).toEqual(["-parent", "-b", "-a", "-sup"]);
    },
  );

  test("an exit signal from anybody else means nothing to it, but kill does", async () => {
    const { runtime, clock } = harness(seed);
    const { sup } = await startUnder(runtime);
    const { a } = await children(sup);
    sup.exit("shutdown");
    sup.exit("normal");
    await clock.settle();
    expect((await children(sup)).a).toBe(a);
    sup.exit("kill");
    await clock.settle();
    expect([sup.alive, a?.alive]).toEqual([false, false]);
  });

  test("a message from anybody means nothing to it", async () => {
    const { supervise } = harness(seed);
    const sup = await supervise({ children: [child("a", worker)] });
    for (const message of [undefined, null, "EXIT", { type: "EXIT" }, { type: "DOWN" }]) sup.send(message as never);
    expect(await countsOf(sup)).toEqual([1, 1, 0, 1]);
  });

  test("a supervisor killed while it stops a stubborn child leaves no timer, and the child hears of it", async () => {
    const { clock, supervise, news } = harness(seed);
    const sup = await supervise({ children: [child("a", worker), child("b", worker, { closing: 60 })] });
    news();
    void sup.terminateChild("b").catch(() => undefined);
    await clock.advance(10);
    expect(clock.timers).toBe(2);
    sup.exit("kill");
    await clock.settle();
    expect(clock.timers).toBe(1);
    expect(news()).toEqual(["-sup killed", "-a killed"]);
    await clock.advance(50);
    expect(news()).toEqual(["-b shutdown"]);
  });

  test("a supervisor killed while a child starts leaves nobody behind", async () => {
    const { runtime, clock, supervise, news } = harness(seed);
    const starting = supervise({
      children: [child("a", worker), child("b", worker, { turns: [50] }), child("c", worker)],
    });
    const failed = expect(starting).rejects.toMatchObject({ reason: "killed" });
    await clock.advance(10);
    const [{ process: sup } = { process: undefined }] = runtime.tree();
    sup?.exit("kill");
    await failed;
    await clock.advance(100);
    expect(runtime.size).toBe(0);
    expect(news()).toEqual(["+sup", "+a", "+b", "-sup killed", "-a killed", "-b killed"]);
  });

  test("a supervisor killed while it restarts all of its children starts no more of them", async () => {
    const { runtime, clock, supervise, end, news, crashes } = harness(seed);
    const turns = ["ok" as const, 50];
    const sup = await supervise({
      strategy: "one_for_all",
      children: [child("a", worker), child("b", worker, { turns }), child("c", worker)],
    });
    await end((await children(sup)).a, boom);
    news();
    sup.exit("kill");
    await clock.advance(100);
    expect(runtime.size).toBe(0);
    expect(news()).toEqual(["-sup killed", "-a killed", "-b killed"]);
    expect(crashes.map(({ reason }) => reason)).toEqual([boom]);
  });

  test("a supervisor killed while it stops children for a restart restarts nothing", async () => {
    const { runtime, clock, supervise, end, news } = harness(seed);
    const sup = await supervise({
      strategy: "one_for_all",
      children: [child("a", worker), child("b", worker, { closing: 50 })],
    });
    await end((await children(sup)).a, boom);
    news();
    sup.exit("kill");
    await clock.advance(50);
    expect(runtime.size).toBe(0);
    expect(news()).toEqual(["-sup killed", "-b shutdown"]);
  });

  test("await using stops a supervisor with its children", async () => {
    const { runtime, supervise } = harness(seed);
    {
      await using sup = await supervise({ children: [child("a", worker)] });
      expect(sup.alive).toBe(true);
    }
    expect(runtime.size).toBe(0);
  });
});

async function startUnder(runtime: Runtime) {
  const definition = supervisor("sup", { children: [child("a", worker), child("b", worker)] });
  const parent: ParentRef = await runtime.start(parentOf(definition, []));
  const started = await parent.call("start");
  if (started.status !== "ok") throw new Error("Expected the supervisor to start");
  return { parent, sup: started.process };
}
