import { describe, expect, test } from "vitest";
import {
  type Finding,
  mayHaveDiedOfProbe,
  type Opening,
  type OpeningAction,
  type OpeningEvent,
  openingOf,
  type Reply,
  step,
} from "../../../src/connection/opening.js";
import type { Failure } from "../../../src/protocol/failure.js";
import { planOf } from "../../../src/protocol/versions.js";

const failure = (message: string): Failure => ({ code: "CONNECTION_LOST", message, loss: { incarnation: 0 } });

const speaks = (...supportedVersions: string[]): OpeningEvent =>
  found({ kind: "server", result: { supportedVersions, capabilities: {} } });
const found = (finding: Finding): OpeningEvent => ({ type: "discovered", finding });
const unsupported = (...supported: string[]) => found({ kind: "versions", supported });
const refused = found({ kind: "refused", failure: failure("a modern refusal") });
const foreign = found({ kind: "foreign", failure: failure("no modern answer") });
const replied = (reply: Reply): OpeningEvent => ({ type: "initialized", reply });
const welcome = (protocolVersion = "2025-11-25") =>
  replied({ kind: "server", result: { protocolVersion, capabilities: {}, serverInfo: { name: "a", version: "1" } } });
const unwelcome = replied({ kind: "refused", failure: failure("initialize refused") });
const limit: OpeningEvent = { type: "limit" };
const begin = (remembered?: "modern" | "legacy"): OpeningEvent => ({ type: "begin", remembered });

/** What is done for a series of events, each action as a few words. */
function run(protocol: Parameters<typeof planOf>[0], ...events: OpeningEvent[]): string[] {
  const done: OpeningAction[] = [];
  follow(openingOf(planOf(protocol)), events, done);
  return done.map(wordsOf);
}

function follow(from: Opening, events: readonly OpeningEvent[], done: OpeningAction[] = []): Opening {
  let opening = from;
  for (const event of events) {
    const [next, actions] = step(opening, event);
    opening = next;
    done.push(...actions);
  }
  return opening;
}

function wordsOf(action: OpeningAction): string {
  switch (action.do) {
    case "discover":
    case "initialize":
      return `${action.do} ${action.version}`;
    case "agreeModern":
    case "agreeLegacy":
      return `agree ${action.version}`;
    case "refuse":
      return `refuse: ${"message" in action.failure ? action.failure.message : action.failure.code}`;
    case "remember":
      return `remember ${action.era ?? "nothing"}`;
    case "contradict":
      return `contradict: ${action.era}`;
    case "awaitLimit":
      return "await limit";
  }
}

const probe = ["discover 2026-07-28", "await limit"];
const modern = ["remember modern", "agree 2026-07-28"];
const legacy = ["remember legacy", "agree 2025-11-25"];
const asLegacy = ["initialize 2025-11-25", ...legacy];

