import { describe, expect, test } from "vitest";
import {
  type Finding,
  mayHaveDiedOfProbe,
  type OpeningAction,
  type OpeningEvent,
  openingOf,
  step,
} from "../../../src/connection/opening.js";
import type { Failure } from "../../../src/protocol/failure.js";
import { type Plan, planOf } from "../../../src/protocol/versions.js";

const failure: Failure = { code: "CONNECTION_LOST", message: "refused", loss: { incarnation: 0 } };
const begin: OpeningEvent = { type: "begin", remembered: undefined };
const limit: OpeningEvent = { type: "limit" };
const found = (finding: Finding): OpeningEvent => ({ type: "discovered", finding });
const speaks = (...supportedVersions: string[]) =>
  found({ kind: "server", result: { supportedVersions, capabilities: {} } });
const unsupported = (...supported: string[]) => found({ kind: "versions", supported });
const welcome = (protocolVersion: string): OpeningEvent => ({
  type: "initialized",
  reply: { kind: "server", result: { protocolVersion, capabilities: {}, serverInfo: { name: "a", version: "1" } } },
});

/** As it will be with the next revision: two of the modern era. */
const two = { modern: ["2027-01-01", "2026-07-28"], legacy: ["2025-11-25"] } as unknown as Plan;

function run(plan: Plan, ...events: OpeningEvent[]) {
  let opening = openingOf(plan);
  const done: OpeningAction[] = [];
  for (const event of events) {
    const [next, actions] = step(opening, event);
    opening = next;
    done.push(...actions);
  }
  return { opening, done };
}

const versionsAsked = (done: readonly OpeningAction[]) =>
  done.flatMap((action) => (action.do === "discover" ? [action.version] : []));
const refusals = (done: readonly OpeningAction[]) =>
  done.flatMap((action) => (action.do === "refuse" ? [action.failure] : []));

describe("a client of two modern revisions", () => {
  test("asks in the one that was not asked in yet, of those the server names", () => {
    const { done } = run(two, begin, unsupported("2027-01-01", "2026-07-28"));

    expect(versionsAsked(done)).toEqual(["2027-01-01", "2026-07-28"]);
  });

  test("asks in each of them twice, and then no more", () => {
    const both = unsupported("2027-01-01", "2026-07-28");
    const { done } = run(two, begin, both, both, both, both);

    expect(versionsAsked(done)).toEqual(["2027-01-01", "2026-07-28", "2027-01-01", "2026-07-28"]);
    expect(refusals(done)).toHaveLength(1);
  });

  test("takes a server for modern that speaks only one of them, also when it was taken for legacy before", () => {
    const { done } = run(two, begin, limit, welcome("2025-11-25"), speaks("2026-07-28"));

    expect(done.at(-1)).toEqual({ do: "contradict", era: "modern" });
  });
});

describe("a server without a common revision", () => {
  test("is refused at once, also while `initialize` waits for its answer", () => {
    const { done } = run(planOf("auto"), begin, limit, unsupported("2099-01-01"));

    expect(refusals(done)).toHaveLength(1);
  });

  test("is refused with all it speaks, and all that we do, in words", () => {
    const { done } = run(planOf("auto"), begin, speaks("2099-01-01", "2098-01-01"));

    const ours = "2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05";
    const message = `Expected the server to speak one of ${ours}, but it wants 2099-01-01, 2098-01-01`;
    expect(refusals(done)).toEqual([{ code: "CONNECTION_LOST", message, loss: { incarnation: 0 } }]);
  });
});

test("a server that was refused has not died of the probe", () => {
  const { opening } = run(planOf("auto"), begin, found({ kind: "refused", failure }));

  expect(mayHaveDiedOfProbe(opening)).toBe(false);
  expect(step(opening, limit)).toEqual([opening, []]);
});
