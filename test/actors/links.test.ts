import { describe, expect, test } from "vitest";
import { server } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet, puppetDefinition, signalsOf } from "./puppet.js";

describe.each(seeds)("links, order %s", (seed) => {
  test.each(["linker", "linked"] as const)("L1 a link works in both directions: the %s ends", async (which) => {
    const { runtime, clock } = testRuntime({ seed });
    const linker = await puppet(runtime);
    const linked = await puppet(runtime);
    await linker.run((self) => self.link(linked.process));
    (which === "linker" ? linker : linked).process.exit("shutdown");
    await clock.settle();
    expect(await Promise.all([linker.process.exited, linked.process.exited])).toEqual(["shutdown", "shutdown"]);
  });

  test("L1 linking twice, from either side, is linking once: one EXIT, and one unlink undoes it", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const [a, b, c] = [await puppet(runtime, { traps: true }), await puppet(runtime), await puppet(runtime)];
    for (const other of [b, c]) {
      await a.run((self) => {
        self.link(other.process);
        self.link(other.process);
      });
      await other.run((self) => self.link(a.process));
    }
    b.process.exit("shutdown");
    await c.run((self) => self.unlink(a.process));
    c.process.exit("shutdown");
    await clock.settle();
    expect(a.mail).toEqual([{ type: "EXIT", process: b.process, reason: "shutdown" }]);
  });

  test.each(["linker", "linked"] as const)("L1 either side may unlink: the %s does", async (which) => {
    const { runtime, clock } = testRuntime({ seed });
    const linker = await puppet(runtime);
    const linked = await puppet(runtime);
    await linker.run((self) => self.link(linked.process));
    const [one, other] = which === "linker" ? [linker, linked] : [linked, linker];
    await one.run((self) => self.unlink(other.process));
    linker.process.exit("shutdown");
    await clock.settle();
    expect(linked.process.alive).toBe(true);
  });

  test("L1 a process linked to itself is not linked to anybody", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const alone = await puppet(runtime, { traps: true });
    await alone.run((self) => {
      self.link(self.process);
      self.unlink(self.process);
    });
    await clock.settle();
    expect(alone.mail).toEqual([]);
    alone.process.exit("kill");
    expect(await alone.process.exited).toBe("killed");
  });

  test("L2 a child spawned with a link that dies before anything of it ran is seen to die", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const parent = await puppet(runtime, { traps: true });
    const { definition } = puppetDefinition();
    await parent.run((self) => {
      self.spawnLink(definition).exit("shutdown");
    });
    await clock.settle();
    expect(signalsOf(parent)).toEqual(['EXIT "shutdown"']);
  });

  test("L2 a child whose init throws is seen to die when it was only spawned", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const parent = await puppet(runtime, { traps: true });
    const failing = server<unknown>("failing")({
      init: () => {
        throw new Error("no");
      },
      calls: {},
      casts: {},
    });
    const child = await parent.run((self) => self.spawnLink(failing));
    await clock.settle();
    expect(parent.mail).toMatchObject([{ type: "EXIT", reason: { kind: "error" } }]);
    expect(crashes.map((report) => report.process.id)).toEqual([child.id]);
  });

  test("L2 a parent that ends in the same breath takes the child it has just spawned along", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const parent = await puppet(runtime);
    const { definition } = puppetDefinition();
    const child = await parent.run((self) => {
      const spawned = self.spawnLink(definition);
      self.exit("shutdown");
      return spawned;
    });
    await clock.settle();
    expect(await child.exited).toBe("shutdown");
    expect(runtime.size).toBe(0);
  });

  test("L3 linking to a process that has ended yields the exit signal noproc", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const gone = await puppet(runtime);
    gone.process.exit("shutdown");
    await gone.process.exited;
    const trapping = await puppet(runtime, { traps: true });
    const plain = await puppet(runtime);
    await trapping.run((self) => self.link(gone.process));
    plain.act((self) => self.link(gone.process));
    await clock.settle();
    expect(trapping.mail).toEqual([{ type: "EXIT", process: gone.process, reason: "noproc" }]);
    expect(await plain.process.exited).toBe("noproc");
  });

  test("L4 after unlink no EXIT of that process arrives, not even one that was queued", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime, { traps: true });
    const [a, b] = [await puppet(runtime), await puppet(runtime)];
    await owner.run((self) => {
      self.link(a.process);
      self.link(b.process);
    });
    owner.act((self) => {
      a.process.exit("shutdown");
      b.process.exit("shutdown");
      self.process.send("between");
      self.unlink(a.process);
    });
    await clock.settle();
    expect(owner.mail).toEqual([{ type: "EXIT", process: b.process, reason: "shutdown" }, "between"]);
  });

  test("L4 what unlink took back is not counted as unread", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime, { traps: true });
    const ending = await puppet(runtime);
    await owner.run((self) => self.link(ending.process));
    const unread = await owner.run((self) => {
      ending.process.exit("shutdown");
      self.process.send("kept");
      self.unlink(ending.process);
      return runtime.tree()[0]?.mailbox;
    });
    await clock.settle();
    expect(unread).toBe(1);
    expect(runtime.tree()[0]?.mailbox).toBe(0);
  });

  test("L1 ends spread through a web of links, and everybody in it ends once", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const web = await Promise.all(Array.from({ length: 20 }, () => puppet(runtime)));
    for (const one of web) for (const other of web) await one.run((self) => self.link(other.process));
    web[7]!.process.exit("shutdown");
    await clock.settle();
    expect(new Set(await Promise.all(web.map(({ process }) => process.exited)))).toEqual(new Set(["shutdown"]));
    expect(runtime.size).toBe(0);
  });
});
