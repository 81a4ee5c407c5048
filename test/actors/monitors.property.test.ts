import fc from "fast-check";
import { expect, test } from "vitest";
import type { DownMessage, Monitor } from "../../actors/index.js";
import { testRuntime } from "../support/runtime.js";
import { type Puppet, puppet } from "./puppet.js";

const SIZE = 5;
const pair = { who: fc.nat(SIZE - 1), whom: fc.nat(SIZE - 1) };
const step = fc.oneof(
  fc.record({ do: fc.constant("link" as const), ...pair }),
  fc.record({ do: fc.constant("unlink" as const), ...pair }),
  fc.record({ do: fc.constant("monitor" as const), ...pair }),
  fc.record({ do: fc.constant("demonitor" as const), ...pair, flush: fc.boolean() }),
  fc.record({ do: fc.constant("exit" as const), ...pair, reason: fc.constantFrom("normal", "shutdown", "kill") }),
  fc.record({ do: fc.constant("leave" as const), who: pair.who }),
);

interface Taken {
  readonly owner: Puppet;
  readonly target: Puppet;
  readonly monitor: Monitor;
  /** `undefined`: still wanted; else how it was taken back. */
  takenBack: "kept" | "flushed" | undefined;
  /** DOWN messages that had arrived when it was taken back. */
  before: number;
}

test("M1 M2 M3 each monitor gives exactly one DOWN, whatever is linked, unlinked, monitored and ended in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE }),
      fc.array(step, { maxLength: 50 }),
      async (seed, traps, program) => {
        const { runtime, clock, crashes } = testRuntime({ seed });
        const all = await Promise.all(traps.map((trapping) => puppet(runtime, { traps: trapping })));
        const monitors: Taken[] = [];
        for (const one of program) all[one.who]!.act(() => perform(one, all, monitors));
        await clock.settle();
        // Whoever is left ends, and every owner that lives on has heard of each monitor's end.
        const owners = all.map(({ process }) => process.alive);
        const late = await puppet(runtime, { traps: true });
        const lateMonitors = await late.run((self) => all.map(({ process }) => self.monitor(process)));
        for (const { process } of all) process.exit("kill");
        await clock.settle();

        for (const monitor of lateMonitors) expect(downs(late, monitor)).toBe(1);
        for (const { owner, target, monitor, takenBack, before } of monitors) {
          const got = downs(owner, monitor);
          expect(got).toBeLessThanOrEqual(1);
          if (takenBack === "flushed") expect(got).toBe(before);
          const isOwnerLeft = owners[all.indexOf(owner)];
          const wasTargetGone = !owners[all.indexOf(target)];
          if (takenBack === undefined && isOwnerLeft && wasTargetGone) expect(got).toBe(1);
        }
        expect(runtime.size).toBe(1);
        expect(crashes).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

function downs(owner: Puppet, monitor: Monitor): number {
  return owner.mail.filter((mail) => (mail as DownMessage).type === "DOWN" && (mail as DownMessage).monitor === monitor)
    .length;
}

function perform(
  one: typeof step extends fc.Arbitrary<infer T> ? T : never,
  all: readonly Puppet[],
  monitors: Taken[],
) {
  const who = all[one.who]!;
  if (one.do === "leave") {
    who.self.exit("normal");
    return;
  }
  const whom = all[one.whom]!;
  switch (one.do) {
    case "link":
      who.self.link(whom.process);
      break;
    case "unlink":
      who.self.unlink(whom.process);
      break;
    case "monitor":
      monitors.push({
        owner: who,
        target: whom,
        monitor: who.self.monitor(whom.process),
        takenBack: undefined,
        before: 0,
      });
      break;
    case "demonitor": {
      const taken = monitors.find((each) => each.owner === who && each.target === whom && each.takenBack === undefined);
      if (taken === undefined) break;
      who.self.demonitor(taken.monitor, { flush: one.flush });
      taken.takenBack = one.flush ? "flushed" : "kept";
      taken.before = downs(who, taken.monitor);
      break;
    }
    case "exit":
      who.self.exitSignal(whom.process, one.reason as "normal");
      break;
  }
}
