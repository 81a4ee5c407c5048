import { describe, expect, test } from "vitest";
import { type Process, type Runtime, registry, type StartResult, type UniqueRegistry } from "../../actors/index.js";
import { child, dynamicSupervisor, type SupervisorRef, supervisor } from "../../supervisors/index.js";
import { seeds } from "../support/runtime.js";
import { harness } from "./harness.js";
import { boom, type WorkerRef, worker } from "./worker.js";

const book = registry<string, number | undefined, WorkerRef>("book", { keys: "unique" });
type Book = UniqueRegistry<string, number | undefined, WorkerRef>;
const start = (runtime: Runtime) => runtime.start(book, undefined, { name: "book" });

describe.each(seeds)("children with names in a registry, order %s", (seed) => {
  test("R4 a restarted server is found under its name, and has the same value", async () => {
    const { runtime, supervise, end, crashes } = harness(seed);
    const names = await start(runtime);
    const name = names.via("w", 7);
    await supervise({ children: [child("w", worker, { closing: 1 }, { name })] });
    const first = names.whereis("w");
    expect(await name.call("role")).toEqual({ closing: 1 });
    await end(first, boom);
    const second = names.whereis("w");
    expect(second).not.toBe(first);
    expect(await name.call("role")).toEqual({ closing: 1 });
    expect(names.lookup("w")).toEqual([{ process: second, value: 7 }]);
    expect(crashes).toHaveLength(1);
  });

  test("the tree calls such a child by its id", async () => {
    const { runtime, supervise } = harness(seed);
    const names = await start(runtime);
    await supervise({ children: [child("w", worker, {}, { name: names.via("a") })] });
    expect(names.whereis("a")?.label).toBe("w");
  });

  test("a name that is taken fails the start, and says who has it", async () => {
    const { runtime } = harness(seed);
    const names = await start(runtime);
    const sup = await runtime.start(dynamicSupervisor("dyn"));
    const spec = child("w", worker, {}, { name: names.via("a") });
    const first = (await sup.startChild(spec)) as StartResult & { process: Process };
    const second = await sup.startChild(spec);
    expect(second).toMatchObject({ status: "error", reason: { error: { name: "AlreadyStartedError" } } });
    expect(second).toHaveProperty("reason.error.process", first.process);
    expect(names.whereis("a")).toBe(first.process);
  });

  test("a supervisor itself may have such a name, and hands over to the next · start_link/2 with via", async () => {
    const { runtime } = harness(seed);
    const names = await runtime.start(registry<string, undefined, SupervisorRef>("names", { keys: "unique" }));
    const definition = supervisor("sup", { children: [child("w", worker)] });
    const first = await runtime.start(definition, undefined, { name: names.via("sup") });
    expect(await names.whereis("sup")?.countChildren()).toMatchObject({ active: 1 });
    await expect(runtime.start(definition, undefined, { name: names.via("sup") })).rejects.toMatchObject({
      cause: { name: "AlreadyStartedError" },
    });
    await names.via("sup").stop("shutdown");
    expect(first.alive).toBe(false);
    const second = await runtime.start(definition, undefined, { name: names.via("sup") });
    expect(names.whereis("sup")).toBe(second);
  });

  test("R5 under rest_for_one, those who registered end with their registry and start again with the next", async () => {
    const { runtime, clock, supervise } = harness(seed);
    const current = () => runtime.whereis("book") as Book;
    // A function, since the names are those of a registry that runs.
    const workers = supervisor("workers", () => ({
      children: [child("w", worker, { turns: ["ok", "ok"] }, { name: current().via("w") })],
    }));
    await supervise({
      strategy: "rest_for_one",
      children: [child("book", book, undefined, { name: "book" }), child("workers", workers)],
    });
    const name = current().via("w");
    const [firstBook, first] = [current(), current().whereis("w")];
    firstBook.exit("kill");
    await clock.settle();
    expect(first?.alive).toBe(false);
    expect(current()).not.toBe(firstBook);
    // The name of the first life is good for the second.
    expect(current().whereis("w")).not.toBe(first);
    expect(name.id).toBe(current().whereis("w")?.id);
    expect(await name.call("role")).toEqual({ turns: ["ok"] });
  });
});
