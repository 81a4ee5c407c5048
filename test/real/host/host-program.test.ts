import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { endOf, isThere, type ProgramEnd } from "../../support/children.js";

/** Runs a program of the fixtures' to its own end. */
function run(name: string): Promise<ProgramEnd> {
  const program = fileURLToPath(new URL(`../fixtures/${name}.mjs`, import.meta.url));
  return endOf(spawn(process.execPath, ["--unhandled-rejections=strict", program]));
}

test("after close() no timer, handle, listener or child is left, and Node exits by itself", { retry: 2 }, async () => {
  const { code, stdout, stderr } = await run("closes");

  expect(stderr).toBe("");
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { listeners: number; left: string[]; took: number };
  expect(report).toMatchObject({ listeners: 0, left: [] });
  expect(report.took).toBeLessThan(500);
});

test("FAULTS callback throws · callback returns a rejecting promise · callback never settles: reported once, harms nothing; the host lives", {
  retry: 2,
}, async () => {
  const { code, stdout, stderr } = await run("callbacks");

  expect(stderr).toBe("");
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { results: string[]; reports: string[]; took: number };
  expect(report.results).toEqual(["done", "done", "done"]);
  expect(report.reports).toEqual([
    "thrown ×2",
    "rejected ×2",
    "The progress callback did not settle within `progressDrain` ×1",
  ]);
  expect(report.took).toBeGreaterThanOrEqual(195);
  expect(report.took).toBeLessThan(700);
});

test("FAULTS host calls `process.exit`: with a client open, the server's whole process group is gone", async () => {
  const { code, stdout } = await run("exits");

  expect(code).toBe(7);
  const stayer = Number(stdout.match(/left behind: (\d+)/)?.[1]);
  expect(stayer).toBeGreaterThan(0);
  // Killed by the host's last breath; the system sends nobody an event of its end.
  await vi.waitFor(() => expect(isThere(stayer)).toBe(false), { interval: 5 });
});
