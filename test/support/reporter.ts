import { Reporter } from "../../src/telemetry/reporter.js";

/** A reporter that only notes what it is told: each call as its name and what it was called with. */
export function noteReports(noted: unknown[][]): Reporter {
  const note =
    (name: string) =>
    (...what: unknown[]) =>
      void noted.push([name, ...what]);
  const own = Object.entries(Object.getOwnPropertyDescriptors(Reporter.prototype));
  const methods = own
    .filter(([, { value }]) => typeof value === "function")
    .map(([name]) => [name, note(name)] as const);
  return Object.fromEntries(methods) as unknown as Reporter;
}
