import { describe, expect, test } from "vitest";
import { failure } from "../../actors/index.js";
import { seeds, testRuntime } from "../support/runtime.js";
import { puppet, signalsOf } from "./puppet.js";

describe.each(seeds)("monitors, order %s", (seed) => {
  test("M1 a monitor works in one direction only", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime);
    const watched = await puppet(runtime);
    await watcher.run((self) => self.monitor(watched.process));
    watcher.process.exit("shutdown");
    await clock.settle();
    expect(watched.process.alive).toBe(true);
    expect(watched.mail).toEqual([]);
  });

  test("M1 each monitor is its own and gives its own DOWN, with the true reason", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime);
    const watched = await puppet(runtime);
    const [first, second] = await watcher.run((self) => [self.monitor(watched.process), self.monitor(watched.process)]);
    expect(first).not.toBe(second);
    expect(first?.process).toBe(watched.process);
    const reason = failure(new Error("broken"));
    watched.process.exit(reason);
    await clock.settle();
    expect(watcher.mail).toEqual([
      { type: "DOWN", monitor: first, process: watched.process, reason },
      { type: "DOWN", monitor: second, process: watched.process, reason },
    ]);
    expect(watcher.process.alive).toBe(true);
  });

  test("M1 a normal end is a DOWN too", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime);
    const watched = await puppet(runtime);
    await watcher.run((self) => self.monitor(watched.process));
    watched.act((self) => self.exit("normal"));
    await clock.settle();
    expect(signalsOf(watcher)).toEqual(['DOWN "normal"']);
  });

  test("M1 the monitors of a process end with it: nothing is sent to it any more", async () => {
    const sent: unknown[] = [];
    const { runtime, clock } = testRuntime({
      seed,
      onInspect: (event) => {
        if (event.type === "send") sent.push(event.mail.payload);
      },
    });
    const watcher = await puppet(runtime);
    const watched = await puppet(runtime);
    await watcher.run((self) => self.monitor(watched.process));
    watcher.process.exit("kill");
    watcher.self.monitor(watched.process);
    await clock.settle();
    sent.length = 0;
    watched.process.exit("kill");
    await clock.settle();
    expect(sent).toEqual([]);
  });

  test("M2 monitoring a process that has ended delivers DOWN with noproc at once", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime);
    const gone = await puppet(runtime);
    gone.process.exit("shutdown");
    await gone.process.exited;
    watcher.act((self) => {
      self.monitor(gone.process);
      self.process.send("next");
    });
    await clock.settle();
    expect(watcher.mail).toMatchObject([{ type: "DOWN", reason: "noproc" }, "next"]);
  });

  test("M3 a monitor taken back gives no DOWN", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime);
    const watched = await puppet(runtime);
    await watcher.run((self) => {
      const monitor = self.monitor(watched.process);
      self.monitor(watched.process);
      self.demonitor(monitor);
      self.demonitor(monitor);
    });
    watched.process.exit("shutdown");
    await clock.settle();
    expect(signalsOf(watcher)).toEqual(['DOWN "shutdown"']);
  });

  test.each([
    [false, 2],
    [true, 1],
  ])("M3 with flush %s a queued DOWN of that monitor goes too, and no other", async (flush, expected) => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime);
    const watched = await puppet(runtime);
    await watcher.run((self) => {
      const monitor = self.monitor(watched.process);
      self.monitor(watched.process);
      watched.process.exit("shutdown");
      self.demonitor(monitor, { flush });
    });
    await clock.settle();
    expect(watcher.mail).toHaveLength(expected);
  });

  test("M3 something that is no monitor is not taken back", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const watcher = await puppet(runtime);
    await watcher.run((self) => self.demonitor({ process: self.process }, { flush: true }));
    await clock.settle();
    expect(watcher.process.alive).toBe(true);
  });

  test("M1 a process that monitors itself never hears of it", async () => {
    const { runtime, clock } = testRuntime({ seed });
    const alone = await puppet(runtime);
    await alone.run((self) => self.monitor(self.process));
    alone.process.exit("shutdown");
    await clock.settle();
    expect(alone.mail).toEqual([]);
  });

  test("M1 `exited` resolves for everybody who asks, before the end and after it, and never rejects", async () => {
    const { runtime } = testRuntime({ seed });
    const ending = await puppet(runtime);
    const before = [ending.process.exited, ending.process.exited];
    ending.process.exit(failure("broken"));
    expect(await Promise.all([...before, ending.process.exited])).toEqual(
      Array.from({ length: 3 }, () => failure("broken")),
    );
  });
});
