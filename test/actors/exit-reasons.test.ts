import { expect, test } from "vitest";
import { describeExit, type ExitReason, failure, isOrderly, shutdownWith } from "../../actors/index.js";

test.each<[ExitReason, boolean, string]>([
  ["normal", true, "normal"],
  ["shutdown", true, "shutdown"],
  [shutdownWith("drained"), true, "shutdown: drained"],
  [shutdownWith({ left: 3 }), true, 'shutdown: {"left":3}'],
  ["kill", false, "kill"],
  ["killed", false, "killed"],
  ["noproc", false, "noproc"],
  [failure(new TypeError("x is not a function")), false, "TypeError: x is not a function"],
  [failure("said so"), false, "said so"],
  [failure(undefined), false, "undefined"],
])("G10 %j is orderly: %s, and reads %j", (reason, orderly, text) => {
  expect(isOrderly(reason)).toBe(orderly);
  expect(describeExit(reason)).toBe(text);
});
