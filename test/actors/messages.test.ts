import { describe, expect, test } from "vitest";
import { noreply, reply, server } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

describe.each(seeds)("messages, order %s", (seed) => {
  test("P1 what one sender sends arrives in that order, whatever kind it is", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const seen: unknown[] = [];
    const keeper = await runtime.start(
      server<{ calls: { ask(n: number): void }; casts: { tell(n: number): void }; info: number }>("keeper")({
        init: () => 0,
        calls: {
          ask: (n, state) => {
            seen.push(n);
            return reply(undefined, state);
          },
        },
        casts: {
          tell: (n, state) => {
            seen.push(n);
            return noreply(state);
          },
        },
        info: (message, state) => {
          seen.push(message);
          return noreply(state);
        },
      }),
    );
    const sender = await puppet(runtime);
    sender.act(() => {
      keeper.send(1);
      keeper.cast("tell", 2);
      void keeper.call("ask", 3);
      keeper.send(4);
      keeper.cast("tell", 5);
    });
    await clock.settle();
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  test("P1 a trapped exit signal keeps its place among the messages of its sender", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const receiver = await puppet(runtime, { traps: true });
    const sender = await puppet(runtime);
    sender.act((self) => {
      receiver.process.send("before");
      self.exitSignal(receiver.process, "shutdown");
      receiver.process.send("after");
    });
    await clock.settle();
    expect(receiver.mail).toEqual(["before", { type: "EXIT", process: sender.process, reason: "shutdown" }, "after"]);
  });

  test("P2 sending to a process that has ended does nothing", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const gone = await puppet(runtime);
    const sender = await puppet(runtime);
    gone.process.exit("kill");
    await gone.process.exited;
    await sender.run((self) => {
      gone.process.send("hello");
      self.exitSignal(gone.process, "kill");
      gone.process.exit("shutdown");
    });
    await clock.settle();
    expect(gone.mail).toEqual([]);
    expect(sender.process.alive).toBe(true);
    expect(await gone.process.exited).toBe("killed");
    expect(crashes).toEqual([]);
  });

  test("P3 a sender never runs the receiver's code, not its handlers, not its init, not its disposers", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: string[] = [];
    const receiver = await puppet(runtime);
    receiver.self.own(() => log.push("disposed"));
    const sender = await puppet(runtime);
    await sender.run((self) => {
      receiver.process.send(() => log.push("handled"));
      self.spawnLink(
        server<unknown>("child")({
          init: () => {
            log.push("init");
          },
          calls: {},
          casts: {},
        }),
      );
      log.push("sent");
    });
    await clock.settle();
    expect(log[0]).toBe("sent");
    expect([...log].sort()).toEqual(["handled", "init", "sent"]);
    await sender.run(() => {
      receiver.process.exit("kill");
      log.push("killed");
    });
    await clock.settle();
    expect(log.slice(3)).toEqual(["killed", "disposed"]);
  });

  test("P3 one message is handled at a time, and an async handler holds back the rest", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: string[] = [];
    let isHandling = false;
    const slow = await runtime.start(
      server<{ casts: { work(name: string): void } }>("slow")({
        init: () => 0,
        calls: {},
        casts: {
          work: async (name, state) => {
            expect(isHandling).toBe(false);
            isHandling = true;
            await new Promise<void>((resolve) => clock.setTimer(10, resolve));
            isHandling = false;
            log.push(name);
            return noreply(state);
          },
        },
      }),
    );
    slow.cast("work", "a");
    slow.cast("work", "b");
    slow.cast("work", "c");
    await clock.advance(20);
    expect(log).toEqual(["a", "b"]);
    await clock.advance(10);
    expect(log).toEqual(["a", "b", "c"]);
  });

  test("P3 messages between processes that answer each other leave nobody out", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const counts = new Map<number, number>();
    const hoppers = await Promise.all(Array.from({ length: 10 }, () => puppet(runtime)));
    const hop = (index: number, left: number) => {
      counts.set(index, (counts.get(index) ?? 0) + 1);
      const next = (index + 1) % hoppers.length;
      if (left > 0) hoppers[next]!.act(() => hop(next, left - 1));
    };
    hoppers[0]!.act(() => hop(0, 9_999));
    await clock.settle();
    expect([...counts.values()]).toEqual(Array.from({ length: 10 }, () => 1_000));
  });

  test("P4 a process has exactly one exit reason, the first", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime);
    const ending = await puppet(runtime);
    await watcher.run((self) => self.monitor(ending.process));
    ending.act((self) => {
      self.exit("shutdown");
      self.exit("normal");
      self.exitSignal(self.process, "kill");
      throw new Error("too late");
    });
    await clock.settle();
    expect(await ending.process.exited).toBe("shutdown");
    expect(watcher.mail).toMatchObject([{ type: "DOWN", reason: "shutdown" }]);
  });

  test("P4 an uncaught error ends the process with that error", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const error = new Error("broken");
    const broken = await puppet(runtime);
    broken.act(() => {
      throw error;
    });
    await clock.settle();
    expect(await broken.process.exited).toEqual({ kind: "error", error });
    expect(crashes).toMatchObject([{ process: { id: broken.process.id }, reason: { kind: "error", error } }]);
  });
});
