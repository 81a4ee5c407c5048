import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { CaduceusError, OperationPromise, ProgressCallback } from "../../../src/index.js";
import {
  answer,
  ask,
  die,
  flood,
  needInput,
  progress,
  readOn,
  Script,
  type ScriptEra,
  say,
  stopReading,
  wait,
} from "../../../src/testing/index.js";
import { connectInMemory, processesOf, received, type Stage } from "../../support/memory.js";

/** What a server does that is of this era; each has a way of its own to ask the client something. */
const scriptOf = (era: ScriptEra) =>
  new Script({ era })
    .tool("quick", say("done"))
    .tool(
      "asking",
      era === "legacy" ? ask("roots/list") : needInput({ a: { method: "roots/list" } }, "state"),
      say("done"),
    )
    .tool("slow", progress(1), wait(20), progress(2), wait(20), say("done"))
    .tool("burst", flood(20), say("done"))
    .tool("refused", progress(1), { do: "fail", code: -1, message: "no" })
    .tool("silent", wait(40_000), say("late"))
    .tool("deaf", stopReading(), wait(50), readOn(), say("done"))
    .tool("die", progress(1), die())
    .annotatedTool("safe", { readOnlyHint: true }, progress(1), wait(30), progress(2), say("done"))
    .on("resources/read", wait(10), answer({ contents: [] }));

const eras = ["legacy", "modern", "dual"] as const;
const tools = ["quick", "asking", "slow", "burst", "refused", "silent", "deaf", "die", "safe"] as const;
const callbacks = ["none", "sync", "throws", "slow", "hangs", "cancels"] as const;

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      tool: fc.constantFrom(...tools),
      callback: fc.constantFrom(...callbacks),
      timeout: fc.constantFrom(15, 100, 30_000),
      priority: fc.nat(2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), index: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancelAll" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("killServer" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("killOperation" as const), index: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("killConnection" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crashConnection" as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(0, 1, 10, 25, 150) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("turns" as const), count: fc.nat(12) }) },
);

type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** One call, and all that a caller can see of it. */
interface Seen {
  readonly n: number;
  readonly tool: string;
  readonly call: OperationPromise<unknown>;
  settlements: number;
  error: CaduceusError | undefined;
  /** Updates as they began to be delivered: attempt and progress. */
  readonly updates: [number, number][];
  startedAfterSettlement: number;
}

/** Plays a program against a client, and keeps what its callers see. */
class Player {
  readonly stage: Stage;
  readonly seen: Seen[] = [];

  constructor(stage: Stage) {
    this.stage = stage;
  }

  async play(step: Command): Promise<void> {
    const { client, server, clock } = this.stage;
    switch (step.do) {
      case "call":
        this.#call(step);
        return;
      case "read":
        this.#watch("read", (n) => client.readResource(`file:///${n}`));
        return;
      case "cancel":
        this.seen[step.index]?.call.cancel("program");
        return;
      case "cancelAll":
        client.cancelAll("program");
        return;
      case "killServer":
        server.kill();
        return;
      case "killOperation":
        processesOf(this.stage, "operation")[step.index]?.exit("kill");
        return;
      case "killConnection":
        processesOf(this.stage, "connection")[0]?.exit("kill");
        return;
      case "crashConnection":
        processesOf(this.stage, "connection")[0]?.send({ type: "release" } as never);
        return;
      case "advance":
        await clock.advance(step.ms);
        return;
      case "turns":
        for (let left = step.count; left > 0; left--) await Promise.resolve();
        return;
    }
  }

  #call({ tool, callback, timeout, priority }: Command & { do: "call" }): void {
    this.#watch(tool, (n, seen) => {
      const progress = this.#callback(callback, seen);
      return this.stage.client.callTool(tool, { n }, { timeout, priority, progress });
    });
  }

  #watch(tool: string, begin: (n: number, seen: () => Seen) => OperationPromise<unknown>): void {
    const n = this.seen.length;
    const call = begin(n, () => this.seen[n] as Seen);
    const seen: Seen = { n, tool, call, settlements: 0, error: undefined, updates: [], startedAfterSettlement: 0 };
    this.seen.push(seen);
    const settled = (error?: unknown) => {
      seen.settlements++;
      seen.error = error as CaduceusError | undefined;
    };
    call.then(() => settled(), settled);
  }

  #callback(kind: (typeof callbacks)[number], seen: () => Seen): ProgressCallback | undefined {
    if (kind === "none") return undefined;
    const { clock } = this.stage;
    return ({ attempt, progress }) => {
      const it = seen();
      if (it.settlements > 0) it.startedAfterSettlement++;
      it.updates.push([attempt, progress]);
      if (kind === "throws") throw new Error("callback");
      if (kind === "cancels") it.call.cancel("callback");
      if (kind === "slow") return new Promise<void>((resolve) => clock.setTimer(7, resolve));
      return kind === "hangs" ? new Promise(() => undefined) : undefined;
    };
  }
}

