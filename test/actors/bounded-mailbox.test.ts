import { describe, expect, test } from "vitest";
import {
  type Inspection,
  MailboxFullError,
  type MailboxOptions,
  noreply,
  type Overflow,
  reply,
  server,
  spawn,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet, puppetDefinition, signalsOf } from "./puppet.js";

const overflows: readonly Overflow[] = ["dropNewest", "dropOldest", "exit"];

/** Milliseconds that it takes to send so often to a process that is at work, with so much unread that is never dropped. */
async function costOf(kept: number, sent: number): Promise<number> {
  const { runtime, clock } = testRuntime();
  const busy = await puppet(runtime, { mailbox: { limit: 1, overflow: "dropOldest" } });
  const gone = await puppet(runtime);
  gone.process.exit("kill");
  busy.act(() => gate().promise);
  await clock.settle();
  for (let count = 0; count < kept; count++) busy.self.monitor(gone.process);
  const begun = performance.now();
  for (let count = 0; count < sent; count++) busy.process.send(count);
  return performance.now() - begun;
}

test("dropOldest: what is never dropped is passed over once, not for each message that is", async () => {
  const small = await costOf(1, 20_000);
  expect(await costOf(20_000, 20_000)).toBeLessThan(20 * Math.max(small, 5));
});

interface Desk {
  calls: { ask(n: number): number };
  casts: { tell(n: number): void; hold(promise: Promise<void>): void };
  info: number;
}

function desk(log: unknown[]) {
  return server<Desk>("desk")({
    init: () => 0,
    calls: {
      ask: (n, state) => {
        log.push(`ask ${n}`);
        return reply(n, state);
      },
    },
    casts: {
      tell: (n, state) => {
        log.push(`tell ${n}`);
        return noreply(state);
      },
      hold: async (promise, state) => {
        await promise;
        return noreply(state);
      },
    },
    info: (message, state) => {
      log.push(message);
      return noreply(state);
    },
  });
}

