import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ExitReason, shutdownWith } from "../../actors/index.js";
import type { Restart } from "../../supervisors/child-spec.js";
import { type Action, decide, type Event, type Member, type State, type Status } from "../../supervisors/decision.js";
import type { AutoShutdown, Policy, Strategy } from "../../supervisors/policy.js";
import { noRestarts } from "../../supervisors/restart-window.js";
import { boom } from "./worker.js";

interface Kid extends Member {
  readonly id: number;
  status: Status;
}

const defaults: Policy = {
  strategy: "one_for_one",
  maxRestarts: 3,
  within: 5_000,
  autoShutdown: "never",
  keepsSpecs: true,
};

function stateOf(kids: readonly Kid[]): State<Kid> {
  return {
    window: noRestarts,
    siblings: {
      all: () => [...kids],
      from: (kid) => kids.slice(kids.indexOf(kid)),
      get activeSignificant() {
        return kids.filter(({ significant, status }) => significant && status !== "stopped").length;
      },
    },
  };
}

function kid(id: number, restart: Restart = "permanent", status: Status = "running", significant = false): Kid {
  return { id, restart, status, significant };
}

/** `stop 3 1; forget 3; start 0 1` */
function told(actions: readonly Action<Kid>[]): string {
  return actions
    .map((action) =>
      action.type === "giveUp"
        ? `giveUp: ${action.because}`
        : `${action.type} ${action.children.map(({ id }) => id).join(" ")}`,
    )
    .join("; ");
}

function decided(policy: Partial<Policy>, kids: readonly Kid[], event: Event<Kid>): string {
  return told(decide({ ...defaults, ...policy }, stateOf(kids), event)[1]);
}

