import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../fixtures/schemas.mjs", import.meta.url));
const flags = ["--disallow-code-generation-from-strings", "--expose-gc"];

test("FAULTS a JSON Schema with a catastrophic `pattern`: M18 schemas are checked where no code may be generated, and a thousand refreshes of twenty tools keep the heap", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program]);
  const { grownBy, ...checked } = JSON.parse(stdout);

  expect(checked).toEqual({
    isCodeGenerated: false,
    good: [],
    bad: [
      ["/name", "pattern"],
      ["/p0", "minimum"],
    ],
    schemas: 20,
  });
  // Kept once more in each refresh, they would be nearly 200 MB.
  expect(grownBy).toBeLessThan(1_000_000);
});