describe.each(seeds)("a bounded mailbox, order %s", (seed) => {
  function watched() {
    const events: Inspection[] = [];
    const dropped = () => events.flatMap((event) => (event.type === "drop" ? [event] : []));
    const refused = () =>
      events.flatMap((event) => (event.type === "send" && !event.delivered ? [event.mail.payload] : []));
    return { events, dropped, refused, ...testRuntime({ seed, onInspect: (event) => events.push(event) }) };
  }

  /** A puppet that is at work until the gate opens, with an empty mailbox. */
  async function busyPuppet(stage: ReturnType<typeof watched>, mailbox: MailboxOptions | undefined, traps = false) {
    const busy = await puppet(stage.runtime, { mailbox, traps });
    const { promise, open } = gate();
    busy.act(() => promise);
    await stage.clock.settle();
    return { busy, open };
  }

  async function busyDesk(stage: ReturnType<typeof watched>, mailbox: MailboxOptions) {
    const log: unknown[] = [];
    const ref = await stage.runtime.start(desk(log), undefined, { mailbox });
    const { promise, open } = gate();
    ref.cast("hold", promise);
    await stage.clock.settle();
    return { ref, log, open };
  }

  test("dropNewest: what comes when it is full is dropped, and what it holds is read in order", async () => {
    const stage = watched();
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
    const stage = watched();
    const { busy, open } = await busyPuppet(stage, { limit: 2, overflow: "dropOldest" });
    for (const message of ["a", "b", "c", "d"]) busy.process.send(message);
    expect(stage.runtime.tree()[0]?.mailbox).toBe(2);
    open();
    await stage.clock.settle();
    expect(busy.mail).toEqual(["c", "d"]);
    expect(stage.crashes).toEqual([]);
  });

  test("exit: what comes when it is full ends the process, which is reported, and its links hear of it", async () => {
    const stage = watched();
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
    const stage = watched();
    const { busy, open } = await busyPuppet(stage, { limit: 1, overflow: "dropNewest" });
    busy.process.send("a");
    open();
    await stage.clock.settle();
    expect(busy.mail).toEqual(["a"]);
  });

  test.each(overflows)("%s: mail that waits for init counts", async (overflow) => {
    const stage = watched();
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
    const stage = watched();
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

  test("dropNewest: a call that is dropped fails at once with overloaded, and a cast without a word", async () => {
    const stage = watched();
    const { ref, log, open } = await busyDesk(stage, { limit: 2, overflow: "dropNewest" });
    const taken = ref.call("ask", 1);
    expect(ref.cast("tell", 2)).toBeUndefined();
    await expect(ref.call("ask", 3)).rejects.toMatchObject({
      name: "CallError",
      failure: "overloaded",
      reason: undefined,
      message: expect.stringContaining("ask"),
    });
    expect(ref.cast("tell", 4)).toBeUndefined();
    expect(stage.clock.now()).toBe(0);
    open();
    expect(await taken).toBe(1);
    expect(log).toEqual(["ask 1", "tell 2"]);
    expect(await ref.call("ask", 5)).toBe(5);
    await stage.clock.settle();
    expect(stage.clock.timers).toBe(0);
    expect(stage.crashes).toEqual([]);
  });

  test("dropOldest: the call that is dropped is the one that waited, and its caller learns it at once", async () => {
    const stage = watched();
    const { ref, log, open } = await busyDesk(stage, { limit: 2, overflow: "dropOldest" });
    const oldest = expect(ref.call("ask", 1)).rejects.toMatchObject({ failure: "overloaded" });
    const other = ref.call("ask", 2);
    ref.cast("tell", 3);
    await oldest;
    expect(stage.clock.timers).toBe(1);
    open();
    expect(await other).toBe(2);
    await stage.clock.settle();
    expect(log).toEqual(["ask 2", "tell 3"]);
  });

  test("exit: every caller, the last one too, learns why the process ended", async () => {
    const stage = watched();
    const { ref } = await busyDesk(stage, { limit: 1, overflow: "exit" });
    const calls = [ref.call("ask", 1), ref.call("ask", 2)].map((call) =>
      expect(call).rejects.toMatchObject({
        failure: "exit",
        reason: { error: { name: "MailboxFullError", limit: 1 } },
      }),
    );
    await Promise.all(calls);
    await expect(ref.call("ask", 3)).rejects.toMatchObject({ failure: "noproc" });
    expect(stage.crashes).toHaveLength(1);
  });

  test("a call that is given up in time keeps its place, as its server is not told · G3", async () => {
    const stage = watched();
    const { ref, log, open } = await busyDesk(stage, { limit: 1, overflow: "dropNewest" });
    const late = expect(ref.call("ask", 1, { timeout: 10 })).rejects.toMatchObject({ failure: "timeout" });
    await stage.clock.advance(10);
    await late;
    await expect(ref.call("ask", 2)).rejects.toMatchObject({ failure: "overloaded" });
    open();
    await stage.clock.settle();
    expect(log).toEqual(["ask 1"]);
  });

  test.each(overflows)("%s: exit signals, DOWN and orders are never dropped and do not count", async (overflow) => {
    const stage = watched();
    const { busy, open } = await busyPuppet(stage, { limit: 1, overflow }, true);
    const others = [await puppet(stage.runtime), await puppet(stage.runtime), await puppet(stage.runtime)];
    for (const { process } of others) {
      busy.self.link(process);
      busy.self.monitor(process);
      process.exit("shutdown");
    }
    busy.process.send("a");
    const stopped = busy.process.stop("shutdown");
    expect(stage.runtime.tree()[0]?.mailbox).toBe(8);
    open();
    await stopped;
    expect(signalsOf(busy)).toEqual(
      Array.from({ length: 6 }, (_, index) => `${index % 2 === 0 ? "EXIT" : "DOWN"} "shutdown"`),
    );
    expect(busy.mail.at(-1)).toBe("a");
    expect(stage.dropped()).toEqual([]);
  });

  test.each(overflows)("%s: due timers and piped outcomes are never dropped and do not count", async (overflow) => {
    const stage = watched();
    const { busy, open } = await busyPuppet(stage, { limit: 1, overflow });
    busy.process.send("a");
    for (const ms of [10, 20, 30]) busy.self.sendAfter(ms, ms);
    busy.self.pipe(Promise.resolve("piped"), (outcome) => outcome);
    busy.self.pipe(Promise.reject("not"), (outcome) => outcome);
    await stage.clock.advance(30);
    open();
    await stage.clock.settle();
    expect(busy.mail).toEqual(["a", { ok: true, value: "piped" }, { ok: false, error: "not" }, 10, 20, 30]);
    expect(stage.dropped()).toEqual([]);
  });

  test("dropOldest: what never goes stays, in order, however much comes before and after it", async () => {
    const stage = watched();
    const { busy, open } = await busyPuppet(stage, { limit: 2, overflow: "dropOldest" });
    const gone = await puppet(stage.runtime);
    gone.process.exit("kill");
    const down = expect.objectContaining({ type: "DOWN", reason: "noproc" });
    busy.self.monitor(gone.process);
    for (const message of ["a", "b"]) busy.process.send(message);
    busy.self.monitor(gone.process);
    for (const message of ["c", "d"]) busy.process.send(message);
    busy.self.monitor(gone.process);
    busy.process.send("e");
    open();
    await stage.clock.settle();
    expect(busy.mail).toEqual([down, down, "d", down, "e"]);
    for (const message of ["f", "g"]) busy.process.send(message);
    await stage.clock.settle();
    expect(busy.mail.slice(5)).toEqual(["f", "g"]);
  });

  test("what a process tells itself with continue is not dropped, what it sends itself counts", async () => {
    const stage = watched();
    const log: unknown[] = [];
    const ref = await stage.runtime.start(
      server<{ casts: { go(): void }; info: string }>("own")({
        init: () => 0,
        calls: {},
        casts: {
          go: (_, state, self) => {
            for (const message of ["a", "b", "c"]) self.process.send(message);
            return noreply(state, { continue: "first" });
          },
        },
        info: (message, state) => {
          log.push(message);
          return noreply(state);
        },
        continue: (argument, state) => {
          log.push(argument);
          return noreply(state);
        },
      }),
      undefined,
      { mailbox: { limit: 2, overflow: "dropNewest" } },
    );
    ref.cast("go");
    await stage.clock.settle();
    expect(log).toEqual(["first", "a", "b"]);
  });

  test("the inspection hook sees what is dropped, and what was refused as not delivered", async () => {
    const stage = watched();
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
      const stage = { ...watched(), ...testRuntime({ seed, onInspect: (event) => react?.(event) }) };
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

  test("an ended process is dead, not overloaded · P2, G5", async () => {
    const stage = watched();
    const { ref } = await busyDesk(stage, { limit: 1, overflow: "dropNewest" });
    ref.cast("tell", 1);
    ref.exit("kill");
    await expect(ref.call("ask", 2)).rejects.toMatchObject({ failure: "noproc" });
    ref.cast("tell", 3);
    expect(stage.dropped()).toEqual([]);
    expect(stage.runtime.size).toBe(0);
  });

  test("spawnLink and startLink take it too", async () => {
    const stage = watched();
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
