import { describe, expect, test } from "vitest";
import { noreply, server } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { busyPuppet, overflows, watched } from "./full-mailbox.js";
import { gate } from "./gate.js";
import { puppet, signalsOf } from "./puppet.js";

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
describe.each(seeds)("what a bounded mailbox never drops, order %s", (seed) => {
  test.each(overflows)("%s: exit signals, DOWN and orders are never dropped and do not count", async (overflow) => {
    const stage = watched(seed);
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
    const stage = watched(seed);
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
    const stage = watched(seed);
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
    const stage = watched(seed);
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
});
