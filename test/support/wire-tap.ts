/**
 * Runs before every test file: looks at each message that any client hands to any transport, and fails the test in which
 * one does not fit the specification's schema.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { beforeEach, onTestFinished } from "vitest";
import { endTolerance, takeViolations, watchWire } from "./wire-violations.js";

// Once, however many files share this worker.
unsubscribe("caduceus:transport.send", watchWire);
subscribe("caduceus:transport.send", watchWire);

beforeEach(() => {
  // The first to be registered is the last to be called: after everything the test has opened is closed.
  onTestFinished(() => {
    const violations = takeViolations();
    if (endTolerance() || violations.length === 0) return;
    throw new Error(`Expected every message to fit the specification's schema, but:\n${violations.join("\n")}`);
  });
});
