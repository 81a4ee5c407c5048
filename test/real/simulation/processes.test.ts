import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../../scripts/simulate.mjs", import.meta.url));

function digestOf(seed: number): string | undefined {
  const args = [script, "--runs", "5", "--seed", String(seed), "--digest"];
  const said = execFileSync(process.execPath, args, { encoding: "utf8" });
  return /^Log digest: ([0-9a-f]{64})$/m.exec(said)?.[1];
}

test("a simulation's logs are the same in every process, byte for byte, and others with another seed", {
  timeout: 120_000,
}, () => {
  const first = digestOf(1);
  expect(first).toBeDefined();
  expect(digestOf(1)).toBe(first);
  expect(digestOf(2)).not.toBe(first);
});
