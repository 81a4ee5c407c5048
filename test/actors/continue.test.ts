import { describe, expect, test } from "vitest";
import { noreply, reply, server, spawn, startWith, stop, stopReply } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet } from "./puppet.js";

interface Protocol {
  calls: { reply(): string; noreply(): string; note(): void };
  casts: { go(): void; note(): void; chain(): void };
  info: "go";
}

describe.each(seeds)("continue, order %s", (seed) => {
  const order = ["before_continue", "continue", "after_continue"];

  const logging = (log: string[], isAsync = false) =>
    server<Protocol>("continuing")({
      init: (where: "init" | "async init" | undefined) => {
        if (where === undefined) return 0;
        log.push("before_continue");
        const begun = startWith(0, { continue: "continue" });
        return where === "init" ? begun : Promise.resolve(begun);
      },
      calls: {
        reply: (_, state) => {
          log.push("before_continue");
          return reply("answer", state, { continue: "continue" });
        },
        noreply: (_, state, __, from) => {
          log.push("before_continue");
          from.reply("answer");
          return noreply(state, { continue: "continue" });
        },
        note: (_, state) => {
          log.push("after_continue");
          return reply(undefined, state);
        },
      },
      casts: {
        go: async (_, state) => {
          log.push("before_continue");
          return noreply(state, { continue: "continue" });
        },
        note: (_, state) => {
          log.push("after_continue");
          return noreply(state);
        },
        chain: (_, state) => {
          log.push("before_continue");
          return noreply(state, { continue: 3 });
        },
      },
      info: (_, state) => {
        log.push("before_continue");
        return noreply(state, { continue: "continue" });
      },
      continue: (argument, state) => {
        log.push(String(argument));
        const next = typeof argument === "number" && argument > 0 ? { continue: argument - 1 } : undefined;
        const result = noreply(state, next);
        return isAsync ? Promise.resolve(result) : result;
      },
    });

  describe.each([false, true])("async %s", (isAsync) => {
    async function start() {
      const test = testRuntime({ seed });
      const log: string[] = [];
      return { ...test, log, ref: await test.runtime.start(logging(log, isAsync)) };
    }

    test.each(["init", "async init"] as const)(
      "G7 it runs before any mail, also that which came before the %s was through · continue",
      async (where) => {
        const { runtime, clock } = testRuntime({ seed });
        const log: string[] = [];
        const ref = spawn(runtime, logging(log, isAsync), where);
        ref.cast("note");
        await clock.settle();
        expect(log).toEqual(order);
      },
    );

    test.each(["reply", "noreply"] as const)(
      "G7 it runs between a call's %s and the mail that waits · continue",
      async (how) => {
        const { clock, ref, log } = await start();
        const answer = ref.call(how);
        ref.cast("note");
        await clock.settle();
        expect(await answer).toBe("answer");
        expect(log).toEqual(order);
      },
    );

    test.each(["cast", "info"] as const)("G7 it runs between a %s and the mail that waits · continue", async (how) => {
      const { clock, ref, log } = await start();
      if (how === "cast") ref.cast("go");
      else ref.send("go");
      ref.cast("note");
      await clock.settle();
      expect(log).toEqual(order);
    });

    test("G7 it may chain, and nothing comes between · continue, chained", async () => {
      const { clock, ref, log } = await start();
      ref.cast("chain");
      ref.cast("note");
      await clock.settle();
      expect(log).toEqual(["before_continue", "3", "2", "1", "0", "after_continue"]);
    });
  });

  test("G7 after init it is no part of the start: the starter goes on while it runs · continue", async () => {
    const { runtime } = testRuntime({ seed });
    const opened = gate();
    const slow = server<{ calls: { get(): string } }>("slow")({
      init: () => startWith("loading", { continue: "load" }),
      calls: { get: (_, state) => reply(state, state) },
      casts: {},
      continue: async () => {
        await opened.promise;
        return noreply("loaded");
      },
    });
    const ref = await runtime.start(slow);
    const got = ref.call("get");
    opened.open();
    expect(await got).toBe("loaded");
  });

  test("G7 a continue after init that fails is a crash of a process that had started · continue", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const log: unknown[] = [];
    const parent = await puppet(runtime, { traps: true });
    const failing = server<unknown>("failing")({
      init: () => startWith("state", { continue: "load" }),
      calls: {},
      casts: {},
      continue: () => {
        throw new Error("boom");
      },
      terminate: (reason, state) => log.push({ reason, state }),
    });
    const result = await parent.run((self) => self.startLink(failing));
    expect(result.status).toBe("ok");
    await clock.settle();
    expect(parent.mail).toMatchObject([{ type: "EXIT", reason: { error: { message: "boom" } } }]);
    expect(log).toMatchObject([{ reason: { error: { message: "boom" } }, state: "state" }]);
    expect(crashes).toMatchObject([{ lastMessage: { continue: "load" }, state: "state" }]);
  });

  test("G7 it may stop · continue then stop", async () => {
    const { runtime } = testRuntime({ seed });
    const log: unknown[] = [];
    const stopping = server<{ calls: { go(): string } }>("stopping")({
      init: () => 0,
      calls: { go: (_, state) => reply("answered", state, { continue: "end" }) },
      casts: {},
      continue: (argument, state) => {
        log.push(argument);
        return stop("shutdown", state + 1);
      },
      terminate: (reason, state) => log.push(reason, state),
    });
    const ref = await runtime.start(stopping);
    expect(await ref.call("go")).toBe("answered");
    expect(await ref.exited).toBe("shutdown");
    expect(log).toEqual(["end", "shutdown", 1]);
  });

  test("G7 it answers calls by their address only", async () => {
    const { runtime } = testRuntime({ seed });
    const stopping = server<{ calls: { go(): string } }>("stopping")({
      init: () => 0,
      calls: { go: (_, state) => noreply(state, { continue: "end" }) },
      casts: {},
      continue: (_, state) => stopReply("normal", "to nobody", state) as never,
    });
    const ref = await runtime.start(stopping);
    await expect(ref.call("go")).rejects.toMatchObject({ failure: "exit", reason: "normal" });
  });

  test("G7 an exit signal comes between; a chain without end can be killed", async () => {
    const { runtime, clock } = testRuntime({ seed });
    let count = 0;
    const endless = server<unknown>("endless")({
      init: () => startWith(0, { continue: 0 }),
      calls: {},
      casts: {},
      continue: (_, state) => {
        count++;
        return noreply(state, { continue: 0 });
      },
    });
    const ref = await runtime.start(endless);
    const timer = new Promise<void>((resolve) => setImmediate(resolve));
    await timer;
    expect(count).toBeGreaterThan(100);
    ref.exit("kill");
    await clock.settle();
    expect(await ref.exited).toBe("killed");
  });
});
