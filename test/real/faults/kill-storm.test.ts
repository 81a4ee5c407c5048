import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { endOf } from "../../support/children.js";

const program = fileURLToPath(new URL("../../../scripts/faults-kill.mjs", import.meta.url));

test("500 operations against a server that is killed 50 ms after each ready: each settles once, nothing leaks", {
  retry: 1,
  timeout: 60_000,
}, async () => {
  const { code, stdout, stderr } = await endOf(spawn(process.execPath, [program, "500"]));

  expect(stderr).toBe("");
  expect(stdout).not.toContain("BROKEN");
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ settledOnce: 500, stillPending: 0, unsafeArrivedTwice: 0, safe: { answered: 250 } });
  expect(report.kills).toBeGreaterThan(1);
  expect(code).toBe(0);
});
