import { describe, expect, test } from "vitest";
import {
  CallError,
  type ExitReason,
  type From,
  noreply,
  reply,
  type ServerRef,
  server,
  stop,
} from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

interface Protocol {
  calls: {
    started(): string;
    delayed(ms: number): string;
    hold(): string;
    self(ref: ServerRef<Protocol>): string;
    die(reason: ExitReason): string;
    bad(): string;
  };
  casts: { answer(value: string): void };
}

/** A server that answers at once, after a while, or when it is told to; `held` are the addresses it keeps. */
function definition(held: From[]) {
  return server<Protocol>("answering")({
    init: () => "started",
    calls: {
      started: (_, state) => reply(state, state),
      delayed: (ms, state, self, from) => {
        const later = new Promise<void>((resolve) => self.runtime.clock.setTimer(ms, resolve));
        void later.then(() => from.reply("delayed"));
        return noreply(state);
      },
      hold: (_, state, __, from) => {
        held.push(from);
        return noreply(state);
      },
      self: (ref, state, _, from) => {
        ref.call("started").then(
          (value) => from.reply(value),
          (error: CallError) => from.reply(error.failure),
        );
        return noreply(state);
      },
      die: (reason, state) => stop(reason, state),
      bad: () => "nonsense" as never,
    },
    casts: {
      answer: (value, state) => {
        held.shift()?.reply(value);
        return noreply(state);
      },
    },
  });
}

