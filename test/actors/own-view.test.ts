import { describe, expect, test } from "vitest";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet, puppetDefinition } from "./puppet.js";

describe.each(seeds)("a process as it sees itself, order %s", (seed) => {
  test("knows its address, its runtime and its parent", async () => {
    const { runtime } = testRuntime({ seed });
    const parent = await puppet(runtime);
    const { definition, made } = puppetDefinition();
    const ref = await parent.run((self) => self.spawnLink(definition, undefined, { name: "child", label: "a child" }));
    const child = await made;
    expect(child.self.process).toBe(ref);
    expect(child.self.runtime).toBe(runtime);
    expect(child.self.parent).toBe(parent.process);
    expect(parent.self.parent).toBeUndefined();
    expect(ref).toMatchObject({ name: "child", label: "a child", alive: true });
    expect(runtime.whereis("child")).toBe(ref);
    expect(runtime.whereis("nobody")).toBeUndefined();
  });

  test("is labelled by its label, else its name, else its definition", async () => {
    const { runtime } = testRuntime({ seed });
    const { definition } = puppetDefinition("defined");
    const labels = [{ label: "label", name: "name" }, { name: "other name" }, {}].map(async (options) => {
      const ref = await runtime.start(definition, undefined, options);
      return ref.label;
    });
    expect(await Promise.all(labels)).toEqual(["label", "other name", "defined"]);
  });

  test("P5 has a signal that is aborted as soon as it begins to end, saying why, and from then on", async () => {
    const { runtime } = testRuntime({ seed });
    const [early, late] = [await puppet(runtime), await puppet(runtime)];
    const { signal } = early.self;
    expect(early.self.signal).toBe(signal);
    expect(signal.aborted).toBe(false);
    let isAborted = false;
    signal.addEventListener("abort", () => {
      isAborted = true;
    });
    for (const one of [early, late]) {
      one.self.own(() => new Promise(() => {}));
      one.process.exit("shutdown");
    }
    expect(isAborted).toBe(true);
    expect(String(signal.reason)).toBe("Error: puppet ended: shutdown");
    expect(late.self.signal.aborted).toBe(true);
  });

  test("E1 signs the exit signals it sends, also after an await", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const target = await puppet(runtime, { traps: true });
    const sender = await puppet(runtime);
    sender.act(async (self) => {
      target.process.exit("shutdown");
      await Promise.resolve();
      self.exitSignal(target.process, "noproc");
      // Nobody can know any more who says this.
      target.process.exit("killed");
    });
    await clock.settle();
    expect(target.mail).toEqual([
      { type: "EXIT", process: sender.process, reason: "shutdown" },
      { type: "EXIT", process: sender.process, reason: "noproc" },
      { type: "EXIT", process: undefined, reason: "killed" },
    ]);
  });
});