describe("M21 the opening conversation: what is done for what comes back", () => {
  test.each<[string, OpeningEvent[], string[]]>([
    ["a modern server", [speaks("2026-07-28")], modern],
    ["one that speaks later revisions, too", [speaks("2099-01-01", "2026-07-28")], modern],
    ["one that speaks both eras", [speaks("2025-11-25", "2026-07-28")], modern],
    [
      "one that knows legacy revisions only",
      [speaks("2025-06-18", "2025-03-26"), welcome("2025-06-18")],
      ["initialize 2025-06-18", "remember legacy", "agree 2025-06-18"],
    ],
    ["a modern error with a legacy revision", [unsupported("2025-11-25"), welcome()], asLegacy],
    ["an error that is none of the modern ones", [foreign, welcome()], asLegacy],
    ["silence", [limit, welcome()], asLegacy],
    ["silence, and the probe is refused later", [limit, welcome(), foreign], asLegacy],
    ["silence, and the probe is answered first", [limit, speaks("2026-07-28")], ["initialize 2025-11-25", ...modern]],
    [
      "silence, both are refused",
      [limit, unwelcome, foreign],
      ["initialize 2025-11-25", "remember nothing", "refuse: initialize refused"],
    ],
    [
      "silence, both are refused the other way round",
      [limit, foreign, unwelcome],
      ["initialize 2025-11-25", "remember nothing", "refuse: initialize refused"],
    ],
    [
      "silence, only initialize is refused, and the probe answered",
      [limit, unwelcome, speaks("2026-07-28")],
      ["initialize 2025-11-25", ...modern],
    ],
    ["a modern refusal", [refused], ["remember nothing", "refuse: a modern refusal"]],
    [
      "a modern server without a common revision",
      [unsupported("2099-01-01")],
      ["remember nothing", expect.stringContaining("but it wants 2099-01-01") as unknown as string],
    ],
    [
      "one that supports nothing",
      [speaks()],
      ["remember nothing", expect.stringContaining("but it wants none at all") as unknown as string],
    ],
    [
      "one that refuses the revision it says it speaks",
      [unsupported("2026-07-28")],
      ["remember nothing", expect.stringContaining("refuse") as unknown as string],
    ],
    [
      "a legacy server that answers with an unknown revision",
      [foreign, welcome("1999-01-01")],
      [
        "initialize 2025-11-25",
        "remember nothing",
        expect.stringContaining("but it wants 1999-01-01") as unknown as string,
      ],
    ],
    [
      "silence, an unknown revision, and the probe is answered",
      [limit, welcome("1999-01-01"), speaks("2026-07-28")],
      ["initialize 2025-11-25", ...modern],
    ],
    ["a limit after the verdict", [speaks("2026-07-28"), limit], modern],
    ["a limit after the fallback", [foreign, limit, welcome()], asLegacy],
  ])("auto: %s", (_, events, expected) => {
    expect(run("auto", begin(), ...events)).toEqual([...probe, ...expected]);
  });

  test.each<[string, OpeningEvent[], string[]]>([
    [
      "taken for legacy, then the probe is answered",
      [limit, welcome(), speaks("2026-07-28")],
      [...asLegacy, "contradict: modern"],
    ],
    [
      "taken for modern, then it takes initialize, too",
      [limit, speaks("2026-07-28"), welcome()],
      ["initialize 2025-11-25", ...modern, "contradict: modern"],
    ],
    [
      "taken for modern, then it refuses initialize",
      [limit, speaks("2026-07-28"), unwelcome],
      ["initialize 2025-11-25", ...modern],
    ],
    ["taken for legacy, and the probe says the same", [limit, welcome(), speaks("2025-11-25")], asLegacy],
  ])("a verdict that later answers speak against: %s", (_, events, expected) => {
    expect(run("auto", begin(), ...events)).toEqual([...probe, ...expected]);
  });

  test.each<[string, OpeningEvent[], string[]]>([
    ["legacy still", [begin("legacy"), welcome()], asLegacy],
    [
      "legacy no more",
      [begin("legacy"), unwelcome, speaks("2026-07-28")],
      ["initialize 2025-11-25", "remember nothing", "discover 2026-07-28", ...modern],
    ],
    [
      "legacy, but it refuses both",
      [begin("legacy"), unwelcome, foreign],
      [
        "initialize 2025-11-25",
        "remember nothing",
        "discover 2026-07-28",
        "remember nothing",
        "refuse: initialize refused",
      ],
    ],
    ["modern still", [begin("modern"), speaks("2026-07-28")], ["discover 2026-07-28", ...modern]],
    ["modern no more", [begin("modern"), foreign, welcome()], ["discover 2026-07-28", ...asLegacy]],
  ])("a remembered era: %s", (_, events, expected) => {
    expect(run("auto", ...events)).toEqual(expected);
  });

  test.each<[Parameters<typeof planOf>[0], OpeningEvent[], string[]]>([
    ["modern", [speaks("2026-07-28")], ["discover 2026-07-28", ...modern]],
    ["2026-07-28", [speaks("2026-07-28")], ["discover 2026-07-28", ...modern]],
    ["modern", [foreign], ["discover 2026-07-28", "remember nothing", "refuse: no modern answer"]],
    ["modern", [limit], ["discover 2026-07-28"]],
    [
      "modern",
      [speaks("2025-11-25")],
      [
        "discover 2026-07-28",
        "remember nothing",
        "refuse: Expected the server to speak one of 2026-07-28, but it wants 2025-11-25",
      ],
    ],
    ["legacy", [welcome()], asLegacy],
    ["legacy", [welcome("2024-11-05")], ["initialize 2025-11-25", "remember legacy", "agree 2024-11-05"]],
    ["legacy", [unwelcome], ["initialize 2025-11-25", "remember nothing", "refuse: initialize refused"]],
    ["2025-03-26", [welcome("2025-03-26")], ["initialize 2025-03-26", "remember legacy", "agree 2025-03-26"]],
    [
      "2025-03-26",
      [welcome("2024-11-05")],
      [
        "initialize 2025-03-26",
        "remember nothing",
        "refuse: Expected the server to speak one of 2025-03-26, but it wants 2024-11-05",
      ],
    ],
  ])("M30 pinned to %s", (protocol, events, expected) => {
    expect(run(protocol, begin(), ...events)).toEqual(expected);
  });

  test("what a pinned client remembers of the other era is nothing to it", () => {
    expect(run("modern", begin("legacy"), speaks("2026-07-28"))).toEqual(["discover 2026-07-28", ...modern]);
    expect(run("legacy", begin("modern"), welcome())).toEqual(asLegacy);
  });
});

