import { describe, expect, test } from "vitest";
import { drawTree, noreply, type ProcessNode, server } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { type Puppet, puppet, puppetDefinition } from "./puppet.js";

/** Labels only, indented by depth. */
function outline(nodes: readonly ProcessNode[], depth = 0): string[] {
  return nodes.flatMap((node) => [" ".repeat(depth) + node.label, ...outline(node.children, depth + 1)]);
}

async function childOf(parent: Puppet, label: string): Promise<Puppet> {
  const { definition, made } = puppetDefinition(label);
  await parent.run((self) => self.startLink(definition));
  return made;
}

describe.each(seeds)("the tree, order %s", (seed) => {
  test("shows every process below its parent, the oldest first", async () => {
    const { runtime } = testRuntime({ seed });
    const a = await puppet(runtime, { label: "a" });
    const b = await puppet(runtime, { name: "b" });
    const aa = await childOf(a, "aa");
    await childOf(b, "ba");
    await childOf(aa, "aaa");
    const ab = await childOf(a, "ab");
    expect(outline(runtime.tree())).toEqual(["a", " aa", "  aaa", " ab", "b", " ba"]);
    expect(runtime.tree()[0]?.children[1]?.process).toBe(ab.process);
    expect(runtime.size).toBe(6);
  });

  test("shows what outlives its parent as a root", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const parent = await puppet(runtime, { label: "parent" });
    const child = await childOf(parent, "child");
    await childOf(child, "grandchild");
    await child.run((self) => self.unlink(parent.process));
    parent.process.exit("shutdown");
    await clock.settle();
    expect(outline(runtime.tree())).toEqual(["child", " grandchild"]);
  });

  test("shows what each is doing, what waits unread, and what it says of itself", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const opened = gate();
    const released = gate();
    const worker = server<{ casts: { work(): void } }>("worker")({
      init: () => 4711,
      calls: {},
      casts: {
        work: async (_, state) => {
          await opened.promise;
          return noreply(state);
        },
      },
      describe: (pid) => ({ pid }),
    });
    const busy = await runtime.start(worker, undefined, { restarts: 2 });
    const exiting = await puppet(runtime);
    exiting.self.own(() => released.promise);
    const starting = runtime.start({
      label: "starting",
      type: "supervisor",
      create: () => ({ init: () => opened.promise, receive: () => {} }),
    });
    for (let n = 0; n < 3; n++) busy.cast("work");
    await clock.settle();
    exiting.process.exit("kill");
    expect(runtime.tree()).toMatchObject([
      { label: "worker", type: "worker", state: "waiting", mailbox: 2, restarts: 2, details: { pid: 4711 } },
      { label: "puppet", type: "worker", state: "exiting", mailbox: 0, restarts: 0, details: {} },
      { label: "starting", type: "supervisor", state: "starting", mailbox: 0, children: [] },
    ]);
    opened.open();
    released.open();
    await starting;
    await clock.settle();
    expect(runtime.tree().map(({ state }) => state)).toEqual(["running", "running"]);
  });
});

describe("drawTree", () => {
  const leaf = (label: string, rest: Partial<ProcessNode> = {}): ProcessNode => ({
    process: undefined as never,
    label,
    type: "worker",
    state: "running",
    mailbox: 0,
    restarts: 0,
    details: {},
    children: [],
    ...rest,
  });

  test("draws a forest for people", () => {
    const drawn = drawTree([
      leaf("client files", {
        type: "supervisor",
        children: [
          leaf("connection", {
            restarts: 1,
            mailbox: 3,
            state: "waiting",
            children: [leaf("operation 17"), leaf("transport #3", { details: { pid: 4711, phase: "open" } })],
          }),
          leaf("log", { children: [leaf("file", { state: "exiting" })] }),
        ],
      }),
      leaf("alone"),
    ]);
    expect(drawn).toBe(
      [
        "client files (supervisor)",
        "├─ connection · restarted 1× · 3 unread · waiting",
        "│  ├─ operation 17",
        "│  └─ transport #3 · pid 4711 · phase open",
        "└─ log",
        "   └─ file · exiting",
        "alone",
      ].join("\n"),
    );
  });

  test("draws nothing of an empty runtime", () => {
    expect(drawTree([])).toBe("");
  });

  test("draws what a runtime says", async () => {
    const { runtime } = testRuntime();
    const parent = await puppet(runtime, { label: "parent" });
    await childOf(parent, "child");
    expect(drawTree(runtime.tree())).toBe("parent\n└─ child");
  });
});
