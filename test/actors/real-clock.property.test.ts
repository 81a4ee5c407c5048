import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { RealClock } from "../../actors/index.js";

const delay = fc.oneof(fc.constantFrom(1, 500, 999, 1_000, 1_001, 2_000, 5_000), fc.integer({ min: 1, max: 10_000 }));
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("set" as const), delay }),
    fc.record({ do: fc.constant("stop" as const), which: fc.nat(50) }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  ),
  { maxLength: 80 },
);

interface Limit {
  readonly handle: unknown;
  readonly due: number;
  isStopped: boolean;
}

/** A real clock on faked time, and what was set on it. */
class Scene {
  readonly #clock = new RealClock();
  readonly #start = Date.now();
  readonly #limits: Limit[] = [];
  readonly #firedAt = new Map<Limit, number>();

  now(): number {
    return Date.now() - this.#start;
  }

  set(delay: number): void {
    const handle = this.#clock.setTimer(delay, () => {
      expect(this.#firedAt.has(limit)).toBe(false);
      this.#firedAt.set(limit, this.now());
    });
    const limit: Limit = { handle, due: this.now() + delay, isStopped: false };
    this.#limits.push(limit);
  }

  stop(which: number): void {
    const limit = this.#limits[which];
    this.#clock.clearTimer(limit?.handle);
    if (limit !== undefined) limit.isStopped ||= !this.#firedAt.has(limit);
  }

  check(): void {
    for (const limit of this.#limits) expect(this.#firedAt.get(limit)).toBe(limit.isStopped ? undefined : limit.due);
    expect(vi.getTimerCount()).toBe(0);
  }
}

afterEach(() => {
  vi.useRealTimers();
});

test("whatever is set and stopped, each of the real clock's timers fires when it is due, or never if it was stopped", () => {
  fc.assert(
    fc.property(steps, (program) => {
      vi.useFakeTimers();
      const scene = new Scene();
      for (const step of program) {
        if (step.do === "set") scene.set(step.delay);
        else if (step.do === "stop") scene.stop(step.which);
        else vi.advanceTimersByTime(step.ms);
      }
      vi.advanceTimersByTime(20_000);
      scene.check();
      vi.useRealTimers();
    }),
    { numRuns: 300 },
  );
});