describe("a server that ends during the opening conversation", () => {
  const diedAfter = (protocol: Parameters<typeof planOf>[0], ...events: OpeningEvent[]) =>
    mayHaveDiedOfProbe(follow(openingOf(planOf(protocol)), events));

  test.each<[string, boolean]>([
    ["while nothing else was asked", diedAfter("auto", begin())],
    ["when it has refused the probe", diedAfter("auto", begin(), foreign)],
    ["when initialize was asked beside it", diedAfter("auto", begin(), limit)],
  ])("may have died of the probe %s", (_, died) => {
    expect(died).toBe(true);
  });

  test.each<[string, boolean]>([
    ["before it was asked anything", diedAfter("auto")],
    ["when it was found to be modern", diedAfter("auto", begin(), speaks("2026-07-28"))],
    ["when it was found to be legacy", diedAfter("auto", begin(), foreign, welcome())],
    ["when it was refused", diedAfter("auto", begin(), refused)],
    ["when it is known to be modern", diedAfter("auto", begin("modern"))],
    ["when it is known to be legacy", diedAfter("auto", begin("legacy"))],
    ["when it has to be modern", diedAfter("modern", begin())],
  ])("has not died of it %s", (_, died) => {
    expect(died).toBe(false);
  });
});

describe("whatever comes in whatever order", () => {
  const events = [
    speaks("2026-07-28"),
    speaks("2025-11-25"),
    unsupported("2026-07-28"),
    unsupported("2025-03-26"),
    foreign,
    refused,
    welcome(),
    welcome("1999-01-01"),
    unwelcome,
    limit,
  ];
  const answersDiscover = new Set(events.filter(({ type }) => type === "discovered"));
  const answersInitialize = new Set(events.filter(({ type }) => type === "initialized"));

  /** Every conversation there can be: only what was asked is answered, and once. */
  function walk(
    opening: Opening,
    done: readonly OpeningAction[],
    visit: (done: readonly OpeningAction[], opening: Opening) => void,
  ) {
    visit(done, opening);
    for (const event of events) {
      if (answersDiscover.has(event) && opening.discover !== "open") continue;
      if (answersInitialize.has(event) && opening.initialize !== "open") continue;
      const [next, actions] = step(opening, event);
      if (event === limit && actions.length === 0) continue;
      walk(next, [...done, ...actions], visit);
    }
  }

  test.each(["auto", "modern", "legacy", "2026-07-28", "2025-03-26"] as const)(
    "%s: one verdict at most, no question twice, and one verdict once all is answered",
    (protocol) => {
      for (const remembered of [undefined, "modern", "legacy"] as const) {
        const first: OpeningAction[] = [];
        const opening = follow(openingOf(planOf(protocol)), [begin(remembered)], first);
        let count = 0;
        walk(opening, first, (done, { discover, initialize }) => {
          count++;
          const words = done.map(wordsOf);
          const verdicts = words.filter((word) => word.startsWith("agree") || word.startsWith("refuse"));
          const asked = words.filter((word) => word.startsWith("discover") || word.startsWith("initialize"));
          expect(verdicts.length, words.join(", ")).toBeLessThanOrEqual(1);
          const isAllAnswered = discover !== "open" && initialize !== "open";
          if (isAllAnswered) expect(verdicts.length, words.join(", ")).toBe(1);
          expect(new Set(asked).size, words.join(", ")).toBe(asked.length);
        });
        expect(count).toBeGreaterThan(3);
      }
    },
  );
});
