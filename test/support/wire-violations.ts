import { violationOf } from "./wire-schemas.js";
import type { RawSent } from "./wire-source.mjs";

let violations: string[] = [];
let isTolerant = false;

/** Judges one message as it is sent. */
export function watchWire({ text, protocolVersion }: Pick<RawSent, "text" | "protocolVersion">): void {
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
