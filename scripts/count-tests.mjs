// Adds up vitest's JSON reports and prints `N passed, N failed`: `node scripts/count-tests.mjs report.json …`.
// A test file that could not be loaded has no tests to count and counts as one failure. Fails if anything failed.
import { existsSync, readFileSync } from "node:fs";

const reports = process.argv.slice(2).filter(existsSync);
let passed = 0;
let failed = 0;
for (const path of reports) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  failed += report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
