import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { faultsOf, listedIn } from "../../scripts/check-coverage.mjs";
import { absolute, read } from "./pages.js";

const fine = ["src/fine.ts", { total: 1_000, covered: 1_000 }] as const;

describe("the list of what is not covered", () => {
  test("names files that are there, each with a reason", () => {
    const listed = listedIn(read("docs/coverage.md"));

    expect(listed.size).toBeGreaterThan(0);
    for (const [file, reason] of listed) {
      expect(existsSync(absolute(file)), file).toBe(true);
      expect(reason.length).toBeGreaterThan(20);
    }
  });

  test("has to have every file that is not tested well", () => {
    const lines = new Map([fine, ["src/poor.ts", { total: 10, covered: 8 }]]);

    expect(faultsOf(lines, new Map())).toEqual([
      "Expected src/poor.ts to be tested, or listed in docs/coverage.md: 80.0 % are covered",
    ]);
    expect(faultsOf(lines, new Map([["src/poor.ts", "needs a real process"]]))).toEqual([]);
  });

  test("may have no file that is tested well, and none that is not there", () => {
    const listed = new Map([
      ["src/fine.ts", "was not tested once"],
      ["src/gone.ts", "was there once"],
    ]);

    expect(faultsOf(new Map([fine]), listed)).toEqual([
      "Expected src/fine.ts not to be listed in docs/coverage.md: 100.0 % are covered",
      "Expected src/gone.ts of docs/coverage.md to be there",
    ]);
  });
});

test("of a hundred lines 95 have to be covered", () => {
  const poor = new Map([["src/poor.ts", { total: 10_000, covered: 9_499 }]]);

  expect(faultsOf(poor, new Map())).toEqual(["Expected 95 % of the lines to be covered, got 94.99 %"]);
});
