import { describe, expect, test } from "vitest";
import { type Inspection, MailboxFullError, type MailboxOptions, server, spawn } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { busyPuppet, overflows, watched } from "./full-mailbox.js";
import { gate } from "./gate.js";
import { puppet, puppetDefinition } from "./puppet.js";

describe.each(seeds)("a bounded mailbox, order %s", (seed) => {
  test("dropNewest: what comes when it is full is dropped, and what it holds is read in order", async () => {
    const stage = watched(seed);
    const { busy, open } = await busyPuppet(stage, { limit: 2, overflow: "dropNewest" });
    for (const message of ["a", "b", "c", "d"]) busy.process.send(message);
    expect(stage.runtime.tree()[0]?.mailbox).toBe(2);
    open();
    await stage.clock.settle();
    expect(busy.mail).toEqual(["a", "b"]);
    busy.process.send("e");
    await stage.clock.settle();
    expect(busy.mail).toEqual(["a", "b", "e"]);
    expect(stage.crashes).toEqual([]);
  });

  test("dropOldest: what comes when it is full takes the place of the oldest", async () => {
    const stage = watched(seed);
    const { busy, open } = await busyPuppet(stage, { limit: 2, overflow: "dropOldest" });
    for (const message of ["a", "b", "c", "d"]) busy.process.send(message);
    expect(stage.runtime.tree()[0]?.mailbox).toBe(2);
    open();
    await stage.clock.settle();
    expect(busy.mail).toEqual(["c", "d"]);
    expect(stage.crashes).toEqual([]);
  });

  test("exit: what comes when it is full ends the process, which is reported, and its links hear of it", async () => {
    const stage = watched(seed);
    const { busy } = await busyPuppet(stage, { limit: 2, overflow: "exit" });
    const watcher = await puppet(stage.runtime, { traps: true });
    await watcher.run((self) => self.link(busy.process));
    busy.process.send("a");
    busy.process.send("b");
    expect(busy.process.alive).toBe(true);
    expect(busy.process.send("c")).toBeUndefined();
    expect(busy.process.alive).toBe(false);
    const reason = await busy.process.exited;
    expect(reason).toEqual({ kind: "error", error: expect.any(MailboxFullError) });
    expect(reason).toMatchObject({
      error: {
        name: "MailboxFullError",
        limit: 2,
        message: expect.stringContaining("puppet to have at most 2 unread"),
      },
    });
    await stage.clock.settle();
    expect(stage.crashes).toEqual([{ process: busy.process, reason }]);
    expect(watcher.mail).toEqual([{ type: "EXIT", process: busy.process, reason }]);
    expect(stage.refused()).toEqual(["c"]);
    expect(stage.dropped()).toEqual([]);
  });

  test("the message that is being handled does not count", async () => {
    const stage = watched(seed);
    const { busy, open } = await busyPuppet(stage, { limit: 1, overflow: "dropNewest" });
    busy.process.send("a");
    open();
    await stage.clock.settle();
    expect(busy.mail).toEqual(["a"]);
  });

  test.each(overflows)("%s: mail that waits for init counts", async (overflow) => {
    const stage = watched(seed);
    const { definition, made } = puppetDefinition();
    const ref = spawn(stage.runtime, definition, undefined, { mailbox: { limit: 1, overflow } });
    ref.send("a");
    ref.send("b");
    await stage.clock.settle();
    if (overflow === "exit") {
      expect(await ref.exited).toMatchObject({ error: { name: "MailboxFullError" } });
      expect(stage.crashes).toHaveLength(1);
    } else {
      expect((await made).mail).toEqual([overflow === "dropNewest" ? "a" : "b"]);
    }
  });

  test("exit: a process that overflows while it starts makes the start fail", async () => {
    const stage = watched(seed);
    const { promise } = gate();
    const stuck = server<{ info: string }>("stuck")({ init: () => promise, calls: {}, casts: {} });
    const started = stage.runtime.start(stuck, undefined, { name: "stuck", mailbox: { limit: 1, overflow: "exit" } });
    const failed = expect(started).rejects.toMatchObject({
      name: "StartError",
      reason: { error: { name: "MailboxFullError" } },
    });
    await stage.clock.settle();
    const ref = stage.runtime.whereis("stuck") as unknown as { send(message: string): void };
    ref.send("a");
    ref.send("b");
    await failed;
    expect(stage.crashes).toEqual([]);
  });

  test("the inspection hook sees what is dropped, and what was refused as not delivered", async () => {
    const stage = watched(seed);
    for (const overflow of ["dropNewest", "dropOldest"] as const) {
      const { busy } = await busyPuppet(stage, { limit: 1, overflow });
      stage.events.length = 0;
      busy.process.send("a");
      busy.process.send("b");
      const send = (payload: string, delivered: boolean) => ({ type: "send", mail: { payload }, delivered });
      const drop = (payload: string) => ({ type: "drop", process: busy.process, mail: { payload }, why: "overflow" });
      expect(stage.events).toMatchObject(
        overflow === "dropNewest"
          ? [send("a", true), send("b", false), drop("b")]
          : [send("a", true), drop("a"), send("b", true)],
      );
    }
  });

  test.each(overflows)(
    "%s: a hook that sends something itself, or ends the process, does no harm",
    async (overflow) => {
      let react: ((event: Inspection) => void) | undefined;
      const stage = { ...watched(seed), ...testRuntime({ seed, onInspect: (event) => react?.(event) }) };
      const { busy, open } = await busyPuppet(stage, { limit: 1, overflow });
      let sent = 0;
      react = (event) => {
        if ((event.type === "send" || event.type === "drop") && sent++ < 3) busy.process.send(`hook ${sent}`);
      };
      for (const message of ["a", "b", "c", "d", "e"]) busy.process.send(message);
      if (overflow === "exit") expect(busy.process.alive).toBe(false);
      else expect(stage.runtime.tree()[0]?.mailbox).toBe(1);
      react = (event) => {
        if (event.type === "drop") busy.process.exit("kill");
      };
      busy.process.send("f");
      busy.process.send("g");
      open();
      await stage.clock.settle();
      expect(busy.process.alive).toBe(false);
      expect(busy.mail).toEqual([]);
    },
  );

  test("spawnLink and startLink take it too", async () => {
    const stage = watched(seed);
    const parent = await puppet(stage.runtime);
    const mailbox = { limit: 1, overflow: "dropNewest" } as const;
    const one = puppetDefinition();
    const two = puppetDefinition();
    const spawned = await parent.run((self) => self.spawnLink(one.definition, undefined, { mailbox }));
    const started = await parent.run((self) => self.startLink(two.definition, undefined, { mailbox }));
    if (started.status !== "ok") throw new Error("Expected it to start");
    for (const ref of [spawned, started.process]) for (const message of ["a", "b"]) ref.send(message);
    await stage.clock.settle();
    expect((await one.made).mail).toEqual(["a"]);
    expect((await two.made).mail).toEqual(["a"]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("a limit of %s is refused", async (limit) => {
    const { runtime } = testRuntime({ seed });
    const { definition } = puppetDefinition();
    const options = { mailbox: { limit, overflow: "exit" } } as const;
    const message = `Expected \`mailbox.limit\` to be an integer, 1 or more, got \`${limit}\``;
    await expect(runtime.start(definition, undefined, options)).rejects.toThrow(message);
    expect(() => spawn(runtime, definition, undefined, options)).toThrow(RangeError);
    expect(runtime.size).toBe(0);
  });

  test("an overflow that is none is refused", async () => {
    const { runtime } = testRuntime({ seed });
    const mailbox = { limit: 1, overflow: "block" } as unknown as MailboxOptions;
    await expect(runtime.start(puppetDefinition().definition, undefined, { mailbox })).rejects.toThrow(
      "Expected `mailbox.overflow` to be dropNewest, dropOldest, exit, got `block`",
    );
  });
});