describe.each(seeds)("call, order %s", (seed) => {
  async function start() {
    const test = testRuntime({ seed });
    const held: From[] = [];
    return { ...test, held, ref: await test.runtime.start(definition(held)) };
  }

  test("G3 a call resolves with the reply · call", async () => {
    const { ref, clock } = await start();
    expect(await ref.call("started")).toBe("started");
    expect(clock.timers).toBe(0);
  });

  test("G6 an answer may come later, while the server does other work · call, delayed answer", async () => {
    const { ref, clock } = await start();
    const delayed = ref.call("delayed", 30, { timeout: 31 });
    expect(await ref.call("started")).toBe("started");
    await clock.advance(30);
    expect(await delayed).toBe("delayed");
    expect(clock.timers).toBe(0);
  });

  test("G3 after 5,000 ms without an answer the caller fails, and the server goes on · call, timeout", async () => {
    const { ref, clock, held, crashes } = await start();
    const failed = expect(ref.call("hold")).rejects.toMatchObject({
      name: "CallError",
      failure: "timeout",
      reason: undefined,
      message: expect.stringContaining("hold"),
    });
    await clock.advance(4_999);
    expect(held[0]?.isWaiting).toBe(true);
    await clock.advance(1);
    await failed;
    expect(held[0]?.isWaiting).toBe(false);
    expect(await ref.call("started")).toBe("started");
    expect(crashes).toEqual([]);
  });

  test("G3 a caller may name its own limit, Infinity included · call, timeout", async () => {
    const { ref, clock, held } = await start();
    await Promise.all([
      expect(ref.call("delayed", 30, { timeout: 1 })).rejects.toMatchObject({ failure: "timeout" }),
      clock.advance(30),
    ]);
    const forever = ref.call("hold", undefined, { timeout: Number.POSITIVE_INFINITY });
    await clock.advance(1_000_000_000);
    expect(clock.timers).toBe(0);
    held[0]?.reply("at last");
    expect(await forever).toBe("at last");
  });

  test.each([Number.NaN, -1])("G3 a limit of %s is refused, and nothing is sent", async (timeout) => {
    const { ref, clock, held } = await start();
    await expect(ref.call("hold", undefined, { timeout })).rejects.toThrow(RangeError);
    await clock.settle();
    expect(held).toEqual([]);
  });

  test("G3 the server learns of it through from.signal, whenever it asks for it", async () => {
    const { ref, clock, held } = await start();
    const calls = [1, 2].map(() => ref.call("hold", undefined, { timeout: 10 }).catch(() => "failed"));
    await clock.settle();
    const [early, late] = held as [From, From];
    const { signal } = early;
    expect(signal.aborted).toBe(false);
    await clock.advance(10);
    expect(await Promise.all(calls)).toEqual(["failed", "failed"]);
    expect(signal.aborted).toBe(true);
    expect(late.signal.aborted).toBe(true);
  });

  test("G3 from.signal of an answered call is not aborted", async () => {
    const { ref, clock, held } = await start();
    const answered = ref.call("hold");
    await clock.settle();
    const { signal } = held[0]!;
    held[0]!.reply("done");
    await answered;
    await clock.advance(10_000);
    expect(signal.aborted).toBe(false);
  });

  test("G4 a late reply reaches nobody · reply_by_alias_with_payload", async () => {
    const { ref, runtime, clock, held } = await start();
    const caller = await puppet(runtime);
    const outcomes: unknown[] = [];
    await caller.run(() => {
      ref.call("hold", undefined, { timeout: 10 }).then(
        (value) => outcomes.push(value),
        (error: CallError) => outcomes.push(error.failure),
      );
    });
    await clock.advance(10);
    expect(outcomes).toEqual(["timeout"]);
    expect(held[0]?.reply("late")).toBe(false);
    ref.cast("answer", "later still");
    await clock.settle();
    expect(outcomes).toEqual(["timeout"]);
    expect(caller.mail).toEqual([]);
  });

  test("M4 a second reply is dropped · alias with :reply", async () => {
    const { ref, clock, held } = await start();
    const answered = ref.call("hold");
    await clock.settle();
    const from = held[0]!;
    expect(from.isWaiting).toBe(true);
    expect(from.reply("first")).toBe(true);
    expect(from.isWaiting).toBe(false);
    expect(from.reply("second")).toBe(false);
    expect(await answered).toBe("first");
  });

  test("G6 anybody who has the address may answer, and a reply given both ways counts once", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const helper = await puppet(runtime);
    const boss = await runtime.start(
      server<{ calls: { delegate(): string; both(): string } }>("boss")({
        init: () => 0,
        calls: {
          delegate: (_, state, __, from) => {
            helper.act(() => from.reply("helper's"));
            return noreply(state);
          },
          both: (_, state, __, from) => {
            from.reply("explicit");
            return reply("returned", state);
          },
        },
        casts: {},
      }),
    );
    expect(await boss.call("delegate")).toBe("helper's");
    expect(await boss.call("both")).toBe("explicit");
    const outsider = boss.call("delegate");
    await clock.settle();
    expect(await outsider).toBe("helper's");
  });

  test("G6 an address outlives its server: the call has failed by then", async () => {
    const { ref, clock, held } = await start();
    const call = ref.call("hold").catch((error: CallError) => error.failure);
    await clock.settle();
    ref.exit("kill");
    expect(await call).toBe("exit");
    expect(held[0]?.reply("too late")).toBe(false);
    expect(held[0]?.signal.aborted).toBe(true);
  });

  test("G5 a call to a dead server fails with noproc · call/3 exit messages", async () => {
    const { ref, clock } = await start();
    ref.exit("shutdown");
    await expect(ref.call("started")).rejects.toMatchObject({
      name: "CallError",
      failure: "noproc",
      message: expect.stringContaining("started"),
    });
    expect(clock.timers).toBe(0);
  });

  test.each(["shutdown", "killed", "normal"] as const)(
    "G5 the server's end fails the call with its reason, unread ones too: %s",
    async (reason) => {
      const { ref, clock } = await start();
      const read = ref.call("hold").catch((error: CallError) => error);
      const dying = ref.call("die", reason).catch((error: CallError) => error);
      const unread = ref.call("started").catch((error: CallError) => error);
      for (const error of await Promise.all([read, dying, unread])) {
        expect(error).toBeInstanceOf(CallError);
        expect(error).toMatchObject({ failure: "exit", reason, message: expect.stringContaining(reason) });
      }
      expect(clock.timers).toBe(0);
    },
  );

  test("G5 a call to oneself fails with calling_self · calling_self", async () => {
    const { ref } = await start();
    expect(await ref.call("self", ref)).toBe("calling_self");
    expect(await ref.call("started")).toBe("started");
  });

  test("G9 a callback that returns nonsense ends the server, and its caller fails with that · call, bad return", async () => {
    const { ref, crashes } = await start();
    await expect(ref.call("bad")).rejects.toMatchObject({
      failure: "exit",
      reason: { kind: "error", error: { name: "BadReturnError", message: expect.stringContaining('"bad"') } },
    });
    expect(crashes).toHaveLength(1);
  });

  test("G3 a caller's own signal gives the call up, with its reason as the cause", async () => {
    const { ref, clock, held } = await start();
    const controller = new AbortController();
    const failed = expect(ref.call("hold", undefined, { signal: controller.signal })).rejects.toMatchObject({
      failure: "aborted",
      cause: "changed my mind",
    });
    await clock.settle();
    controller.abort("changed my mind");
    await failed;
    expect(held[0]?.signal.aborted).toBe(true);
    expect(clock.timers).toBe(0);
    await expect(ref.call("hold", undefined, { signal: controller.signal })).rejects.toMatchObject({
      failure: "aborted",
    });
    await clock.settle();
    expect(held).toHaveLength(1);
  });

  test("G3 an abort that comes after the answer changes nothing", async () => {
    const { ref } = await start();
    const controller = new AbortController();
    expect(await ref.call("started", undefined, { signal: controller.signal })).toBe("started");
    controller.abort();
  });

  test("G3 the error's stack leads to the line that called", async () => {
    const { ref } = await start();
    async function theCaller() {
      return await ref.call("die", "shutdown");
    }
    const error = await theCaller().catch((caught: Error) => caught.stack);
    expect(error).toContain("theCaller");
  });

  test("G5 two servers that call each other do not block when they answer later", async () => {
    const { runtime } = testRuntime({ seed });
    interface Player {
      calls: { play(left: number): number };
      info: ServerRef<Player>;
    }
    const player = server<Player>("player")({
      init: () => undefined as ServerRef<Player> | undefined,
      calls: {
        play: (left, other, _, from) => {
          if (left === 0) return reply(0, other);
          void other?.call("play", left - 1).then((played) => from.reply(played + 1));
          return noreply(other);
        },
      },
      casts: {},
      info: (other) => noreply("call" in other ? other : undefined),
    });
    const [a, b] = [await runtime.start(player), await runtime.start(player)];
    a.send(b);
    b.send(a);
    expect(await a.call("play", 100)).toBe(100);
  });
});
