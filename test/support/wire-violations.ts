import { violationOf } from "./wire-schemas.js";

/** On which a client of ours, wherever it is loaded from, shows what it sends as it is. It is for these tests alone. */
export const RAW_CHANNEL = Symbol.for("caduceus.raw");

interface Sent {
  readonly text: string;
  readonly protocolVersion?: string | undefined;
}

let violations: string[] = [];
let isTolerant = false;

/** Judges one message as it is sent. */
export function watchWire(sent: unknown): void {
  const { text, protocolVersion } = sent as Sent;
  const violation = violationOf(text, protocolVersion);
  if (violation !== undefined) violations.push(violation);
}

/** The violations since the last time, and forgets them. */
export function takeViolations(): string[] {
  const taken = violations;
  violations = [];
  return taken;
}

/** For a test that has the client send on purpose what the specification does not allow. */
export function toleratesViolations(): void {
  isTolerant = true;
}

/** Says whether the test was tolerant; the next one is not. */
export function endTolerance(): boolean {
  const wasTolerant = isTolerant;
  isTolerant = false;
  return wasTolerant;
}
