import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { endOf } from "../../support/children.js";

const program = fileURLToPath(new URL("../fixtures/many-pending.mjs", import.meta.url));
const MEGABYTE = 1_000_000;

/** Runs the program to its own end, which it has only where no timer and no process is left. */
async function leave(how: "close" | "die" | "timeout") {
  const { code, stdout, stderr } = await endOf(spawn(process.execPath, ["--expose-gc", program, how]));
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const { grownBy, ...report } = JSON.parse(stdout);
  // Kept, 10,000 operations would be more than 10 MB.
  expect(grownBy).toBeLessThan(2 * MEGABYTE);
  expect(report.timers).toBe(0);
  expect(report.stats.started).toBe(report.stats.settled);
  expect(report.settled).toBe(10_000);
  return report;
}

test("FAULTS 10,000 operations pending, then close: each settles once; heap back to the start, no timer left", {
  timeout: 60_000,
}, async () => {
  expect((await leave("close")).ends).toEqual({ "CONNECTION_CLOSED unknown": 10_000 });
});

test("FAULTS 10,000 operations pending, then the server dies: each settles once; heap back to the start, no timer left", {
  timeout: 60_000,
}, async () => {
  expect((await leave("die")).ends).toEqual({ "CONNECTION_LOST unknown": 10_000 });
});

test("FAULTS 10,000 operations pending, then timeout all at once: each settles once; heap back to the start, no timer left", {
  timeout: 60_000,
}, async () => {
  expect((await leave("timeout")).ends).toEqual({ "TIMEOUT unknown": 10_000 });
});