/** How often the server saw the call with this number. */
const timesSeen = (stage: Stage, n: number) =>
  received(stage, "tools/call").filter(({ params }) => (params.arguments as { n: number }).n === n).length;

function checkOne(stage: Stage, { n, tool, settlements, error, updates, startedAfterSettlement }: Seen): void {
  const what = `call ${n} of ${tool}`;
  expect(settlements, what).toBe(1);
  expect(startedAfterSettlement, what).toBe(0);
  for (const [index, [attempt, value]] of updates.entries()) {
    const [lastAttempt, lastValue] = updates[index - 1] ?? [0, 0];
    expect(attempt > lastAttempt || (attempt === lastAttempt && value > lastValue), `${what}: ${updates}`).toBe(true);
  }
  if (error !== undefined) expect(error.code, `${what}: ${error.stack}`).toMatch(/^[A-Z_]+$/);
  if (tool === "read") return;
  const times = timesSeen(stage, n);
  if (tool === "asking") {
    // Another leg is the same attempt.
    expect(times, what).toBeLessThanOrEqual(2);
    if (error?.outcome === "not_sent") expect(times, `${what}: ${error.code}`).toBe(0);
  } else if (tool !== "safe") {
    expect(times, what).toBeLessThanOrEqual(1);
    if (error?.outcome === "not_sent") expect(times, `${what}: ${error.code}`).toBe(0);
  } else {
    expect(times, what).toBeLessThanOrEqual(3);
  }
  if (error === undefined || error.outcome === "completed") expect(times, what).toBeGreaterThanOrEqual(1);
}

test("random programs: every promise settles once, no callback starts later, no unsafe call is seen twice, all is well again", {
  timeout: 120_000,
}, async () => {
  const runs = Number(process.env.RUNS ?? 300);
  const printed = vi.spyOn(console, "warn");
  const program = fc.array(command, { minLength: 3, maxLength: 40 });
  const settings = fc.record({
    era: fc.constantFrom(...eras),
    protocol: fc.constantFrom("auto" as const, "own" as const),
    handler: fc.constantFrom("quick", "slow", "throws"),
    seed: fc.option(fc.nat(1_000_000), { nil: undefined }),
    maxInFlight: fc.constantFrom(1, 2, 64),
    maxPending: fc.constantFrom(2, 1_000),
    progressBuffer: fc.constantFrom(1, 3, 4_096),
    progressDrain: fc.constantFrom(0, 20, 5_000),
  });
  await fc.assert(
    fc.asyncProperty(settings, program, async ({ era, protocol, handler, ...options }, steps) => {
      printed.mockClear();
      const clock: { wait?: (ms: number) => Promise<void> } = {};
      const stage = await connectInMemory(scriptOf(era), {
        ...options,
        protocol: protocol === "own" && era !== "dual" ? era : "auto",
        restart: { max: 1_000 },
        answer: async () => {
          if (handler === "throws") throw new Error("handler");
          if (handler === "slow") await clock.wait?.(40);
          return { result: { roots: [] } };
        },
      });
      clock.wait = (ms) => new Promise((resolve) => stage.clock.setTimer(ms, resolve));
      await stage.drive(stage.client.listTools());
      const player = new Player(stage);

      for (const step of steps) await player.play(step);
      await stage.clock.advance(90_000);

      for (const seen of player.seen) checkOne(stage, seen);
      expect(stage.client.state).toBe("ready");
      expect(processesOf(stage, "operation")).toEqual([]);
      expect(stage.runtime.size).toBe(3);
      expect(stage.clock.timers).toBeLessThanOrEqual(1);
      const { operations } = stage.client.stats;
      expect(operations.settled).toBe(operations.started);
      expect((await stage.drive(stage.client.callTool("quick", { n: -1 }))).isError).toBeFalsy();
      await stage.drive(stage.client.close());
      expect(printed).not.toHaveBeenCalled();
    }),
    { numRuns: runs },
  );
});
