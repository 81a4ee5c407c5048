import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "../../../src/index.js";
import { isSafe, mayRepeat } from "../../../src/operation/retry.js";

describe("isSafe", () => {
  const hints = (name: string) => (name === "unknown" ? undefined : { isRepeatable: name === "read" });

  test.each([
    ["ping", undefined, true],
    ["tools/list", undefined, true],
    ["resources/read", { uri: "file:///a" }, true],
    ["resources/subscribe", { uri: "file:///a" }, true],
    ["experimental/thing", undefined, true],
    ["tools/call", { name: "read" }, true],
    ["tools/call", { name: "write" }, false],
    ["tools/call", { name: "unknown" }, false],
    ["tools/call", { name: 5 }, false],
    ["tools/call", {}, false],
    ["tools/call", undefined, false],
  ])("%s with %j: %s", (method, params, expected) => {
    expect(isSafe({ method, params }, hints)).toBe(expected);
  });
});

describe("mayRepeat", () => {
  const outcomes: AttemptOutcome[] = ["not_sent", "rejected", "unknown", "completed"];
  /** After how many attempts at most there is another one, for each outcome, of a safe and of an unsafe operation. */
  const table: [boolean | number | undefined, { safe: number[]; unsafe: number[] }][] = [
    [undefined, { safe: [2, 2, 2, 0], unsafe: [2, 2, 0, 0] }],
    [true, { safe: [2, 2, 2, 0], unsafe: [2, 2, 2, 0] }],
    [false, { safe: [0, 0, 0, 0], unsafe: [0, 0, 0, 0] }],
    [0, { safe: [0, 0, 0, 0], unsafe: [0, 0, 0, 0] }],
    [1, { safe: [1, 1, 1, 0], unsafe: [1, 1, 1, 0] }],
    [Number.POSITIVE_INFINITY, { safe: [9, 9, 9, 0], unsafe: [9, 9, 9, 0] }],
    [5, { safe: [5, 5, 5, 0], unsafe: [5, 5, 5, 0] }],
  ];

  test.each(table)("retry %s", (retry, expected) => {
    for (const safe of [true, false]) {
      const repeats = outcomes.map((outcome) => {
        let attempts = 1;
        while (attempts < 10 && mayRepeat({ retry }, { outcome, attempts, safe })) attempts++;
        return attempts - 1;
      });
      expect(repeats).toEqual(safe ? expected.safe : expected.unsafe);
    }
  });
});
