import { describe, expect, test } from "vitest";
import { ignore, type StartError, server } from "../../actors/index.js";
import {
  type AutoShutdown,
  type ChildSpec,
  child,
  type Restart,
  type Shutdown,
  SpecError,
  type SupervisorOptions,
  supervisor,
} from "../../supervisors/index.js";
import { harness } from "./harness.js";
import { worker } from "./worker.js";

/** What is wrong with it, or `ok`. */
async function verdict(options: unknown): Promise<string> {
  const { supervise } = harness(undefined);
  try {
    await (await supervise(options as SupervisorOptions)).stop();
    return "ok";
  } catch (error) {
    const { cause } = error as StartError;
    expect(cause).toBeInstanceOf(SpecError);
    return (cause as SpecError).fault;
  }
}

const good = child("a", worker);

describe("child specs", () => {
  test("a child is a permanent worker with 5,000 ms, a supervisor has infinity · sup_start_map", () => {
    expect(child("a", worker)).toMatchObject({
      restart: "permanent",
      shutdown: 5_000,
      type: "worker",
      significant: false,
    });
    const inner = supervisor("inner", { children: [] });
    expect(child("s", inner)).toMatchObject({ restart: "permanent", shutdown: "infinity", type: "supervisor" });
    expect(child("w", worker, {}, { type: "supervisor" })).toMatchObject({ shutdown: "infinity", type: "supervisor" });
  });

  test("one_for_one, 3 restarts in 5,000 ms and never shut down are the defaults · sup_flags", async () => {
    expect(await verdict({ children: [] })).toBe("ok");
    expect(await verdict({ intensity: {}, children: [] })).toBe("ok");
  });

  test.each<[string, unknown, string]>([
    ["no id", { ...good, id: undefined }, "invalid_id"],
    ["an id that is no string", { ...good, id: 17 }, "invalid_id"],
    ["no definition", { ...good, definition: undefined }, "invalid_definition"],
    ["a definition that is a function", { ...good, definition: () => ignore }, "invalid_definition"],
    ["a restart of no kind", { ...good, restart: "always" }, "invalid_restart_type"],
    ["a negative shutdown", { ...good, shutdown: -1 }, "invalid_shutdown"],
    ["a shutdown that is no number", { ...good, shutdown: Number.NaN }, "invalid_shutdown"],
    ["an infinite shutdown", { ...good, shutdown: Number.POSITIVE_INFINITY }, "invalid_shutdown"],
    ["a shutdown of no kind", { ...good, shutdown: "brutal" }, "invalid_shutdown"],
    ["a type of no kind", { ...good, type: "manager" }, "invalid_child_type"],
    ["a significant that is no boolean", { ...good, significant: "yes" }, "invalid_significant"],
    ["a startTimeout of 0", { ...good, startTimeout: 0 }, "invalid_start_timeout"],
    ["a startTimeout that is no number", { ...good, startTimeout: "5 s" }, "invalid_start_timeout"],
    ["a name that is no string", { ...good, name: 17 }, "invalid_name"],
    ["a label that is no string", { ...good, label: {} }, "invalid_label"],
    ["a spec that is no object", "worker", "invalid_child_spec"],
    ["a spec that is null", null, "invalid_child_spec"],
  ])(
    "S14 %s is refused, at start and by startChild · sup_start_map_faulty_specs, child_specs, child_specs_map",
    async (_, spec, fault) => {
      expect(await verdict({ children: [child("first", worker), spec] })).toBe(fault);
      const { supervise } = harness(undefined);
      const sup = await supervise({ children: [] });
      expect(await sup.startChild(spec as ChildSpec)).toMatchObject({ status: "error", reason: { error: { fault } } });
      expect(await sup.whichChildren()).toEqual([]);
    },
  );

  test.each<[string, unknown, string]>([
    ["a strategy of no kind", { strategy: "one_for_none", children: [] }, "invalid_strategy"],
    ["the dynamic strategy", { strategy: "simple_one_for_one", children: [] }, "invalid_strategy"],
    ["a negative intensity", { intensity: { maxRestarts: -1 }, children: [] }, "invalid_intensity"],
    ["half a restart", { intensity: { maxRestarts: 0.5 }, children: [] }, "invalid_intensity"],
    ["endless restarts", { intensity: { maxRestarts: Number.POSITIVE_INFINITY }, children: [] }, "invalid_intensity"],
    ["a period of 0", { intensity: { within: 0 }, children: [] }, "invalid_period"],
    ["an endless period", { intensity: { within: Number.POSITIVE_INFINITY }, children: [] }, "invalid_period"],
    ["a period in words", { intensity: { within: "5 s" }, children: [] }, "invalid_period"],
    ["an autoShutdown of no kind", { autoShutdown: "always", children: [] }, "invalid_auto_shutdown"],
    ["no children", {}, "invalid_options"],
    ["children that are no array", { children: { a: good } }, "invalid_options"],
    ["null", null, "invalid_options"],
  ])("S14 %s is refused · sup_flags", async (_, options, fault) => {
    expect(await verdict(options)).toBe(fault);
  });

  test("S14 duplicate ids are refused · child_specs, child_specs_map", async () => {
    expect(await verdict({ children: [good, child("b", worker), child("a", worker)] })).toBe("duplicate_child_name");
  });

  test("unknown keys are ignored · sup_start_map_faulty_specs", async () => {
    expect(await verdict({ children: [{ ...good, colour: "red" }], mood: "good" })).toBe("ok");
  });

  test.each(combinations())(
    "%s, shutdown %s, %s, significant %s under autoShutdown %s is accepted, but for the two bad combinations · child_specs_map",
    async (restart, shutdown, type, significant, autoShutdown) => {
      const spec = { ...good, restart, shutdown, type, significant };
      const isBad = significant && (restart === "permanent" || autoShutdown === "never");
      expect(await verdict({ autoShutdown, children: [spec] })).toBe(isBad ? "bad_combination" : "ok");
    },
  );

  test("a refusal says what was expected and what it got, but not the content of objects", async () => {
    const { supervise } = harness(undefined);
    const start = supervise({ children: [{ ...good, shutdown: { token: "s3cret" } } as never] });
    await expect(start).rejects.toMatchObject({
      cause: {
        message: 'Expected shutdown of the child "a" to be milliseconds, "infinity" or "brutal_kill", got an object',
      },
    });
  });

  test("a spec is a value: several supervisors may start it, each its own process", async () => {
    const { runtime } = harness(undefined);
    const echo = server<{ calls: Record<never, never> }>("echo")({ init: (n: number) => n, calls: {}, casts: {} });
    const spec = child("echo", echo, 1);
    const one = await runtime.start(supervisor("one", { children: [spec] }));
    const two = await runtime.start(supervisor("two", { children: [spec] }));
    const [[a], [b]] = [await one.whichChildren(), await two.whichChildren()];
    expect(a?.process).not.toBe(b?.process);
  });
});

function combinations() {
  const restarts: Restart[] = ["permanent", "transient", "temporary"];
  const shutdowns: Shutdown[] = ["brutal_kill", "infinity", 0, 100];
  const types = ["worker", "supervisor"] as const;
  const autoShutdowns: AutoShutdown[] = ["never", "any_significant", "all_significant"];
  return restarts.flatMap((restart) =>
    shutdowns.flatMap((shutdown) =>
      types.flatMap((type) =>
        [false, true].flatMap((significant) =>
          autoShutdowns.map((autoShutdown) => [restart, shutdown, type, significant, autoShutdown] as const),
        ),
      ),
    ),
  );
}
