import { describe, expect, test } from "vitest";
import { noreply, reply, type ServerRef, server, spawn, stop } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet } from "./puppet.js";

interface Stack {
  calls: { pop(): string | undefined; stop(): string };
  casts: { push(item: string): void; stop(): void };
  info: { push: string } | "stop" | ServerRef<never>;
}

const stack = server<Stack>("stack")({
  init: (items: readonly string[]) => items,
  calls: {
    pop: (_, [first, ...rest]) => reply(first, rest),
    stop: (_, state, __, from) => {
      from.reply("ok");
      return stop("normal", state);
    },
  },
  casts: {
    push: (item, items) => noreply([item, ...items]),
    stop: (_, items) => stop("shutdown", items),
  },
  info: (message, items) => {
    if (message === "stop") return stop("shutdown", items);
    return noreply("push" in message ? [message.push, ...items] : items);
  },
});

describe.each(seeds)("requests, order %s", (seed) => {
  test("start_link/2, call/2 and cast/2", async () => {
    const { runtime } = testRuntime({ seed });
    const ref = await runtime.start(stack, ["hello"]);
    expect(await ref.call("pop")).toBe("hello");
    expect(ref.cast("push", "world")).toBeUndefined();
    expect(await ref.call("pop")).toBe("world");
    expect(await ref.call("pop")).toBeUndefined();
    expect(await ref.call("stop")).toBe("ok");
    expect(await ref.exited).toBe("normal");
  });

  test("a cast changes the state, and may stop the server · cast", async () => {
    const { runtime } = testRuntime({ seed });
    const ref = await runtime.start(stack, []);
    ref.cast("push", "a");
    ref.cast("push", "b");
    expect(await ref.call("pop")).toBe("b");
    ref.cast("stop");
    expect(await ref.exited).toBe("shutdown");
  });

  test("casts keep their order with the calls of the same sender, and one to a dead server is lost · cast_fast", async () => {
    const { runtime, clock, crashes } = testRuntime({ seed });
    const ref = spawn(runtime, stack, []);
    for (let n = 0; n < 1_000; n++) ref.cast("push", String(n));
    expect(await ref.call("pop")).toBe("999");
    ref.exit("kill");
    ref.cast("push", "lost");
    await clock.settle();
    expect(crashes).toEqual([]);
  });

  test("whatever is sent is info, and may stop the server · info", async () => {
    const { runtime } = testRuntime({ seed });
    const ref = await runtime.start(stack, []);
    ref.send({ push: "sent" });
    expect(await ref.call("pop")).toBe("sent");
    ref.send("stop");
    expect(await ref.exited).toBe("shutdown");
  });

  test("a trapped EXIT and a DOWN are info · info", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const log: string[] = [];
    const other = await puppet(runtime);
    const watching = server<unknown>("watching")({
      init: (_: undefined, self) => {
        self.trapExit = true;
        self.link(other.process);
        self.monitor(other.process);
      },
      calls: {},
      casts: {},
      info: (message, state) => {
        log.push(`${message.type} ${message.reason} ${message.process === other.process}`);
        return noreply(state);
      },
    });
    const ref = await runtime.start(watching);
    other.process.exit("shutdown");
    ref.exit("shutdown");
    await clock.settle();
    expect(log).toEqual(["EXIT shutdown true", "DOWN shutdown true", "EXIT shutdown false"]);
    expect(ref.alive).toBe(true);
  });

  test("a promise's outcome can be mailed, and the mailbox goes on meanwhile", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const owner = await puppet(runtime);
    await owner.run((self) => {
      self.pipe(new Promise((resolve) => clock.setTimer(10, () => resolve("late"))), (outcome) => outcome);
      self.pipe(Promise.reject(new Error("no")), (outcome) => outcome);
      self.process.send("meanwhile");
    });
    await clock.advance(10);
    expect(owner.mail).toHaveLength(3);
    expect(owner.mail).toContain("meanwhile");
    expect(owner.mail).toContainEqual({ ok: true, value: "late" });
    expect(owner.mail).toContainEqual({ ok: false, error: new Error("no") });
  });
});
