import { expect, test } from "vitest";
import { waitBeforePoll } from "../../../src/connection/task-pace.js";

const endless = { timeout: Number.POSITIVE_INFINITY, left: Number.POSITIVE_INFINITY };

test.each([
  { wanted: undefined, limits: endless, wait: 1_000, because: "the server does not say" },
  { wanted: 5_000, limits: endless, wait: 5_000, because: "the server says so" },
  { wanted: 0, limits: endless, wait: 100, because: "a server may not make us ask without a pause" },
  { wanted: 1e300, limits: endless, wait: 3_600_000, because: "a server may not make us forget to ask" },
  { wanted: 20_000, limits: { ...endless, timeout: 30_000 }, wait: 20_000, because: "no limit is near" },
  { wanted: 60_000, limits: { ...endless, timeout: 30_000 }, wait: 24_000, because: "silence has a limit" },
  { wanted: 60_000, limits: { ...endless, left: 40_000 }, wait: 32_000, because: "the whole has a limit" },
  { wanted: 5_000, limits: { timeout: 50, left: 20 }, wait: 100, because: "there is a shortest wait in any case" },
  { wanted: 5_000, limits: { ...endless, left: -5 }, wait: 100, because: "what is left may be less than nothing" },
])("the next poll is in $wait ms when $wanted are wanted: $because", ({ wanted, limits, wait }) => {
  expect(waitBeforePoll(wanted, limits)).toBe(wait);
});
