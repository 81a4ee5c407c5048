import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumberMap } from "../../../src/connection/number-map.js";

type Step = readonly ["set" | "delete", number];

const steps = (keys: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(fc.constantFrom<Step[0]>("set", "delete"), keys), { maxLength: 400, size: "max" });

function play(program: readonly Step[]): { readonly ours: NumberMap<string>; readonly model: Map<number, string> } {
  const ours = new NumberMap<string>();
  const model = new Map<number, string>();
  for (const [index, [what, key]] of program.entries()) {
    if (what === "set") {
      ours.set(key, `${index}`);
      model.set(key, `${index}`);
    } else {
      expect(ours.delete(key)).toBe(model.get(key));
      model.delete(key);
    }
    expect(ours.size).toBe(model.size);
  }
  return { ours, model };
}

describe("a map from numbers", () => {
  test("holds what a Map would hold, in the order of the numbers", () => {
    const few = fc.integer({ min: 1, max: 60 });
    const many = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    // Multiples of a great power of two: nearly all of them have the same home.
    const crowded = fc.integer({ min: 1, max: 60 }).map((n) => n * 2 ** 24);
    for (const keys of [few, many, crowded]) {
      fc.assert(
        fc.property(steps(keys), (program) => {
          const { ours, model } = play(program);
          const sorted = [...model].sort(([a], [b]) => a - b);
          expect(ours.values()).toEqual(sorted.map(([, value]) => value));
          for (const [, key] of program) expect(ours.get(key)).toBe(model.get(key));
        }),
      );
    }
  });

  test("finds thousands, and what is left of them after most have gone", () => {
    const map = new NumberMap<number>();
    for (let key = 1; key <= 10_000; key++) map.set(key, -key);
    for (let key = 1; key <= 10_000; key++) if (key % 100 !== 0) expect(map.delete(key)).toBe(-key);

    expect(map.size).toBe(100);
    for (let key = 1; key <= 10_000; key++) expect(map.get(key)).toBe(key % 100 === 0 ? -key : undefined);
  });

  test("one that stays does not make it grow, however many come and go", () => {
    const map = new NumberMap<number>();
    map.set(1, 1);
    for (let key = 2; key <= 100_000; key++) {
      map.set(key, key);
      map.delete(key);
    }

    expect(map.values()).toEqual([1]);
    expect(map.get(1)).toBe(1);
  });
});
