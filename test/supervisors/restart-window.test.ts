import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addRestart, noRestarts, type RestartWindow } from "../../supervisors/restart-window.js";

function timesOf({ oldest, newest }: RestartWindow): number[] {
  const listed = (entry: RestartWindow["oldest"]): number[] =>
    entry === undefined ? [] : [entry.at, ...listed(entry.next)];
  return [...listed(oldest), ...listed(newest).reverse()];
}

describe("the window of restarts", () => {
  test("S8 holds those no longer ago than the period, oldest first, the bound included", () => {
    let window = noRestarts;
    for (const at of [0, 400, 1_000, 1_400, 1_401]) window = addRestart(window, at, 1_000);
    expect(timesOf(window)).toEqual([1_000, 1_400, 1_401]);
    expect(timesOf(addRestart(addRestart(noRestarts, 0, 1_000), 1_000, 1_000))).toEqual([0, 1_000]);
  });

  test("is a list of times, filtered, and earlier versions of it stay what they were", () => {
    const gaps = fc.array(fc.nat({ max: 40 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 200 }), (steps, within) => {
        let now = 0;
        let model: number[] = [];
        let window = noRestarts;
        const versions: [RestartWindow, number[]][] = [];
        for (const step of steps) {
          now += step;
          model = [...model, now].filter((at) => at >= now - within);
          window = addRestart(window, now, within);
          versions.push([window, model]);
        }
        for (const [version, times] of versions) {
          expect(timesOf(version)).toEqual(times);
          expect(version.size).toBe(times.length);
        }
      }),
    );
  });
});
