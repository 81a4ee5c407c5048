import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { endOf } from "../../support/children.js";

/** Runs the tests of a folder, without the configuration of this repository. */
const program = `
  import { startVitest } from "vitest/node";
  const vitest = await startVitest("test", [], { root: process.argv[1], config: false, watch: false });
  await vitest.close();
`;
const root = fileURLToPath(new URL("../../support/failing-tests/", import.meta.url));

/** What Vitest says of the tests there. */
let said = "";
beforeAll(async () => {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, TEST_REPORT: undefined };
  const { stdout, stderr } = await endOf(
    spawn(process.execPath, ["--input-type=module", "-e", program, root], { env }),
  );
  said = stdout + stderr;
});

describe("the fixtures of a test that fails", () => {
  test("print what was recorded", () => {
    const [, record = ""] = said.split('What happened in "expects too much":\n');

    expect(record.split("\n").slice(0, 2)).toEqual([
      expect.stringMatching(/^0 ms {2}server {2}received {2}/),
      expect.stringMatching(/^0 ms {2}server {2}received {2}/),
    ]);
    expect(record).toMatch(/^0 ms {2}client {2}settled {3}#1 · ok · after 0 ms$/m);
  });

  test("say nothing of what it left open: its own error says more", () => {
    expect(said).toContain("AssertionError: expected 1 to be 2");
    expect(said).not.toContain("- a timer, at");
  });
});

test("what a test leaves open fails it", () => {
  expect(said).toContain("LeakError: Expected nothing to be left within 2000 ms, but there is:");
  expect(said).toContain("- a timer of a virtual clock");
});

test("nothing is printed of a test that passes", () => {
  expect(said).toContain("2 failed | 1 passed");
  expect(said).not.toContain('What happened in "is fine"');
});
