/**
 * Runs before every test file: looks at each message that any client hands to any transport, also in the programs that
 * the tests start, and fails the test in which one does not fit the specification's schema.
 */
import { afterAll, beforeEach, onTestFinished } from "vitest";
import { endRecord, recordPrograms, takeFromPrograms } from "./wire-programs.js";
import { onSent } from "./wire-source.mjs";
import { endTolerance, takeViolations, watchWire } from "./wire-violations.js";

// Files share a worker: each ends what it has begun.
const endWatch = onSent(watchWire);
recordPrograms();

/** @throws when there was a message that the test does not send on purpose. */
function look(): void {
  for (const sent of takeFromPrograms()) watchWire(sent);
  const violations = takeViolations();
  if (endTolerance() || violations.length === 0) return;
  throw new Error(`Expected every message to fit the specification's schema, but:\n${violations.join("\n")}`);
}

beforeEach(() => {
  // The first to be registered is the last to be called: after everything the test has opened is closed.
  onTestFinished(look);
});

// What was opened for all tests of the file sends its last when they are over.
afterAll(() => {
  look();
  endWatch();
  endRecord();
});
