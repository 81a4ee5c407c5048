import { describe, expect, test } from "vitest";
import { seeds } from "../support/runtime.js";
import { busyDesk, watched } from "./full-mailbox.js";

describe.each(seeds)("calls to a bounded mailbox, order %s", (seed) => {
  test("dropNewest: a call that is dropped fails at once with overloaded, and a cast without a word", async () => {
    const stage = watched(seed);
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
    const stage = watched(seed);
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
    const stage = watched(seed);
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
    const stage = watched(seed);
    const { ref, log, open } = await busyDesk(stage, { limit: 1, overflow: "dropNewest" });
    const late = expect(ref.call("ask", 1, { timeout: 10 })).rejects.toMatchObject({ failure: "timeout" });
    await stage.clock.advance(10);
    await late;
    await expect(ref.call("ask", 2)).rejects.toMatchObject({ failure: "overloaded" });
    open();
    await stage.clock.settle();
    expect(log).toEqual(["ask 1"]);
  });

  test("an ended process is dead, not overloaded · P2, G5", async () => {
    const stage = watched(seed);
    const { ref } = await busyDesk(stage, { limit: 1, overflow: "dropNewest" });
    ref.cast("tell", 1);
    ref.exit("kill");
    await expect(ref.call("ask", 2)).rejects.toMatchObject({ failure: "noproc" });
    ref.cast("tell", 3);
    expect(stage.dropped()).toEqual([]);
    expect(stage.runtime.size).toBe(0);
  });
});
