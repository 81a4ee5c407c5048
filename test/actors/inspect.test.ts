import { describe, expect, test } from "vitest";
import { type Inspection, MailKind, noreply, reply, server } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet, puppetDefinition } from "./puppet.js";

describe.each(seeds)("the inspection hook, order %s", (seed) => {
  function watched() {
    const events: Inspection[] = [];
    return { events, ...testRuntime({ seed, onInspect: (event) => events.push(event) }) };
  }

  test("sees every process begin, with its parent, and end, with its reason", async () => {
    const { runtime, clock, events } = watched();
    const parent = await puppet(runtime);
    const { definition } = puppetDefinition();
    const child = await parent.run((self) => self.spawnLink(definition));
    child.exit("shutdown");
    await clock.settle();
    expect(events.filter(({ type }) => type !== "send")).toEqual([
      { type: "spawn", process: parent.process, parent: undefined },
      { type: "spawn", process: child, parent: parent.process },
      { type: "exit", process: child, reason: "shutdown" },
      { type: "exit", process: parent.process, reason: "shutdown" },
    ]);
  });

  test("sees every message when it is sent, and whether it was delivered", async () => {
    const { runtime, clock, events } = watched();
    const ref = await runtime.start(
      server<{ calls: { ask(n: number): number }; casts: { tell(n: number): void }; info: string }>("server")({
        init: () => 0,
        calls: { ask: (n, state) => reply(n, state) },
        casts: { tell: (_, state) => noreply(state) },
      }),
    );
    ref.send("hello");
    ref.cast("tell", 1);
    await ref.call("ask", 2);
    ref.exit("kill");
    ref.send("lost");
    await clock.settle();
    const sends = events.flatMap((event) => (event.type === "send" ? [event] : []));
    expect(sends.map(({ mail, delivered }) => [mail.kind, mail.name, mail.payload, delivered])).toEqual([
      [MailKind.info, "", "hello", true],
      [MailKind.cast, "tell", 1, true],
      [MailKind.call, "ask", 2, true],
      [MailKind.info, "", "lost", false],
    ]);
    expect(sends.every(({ process }) => process === ref)).toBe(true);
  });

  test("sees an exit after the release and before EXIT and DOWN", async () => {
    const { runtime, clock, events } = watched();
    const owner = await puppet(runtime);
    const watcher = await puppet(runtime);
    const log: string[] = [];
    await owner.run((self) => self.own(() => log.push("released")));
    await watcher.run((self) => self.monitor(owner.process));
    events.length = 0;
    owner.process.exit("kill");
    await clock.settle();
    expect(log).toEqual(["released"]);
    expect(events).toMatchObject([{ type: "exit" }, { type: "send", mail: { kind: MailKind.down } }]);
  });

  test("a hook that throws changes nothing", async () => {
    const { runtime, clock, crashes } = testRuntime({
      seed,
      onInspect: () => {
        throw new Error("in the hook");
      },
    });
    const parent = await puppet(runtime, { traps: true });
    const { definition } = puppetDefinition();
    const child = await parent.run((self) => self.spawnLink(definition));
    child.exit("shutdown");
    await clock.settle();
    expect(parent.mail).toMatchObject([{ type: "EXIT", reason: "shutdown" }]);
    expect(crashes).toEqual([]);
  });

  test("a hook that ends the process it has just seen begin makes the start fail", async () => {
    const { runtime } = testRuntime({
      seed,
      onInspect: (event) => {
        if (event.type === "spawn") event.process.exit("kill");
      },
    });
    await expect(puppet(runtime)).rejects.toMatchObject({ reason: "killed" });
    expect(runtime.size).toBe(0);
  });
});
