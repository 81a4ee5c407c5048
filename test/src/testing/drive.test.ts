import { expect, test } from "vitest";
import { testRuntime } from "../../../src/testing/index.js";

const { clock, drive } = testRuntime();

test("drive lets as much time pass as the promise needs", async () => {
  const before = clock.now();
  clock.setTimer(10_000, () => undefined);

  expect(await drive(new Promise((resolve) => clock.setTimer(5_000, () => resolve("done"))))).toBe("done");

  expect(clock.now() - before).toBe(5_000);
});

test("drive rejects as the promise does", async () => {
  const failing = new Promise((_, reject) => clock.setTimer(1, () => reject(new Error("no"))));

  await expect(drive(failing)).rejects.toThrow("no");
});

test("drive rejects when nothing is left to wait for", async () => {
  await expect(drive(new Promise(() => undefined))).rejects.toThrow("nothing is left to wait for");
});
