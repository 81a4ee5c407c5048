import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffDelay, defaultBackoff } from "../../../src/connection/backoff.js";

const even = { ...defaultBackoff, jitter: 0 };

describe("backoffDelay", () => {
  test("begins with 100 ms, doubles, and stays at 10 s", () => {
    const delays = Array.from({ length: 10 }, (_, index) => backoffDelay(even, index + 1, 0.5));

    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000]);
  });

  test("varies by 20 % either way", () => {
    expect(backoffDelay(defaultBackoff, 1, 0)).toBeCloseTo(80);
    expect(backoffDelay(defaultBackoff, 1, 0.5)).toBeCloseTo(100);
    expect(backoffDelay(defaultBackoff, 1, 1)).toBeCloseTo(120);
  });

  test("with its jitter it is never longer than its maximum", () => {
    expect(backoffDelay(defaultBackoff, 50, 1)).toBe(10_000);
    expect(backoffDelay(defaultBackoff, 50, 0)).toBe(8_000);
  });

  test("stays a number of milliseconds, whatever its settings and however often it has failed", () => {
    const settings = fc.record({
      initial: fc.double({ min: 0, max: 1e9, noNaN: true }),
      factor: fc.double({ min: 1, max: 1e9, noNaN: true }),
      max: fc.double({ min: 1, max: 1e9, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      resetAfter: fc.constant(1),
    });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 1e6 }), random, (backoff, failures, number) => {
        const delay = backoffDelay(backoff, failures, number);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(backoff.max);
      }),
    );
  });

  test("a first wait of 0 stays 0", () => {
    expect(backoffDelay({ ...even, initial: 0 }, 1_000_000, 0.5)).toBe(0);
  });
});
