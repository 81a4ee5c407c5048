import { describe, expect, test } from "vitest";
import { type ExitReason, failure, noreply, reply, server, shutdownWith, stop, stopReply } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { gate } from "./gate.js";
import { puppet } from "./puppet.js";

interface Protocol {
  calls: { started(): string; stop(how: "before" | "with" | "without"): string };
  casts: { note(what: string): void };
}

const stopping = (log: unknown[], ending?: () => unknown) =>
  server<Protocol>("stopping")({
    init: () => "state",
    calls: {
      started: (_, state) => reply("yes", state),
      stop: (how, state, _, from) => {
        if (how === "with") return stopReply(shutdownWith("asked"), "answer", `${state}, stopped`);
        if (how === "before") from.reply("answer");
        return stop(shutdownWith("asked"), `${state}, stopped`);
      },
    },
    casts: {
      note: (what, state) => {
        log.push(what);
        return noreply(state);
      },
    },
    terminate: (reason, state) => {
      log.push({ reason, state });
      return ending?.();
    },
  });

describe.each(seeds)("stop, order %s", (seed) => {
  async function start(ending?: () => unknown, name?: string) {
    const test = testRuntime({ seed });
    const log: unknown[] = [];
    return { ...test, log, ref: await test.runtime.start(stopping(log, ending), undefined, { name }) };
  }

  test("G8 {stop, reason, reply, state}: the reply is sent, then terminate runs, then the process exits", async () => {
    const opened = gate();
    const { ref, clock, log } = await start(() => opened.promise);
    expect(await ref.call("stop", "with")).toBe("answer");
    expect(ref.alive).toBe(true);
    expect(log).toEqual([{ reason: shutdownWith("asked"), state: "state, stopped" }]);
    opened.open();
    await clock.settle();
    expect(await ref.exited).toEqual(shutdownWith("asked"));
  });

  test("G8 {stop, reason, state}: without a reply the call fails with the reason", async () => {
    const { ref } = await start();
    await expect(ref.call("stop", "without")).rejects.toMatchObject({ failure: "exit", reason: shutdownWith("asked") });
    const other = await start();
    expect(await other.ref.call("stop", "before")).toBe("answer");
  });

  test("G11 the error of a stop leads to the line that asked for it", async () => {
    const { ref } = await start(() => {
      throw new Error("boom");
    });
    async function theStopper() {
      await ref.stop();
    }
    expect(await theStopper().catch((caught: Error) => caught.stack)).toContain("theStopper");
  });

  test("G8 mail that waits when a server stops is never handled", async () => {
    const { ref, log } = await start();
    const stopped = ref.call("stop", "with");
    ref.cast("note", "unread");
    await stopped;
    await ref.exited;
    expect(log).toHaveLength(1);
  });

  test("G11 stop waits for the end, with the reason normal · stop1", async () => {
    const { ref, log } = await start();
    expect(await ref.stop()).toBeUndefined();
    expect(ref.alive).toBe(false);
    expect(log).toEqual([{ reason: "normal", state: "state" }]);
    await expect(ref.stop()).rejects.toMatchObject({ name: "CallError", failure: "noproc" });
  });

  test("G11 stop may give another reason · stop2", async () => {
    const { ref, crashes } = await start();
    await ref.stop("shutdown", { timeout: Number.POSITIVE_INFINITY });
    expect(await ref.exited).toBe("shutdown");
    const other = await start();
    const reason = failure("other_reason");
    await other.ref.stop(reason);
    expect(await other.ref.exited).toBe(reason);
    expect(crashes).toEqual([]);
    // What is stopped with a defect for a reason is reported, as every end that is not orderly.
    expect(other.crashes).toMatchObject([{ reason }]);
  });

  test.each([Number.NaN, -1])("G11 a bad timeout leaves it running: %s · stop3", async (timeout) => {
    const { ref, clock } = await start();
    await expect(ref.stop(failure("other_reason"), { timeout })).rejects.toThrow(RangeError);
    await clock.settle();
    expect(ref.alive).toBe(true);
    await ref.stop();
    expect(ref.alive).toBe(false);
  });

  test("G11 what is found by its name can be stopped · stop4, stop5, stop6", async () => {
    const { ref, runtime } = await start(undefined, "to_stop");
    await runtime.whereis("to_stop")?.stop();
    expect(ref.alive).toBe(false);
    expect(runtime.whereis("to_stop")).toBeUndefined();
    await expect(ref.stop()).rejects.toMatchObject({ failure: "noproc" });
  });

  test("G11 a name that is free again is the next process's, and stopping the old one does not touch it · stop7", async () => {
    const { ref, runtime } = await start(undefined, "to_stop");
    await ref.stop();
    const next = await puppet(runtime, { name: "to_stop" });
    await expect(ref.stop()).rejects.toMatchObject({ failure: "noproc" });
    expect(runtime.whereis("to_stop")).toBe(next.process);
  });

  test("G11 when it ends for another reason the caller fails with that", async () => {
    const { ref } = await start(() => {
      throw new Error("in terminate");
    });
    await expect(ref.stop()).rejects.toMatchObject({
      failure: "exit",
      reason: { kind: "error", error: { message: "in terminate" } },
    });
    const slow = await start(() => new Promise(() => {}));
    const stopped = expect(slow.ref.stop()).rejects.toMatchObject({ failure: "exit", reason: "killed" });
    await slow.clock.settle();
    slow.ref.exit("kill");
    await stopped;
  });

  test("G11 when it takes longer than the timeout the caller fails, and the server goes on stopping", async () => {
    const opened = gate();
    const { ref, clock } = await start(() => opened.promise);
    const stopped = expect(ref.stop("normal", { timeout: 100 })).rejects.toMatchObject({ failure: "timeout" });
    await clock.advance(100);
    await stopped;
    expect(ref.alive).toBe(true);
    opened.open();
    expect(await ref.exited).toBe("normal");
    expect(clock.timers).toBe(0);
  });

  test("G11 it comes in its turn, after the mail that was there before", async () => {
    const { ref, log } = await start();
    ref.cast("note", "before");
    const stopped = ref.stop();
    ref.cast("note", "after");
    await stopped;
    expect(log).toEqual(["before", { reason: "normal", state: "state" }]);
  });

  test("G11 it waits for what the process owns to be released", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const released = gate();
    const owner = await puppet(runtime);
    await owner.run((self) => self.own(() => released.promise));
    let isStopped = false;
    const stopped = owner.process.stop().then(() => {
      isStopped = true;
    });
    await clock.settle();
    expect(isStopped).toBe(false);
    released.open();
    await stopped;
  });

  test("G11 a process cannot stop itself so", async () => {
    const { runtime } = testRuntime({ seed });
    const alone = await puppet(runtime);
    await expect(alone.run((self) => self.process.stop())).rejects.toMatchObject({ failure: "calling_self" });
    expect(alone.process.alive).toBe(true);
  });

  test("G11 `await using` stops a process with shutdown, and one that has ended is no error", async () => {
    const { runtime } = testRuntime({ seed });
    const log: { reason: ExitReason }[] = [];
    {
      await using ref = await runtime.start(stopping(log));
      expect(await ref.call("started")).toBe("yes");
    }
    expect(log).toMatchObject([{ reason: "shutdown" }]);
    expect(runtime.size).toBe(0);
    {
      await using ref = await runtime.start(stopping(log));
      ref.exit("kill");
    }
    expect(runtime.size).toBe(0);
  });
});