describe("the restart decision", () => {
  test.each<[Strategy, string]>([
    ["one_for_one", "start 1"],
    ["one_for_all", "stop 4 3 2; forget 2; start 0 1 3 4"],
    ["rest_for_one", "stop 4 3 2; forget 2; start 1 3 4"],
  ])("S7 %s: %s", (strategy, expected) => {
    const kids = [
      kid(0, "transient", "stopped"),
      kid(1, "permanent", "stopped"),
      kid(2, "temporary"),
      kid(3, "permanent", "restarting"),
      kid(4),
    ];
    const child = kids[1] as Kid;
    expect(decided({ strategy }, kids, { type: "ended", child, reason: "normal", at: 0 })).toBe(expected);
  });

  test("D4 a dynamic supervisor forgets a transient child, a supervisor keeps it", () => {
    const child = kid(0, "transient", "stopped");
    const event = { type: "ended", child, reason: "normal", at: 0 } as const;
    expect(decided({}, [child], event)).toBe("");
    expect(decided({ keepsSpecs: false }, [child], event)).toBe("forget 0");
  });

  test("S11 a significant child that is restarting is active", () => {
    const kids = [kid(0, "transient", "restarting", true), kid(1, "temporary", "stopped", true)];
    const event = { type: "ended", child: kids[1] as Kid, reason: "normal", at: 0 } as const;
    expect(decided({ autoShutdown: "all_significant" }, kids, event)).toBe("forget 1");
    const other = { ...kids[0], status: "stopped" } as Kid;
    expect(decided({ autoShutdown: "all_significant" }, [other, kids[1] as Kid], event)).toBe(
      "forget 1; giveUp: autoShutdown",
    );
  });

  test("it is a function: the same question has the same answer, and changes nothing", () => {
    const kids = [kid(0), kid(1, "permanent", "stopped")];
    const before = structuredClone(kids);
    const state = stateOf(kids);
    const event = { type: "ended", child: kids[1] as Kid, reason: boom, at: 7 } as const;
    const policy = { ...defaults, maxRestarts: 1 };
    expect(decide(policy, state, event)).toEqual(decide(policy, state, event));
    expect(kids).toEqual(before);
    expect(state.window).toBe(noRestarts);
  });

  test("agrees with a naive model, for random children and crash sequences", () => {
    fc.assert(
      fc.property(scenario, ({ policy, kids, crashes }) => {
        const mine = new Run(policy, kids);
        const naive = new NaiveSupervisor(policy, kids);
        for (const crash of crashes) {
          const living = mine.living();
          expect(living).toEqual(naive.living());
          const victim = living[crash.victim % Math.max(1, living.length)];
          if (mine.isOver || victim === undefined) break;
          // How many of the starts that follow go well, before one fails.
          mine.crash(victim, crash.reason, crash.at, crash.failures);
          naive.crash(victim, crash.reason, crash.at, crash.failures);
          expect({ log: mine.log, isOver: mine.isOver }).toEqual({ log: naive.log, isOver: naive.isOver });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const kidArbitrary = fc.record({
  restart: fc.constantFrom<Restart>("permanent", "transient", "temporary"),
  significant: fc.boolean(),
});

const scenario = fc
  .record({
    strategy: fc.constantFrom<Strategy>("one_for_one", "one_for_all", "rest_for_one"),
    autoShutdown: fc.constantFrom<AutoShutdown>("never", "any_significant", "all_significant"),
    keepsSpecs: fc.boolean(),
    maxRestarts: fc.nat({ max: 4 }),
    within: fc.integer({ min: 1, max: 100 }),
    kids: fc.array(kidArbitrary, { minLength: 1, maxLength: 6 }),
    crashes: fc.array(
      fc.record({
        victim: fc.nat({ max: 5 }),
        gap: fc.nat({ max: 60 }),
        reason: fc.constantFrom<ExitReason>("normal", "shutdown", shutdownWith(1), "killed", boom),
        failures: fc.array(fc.nat({ max: 5 }), { maxLength: 2 }),
      }),
      { maxLength: 12 },
    ),
  })
  .map(({ kids, crashes, ...policy }) => {
    let now = 0;
    return {
      policy,
      kids: kids.map(({ restart, significant }, id) => ({
        id,
        restart,
        significant: significant && restart !== "permanent" && policy.autoShutdown !== "never",
      })),
      crashes: crashes.map(({ gap, ...crash }) => {
        now += gap;
        return { ...crash, at: now };
      }),
    };
  });

type Seed = Omit<Kid, "status">;

/** Does what `decide` says, on a list. `failures` are the starts that fail: the n-th of each round, one per round. */
class Run {
  readonly policy: Policy;
  readonly log: string[] = [];
  isOver = false;
  #kids: Kid[];
  #window = noRestarts;

  constructor(policy: Policy, kids: readonly Seed[]) {
    this.policy = policy;
    this.#kids = kids.map((seed) => ({ ...seed, status: "running" }));
  }

  living(): number[] {
    return this.#kids.filter(({ status }) => status === "running").map(({ id }) => id);
  }

  crash(id: number, reason: ExitReason, at: number, failures: readonly number[]): void {
    const child = this.#kids.find((other) => other.id === id) as Kid;
    child.status = "stopped";
    const rounds = [...failures];
    let retry = this.#ask({ type: "ended", child, reason, at }, rounds.shift());
    while (retry !== undefined) retry = this.#ask({ type: "retry", child: retry, at }, rounds.shift());
  }

  #ask(event: Event<Kid>, failing: number | undefined): Kid | undefined {
    const [state, actions] = decide(this.policy, { ...stateOf(this.#kids), window: this.#window }, event);
    this.#window = state.window;
    for (const action of actions) {
      if (action.type === "giveUp") this.isOver = true;
      if (action.type === "forget") this.#kids = this.#kids.filter((other) => !action.children.includes(other));
      if (action.type === "stop") for (const other of action.children) this.#stop(other);
      if (action.type === "start") return this.#start(action.children, failing);
    }
    return undefined;
  }

  #stop(child: Kid): void {
    if (child.status === "running") this.log.push(`-${child.id}`);
    child.status = "stopped";
  }

  #start(children: readonly Kid[], failing: number | undefined): Kid | undefined {
    for (const [index, child] of children.entries()) {
      this.log.push(`+${child.id}`);
      child.status = index === failing ? "restarting" : "running";
      if (index === failing) return child;
    }
    return undefined;
  }
}

/** The same in the words of the manual, without a thought for cost: everything is recomputed from lists. */
class NaiveSupervisor {
  readonly log: string[] = [];
  isOver = false;
  readonly #policy: Policy;
  #specs: Seed[];
  #up: number[];
  readonly #times: number[] = [];

  constructor(policy: Policy, kids: readonly Seed[]) {
    this.#policy = policy;
    this.#specs = [...kids];
    this.#up = kids.map(({ id }) => id);
  }

  living(): number[] {
    return this.#specs.map(({ id }) => id).filter((id) => this.#up.includes(id));
  }

  crash(id: number, reason: ExitReason, at: number, failures: readonly number[]): void {
    const spec = this.#specs.find((other) => other.id === id) as Seed;
    this.#up = this.#up.filter((other) => other !== id);
    const isOrderly =
      reason === "normal" || reason === "shutdown" || (typeof reason === "object" && reason.kind === "shutdown");
    if (spec.restart === "temporary" || (spec.restart === "transient" && isOrderly)) this.#retire(spec);
    else this.#restart(id, at, failures);
  }

  #retire(spec: Seed): void {
    if (spec.restart === "temporary" || !this.#policy.keepsSpecs) this.#forget([spec.id]);
    const othersUp = this.#specs.some(({ id, significant }) => significant && this.#up.includes(id));
    if (!spec.significant) return;
    if (this.#policy.autoShutdown === "any_significant") this.isOver = true;
    if (this.#policy.autoShutdown === "all_significant" && !othersUp) this.isOver = true;
  }

  #restart(id: number, at: number, [failing, ...later]: readonly number[]): void {
    this.#times.push(at);
    if (this.#times.filter((time) => time >= at - this.#policy.within).length > this.#policy.maxRestarts) {
      this.isOver = true;
      return;
    }
    const group = this.#groupOf(id);
    for (const other of [...group].reverse()) if (this.#up.includes(other)) this.log.push(`-${other}`);
    this.#up = this.#up.filter((other) => !group.includes(other));
    this.#forget(
      this.#specs.filter((spec) => group.includes(spec.id) && spec.restart === "temporary").map((spec) => spec.id),
    );
    const starting = this.#specs.map((spec) => spec.id).filter((other) => group.includes(other));
    for (const [index, other] of starting.entries()) {
      this.log.push(`+${other}`);
      if (index === failing) {
        this.#restart(other, at, later);
        return;
      }
      this.#up.push(other);
    }
  }

  #groupOf(id: number): number[] {
    const all = this.#specs.map((spec) => spec.id);
    if (this.#policy.strategy === "one_for_one") return [id];
    return this.#policy.strategy === "one_for_all" ? all : all.slice(all.indexOf(id));
  }

  #forget(ids: readonly number[]): void {
    this.#specs = this.#specs.filter(({ id }) => !ids.includes(id));
  }
}
