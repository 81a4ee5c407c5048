import { describe, expect, test } from "vitest";
import type { Timer } from "../../../actors/index.js";
import { Handshake, type HandshakeSettings, type Verdict } from "../../../src/connection/handshake.js";
import type { Era } from "../../../src/protocol/codec.js";
import type { Failure } from "../../../src/protocol/failure.js";
import type { RpcResponse } from "../../../src/protocol/message.js";
import type { DiscoverResult, InitializeResult } from "../../../src/protocol/results.js";
import { type ProtocolChoice, planOf } from "../../../src/protocol/versions.js";

const modern = { supportedVersions: ["2026-07-28"], capabilities: {} };
const legacy = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "a", version: "1" } };
const answer = (id: number, rest: object): RpcResponse => ({ jsonrpc: "2.0", id, ...rest }) as RpcResponse;
const nameless = { code: -32_700, message: "what?" };
const lost: Failure = { code: "CONNECTION_LOST", message: "lost", loss: { incarnation: 1 } };

interface Limit {
  readonly ms: number;
  readonly turn: number;
  left: number | false;
  isCancelled: boolean;
}

/** An opening conversation whose every word and timer is noted. */
function setUp(protocol: ProtocolChoice = "auto", settings: Partial<HandshakeSettings> = {}) {
  const asked: string[] = [];
  const heads: unknown[] = [];
  const limits: Limit[] = [];
  const verdicts: Verdict[] = [];
  const abandoned: unknown[] = [];
  const world = { era: undefined as Era | undefined, contradictions: 0, ids: 0 };
  const all: HandshakeSettings = {
    plan: planOf(protocol),
    handshakeLimit: 60_000,
    era: {
      remembered: () => world.era,
      remember: (era) => {
        world.era = era;
      },
    },
    clientInfo: { name: "test", version: "1" },
    capabilities: {},
    logLevel: () => undefined,
    toolHeaders: () => undefined,
    checkInitialize: (result) => result as InitializeResult,
    checkDiscover: (result) => result as DiscoverResult,
    ...settings,
  };
  const handshake = new Handshake(all, {
    nextId: () => ++world.ids,
    write: (text, head) => {
      asked.push(JSON.parse(text).method);
      heads.push(head);
    },
    abandon: (id) => void abandoned.push(id),
    limitIn: (ms, turn) => {
      const limit: Limit = { ms, turn, left: ms, isCancelled: false };
      limits.push(limit);
      const cancel = () => Object.assign(limit, { isCancelled: true });
      return Object.defineProperty({ cancel }, "left", { get: () => limit.left }) as unknown as Timer;
    },
    decided: (verdict) => void verdicts.push(verdict),
    contradicted: () => void world.contradictions++,
  });
  return { handshake, asked, heads, limits, verdicts, abandoned, world };
}

describe("how long the probe is waited for", () => {
  test("five seconds, or half of what a handshake may take", () => {
    const patient = setUp();
    patient.handshake.begin();
    const short = setUp("auto", { handshakeLimit: 3_000 });
    short.handshake.begin();

    expect(patient.limits.map(({ ms }) => ms)).toEqual([5_000]);
    expect(short.limits.map(({ ms }) => ms)).toEqual([1_500]);
  });

  test("two seconds from the first sign of life, and no other sign counts", () => {
    const { handshake, limits } = setUp();
    handshake.begin();
    handshake.heard();
    handshake.heard();

    expect(limits.map(({ ms, isCancelled }) => [ms, isCancelled])).toEqual([
      [5_000, true],
      [2_000, false],
    ]);
  });

  test.each([[2_000], [1], [false]] as const)("not longer than it would be anyhow: %s ms are left", (left) => {
    const { handshake, limits } = setUp();
    handshake.begin();
    Object.assign(limits[0] as Limit, { left });
    handshake.heard();

    expect(limits).toHaveLength(1);
  });

  test("a sign before there is a limit is none", () => {
    const { handshake, limits } = setUp();
    handshake.heard();
    handshake.begin();
    handshake.heard();

    expect(limits).toHaveLength(2);
  });

  test("past it initialize goes out beside the probe; a limit of an earlier turn means nothing", () => {
    const { handshake, asked, limits } = setUp();
    handshake.begin();
    handshake.heard();
    handshake.limit((limits[0] as Limit).turn);
    expect(asked).toEqual(["server/discover"]);
    handshake.limit((limits[1] as Limit).turn);

    expect(asked).toEqual(["server/discover", "initialize"]);
  });

  test("with a verdict, or given up, nobody waits for it", () => {
    const decided = setUp();
    decided.handshake.begin();
    decided.handshake.responded(answer(1, { result: modern }));
    const givenUp = setUp();
    givenUp.handshake.begin();
    givenUp.handshake.giveUp();
    givenUp.handshake.limit((givenUp.limits[0] as Limit).turn);

    expect(decided.limits.map(({ isCancelled }) => isCancelled)).toEqual([true]);
    expect(givenUp.limits.map(({ isCancelled }) => isCancelled)).toEqual([true]);
    expect(givenUp.asked).toEqual(["server/discover"]);
  });
});

describe("whose answer it is", () => {
  test("a response to anything else is not the handshake's", () => {
    const { handshake, verdicts } = setUp();
    expect(handshake.responded(answer(1, { result: modern }))).toBe(false);
    handshake.begin();
    expect(handshake.responded(answer(9, { result: modern }))).toBe(false);
    expect(handshake.failed(9, lost)).toBe(false);
    expect(handshake.responded(answer(1, { result: modern }))).toBe(true);
    expect(handshake.responded(answer(1, { result: modern }))).toBe(false);

    expect(verdicts).toMatchObject([{ agreed: true, codec: { era: "modern", version: "2026-07-28" } }]);
  });

  test("an answer after it was given up is nobody's", () => {
    const { handshake, verdicts } = setUp("legacy");
    handshake.begin();
    handshake.giveUp();

    expect(handshake.responded(answer(1, { result: legacy }))).toBe(false);
    expect(verdicts).toEqual([]);
  });

  test("no answer to initialize is a refusal", () => {
    const { handshake, verdicts } = setUp("legacy");
    handshake.begin();

    expect(handshake.failed(1, lost)).toBe(true);
    expect(handshake.failed(1, lost)).toBe(false);
    expect(verdicts).toEqual([{ agreed: false, failure: lost }]);
  });

  test("no answer to the probe, for a reason that says nothing of eras, is a refusal", () => {
    const { handshake, verdicts } = setUp();
    handshake.begin();

    expect(handshake.failed(1, lost)).toBe(true);
    expect(verdicts).toEqual([{ agreed: false, failure: lost }]);
  });

  test("an error without an id is the probe's, while initialize is not out", () => {
    const { handshake, asked } = setUp();
    handshake.refusedNamelessly(nameless);
    handshake.begin();
    handshake.refusedNamelessly(nameless);
    expect(asked).toEqual(["server/discover", "initialize"]);
    expect(handshake.responded(answer(1, { result: modern }))).toBe(false);
    handshake.refusedNamelessly(nameless);
    expect(handshake.responded(answer(2, { result: legacy }))).toBe(true);
  });

  test("an error without an id is nobody's when both are out", () => {
    const { handshake, limits } = setUp();
    handshake.begin();
    handshake.limit((limits[0] as Limit).turn);
    handshake.refusedNamelessly(nameless);

    expect(handshake.responded(answer(1, { result: modern }))).toBe(true);
  });
});

test("a legacy server is told that the handshake is done, and the open probe is abandoned", () => {
  const { handshake, asked, heads, abandoned, limits, verdicts } = setUp();
  handshake.begin();
  handshake.limit((limits[0] as Limit).turn);
  handshake.responded(answer(2, { result: legacy }));

  expect(asked).toEqual(["server/discover", "initialize", "notifications/initialized"]);
  expect(heads.slice(1)).toEqual([
    { kind: "request", id: 2, method: "initialize", headers: {} },
    {
      kind: "notification",
      method: "notifications/initialized",
      headers: { "mcp-protocol-version": "2025-11-25" },
    },
  ]);
  expect(abandoned).toEqual([1]);
  expect(verdicts).toMatchObject([{ agreed: true, server: { name: "a", version: "1" }, codec: { era: "legacy" } }]);
});

test("without a probe nothing is abandoned", () => {
  const { handshake, abandoned } = setUp("legacy");
  handshake.begin();
  handshake.responded(answer(1, { result: legacy }));

  expect(abandoned).toEqual([]);
});

describe("a transport that ends during the handshake", () => {
  test("may have died of the probe: the next one is not asked", () => {
    const { handshake, asked } = setUp();
    handshake.begin();
    expect(handshake.lost()).toBe(true);
    handshake.begin();
    expect(asked).toEqual(["server/discover", "initialize"]);
    expect(handshake.lost()).toBe(false);
    handshake.begin();

    expect(asked).toEqual(["server/discover", "initialize", "server/discover"]);
  });

  test("did not die of it when it was not asked, or when nothing was under way", () => {
    const { handshake } = setUp("legacy");
    expect(handshake.lost()).toBe(false);
    handshake.begin();
    expect(handshake.lost()).toBe(false);
  });
});

describe("what the server is taken for", () => {
  test("is remembered, and forgotten when a handshake without a verdict takes too long", () => {
    const { handshake, world } = setUp();
    handshake.begin();
    handshake.responded(answer(1, { result: modern }));
    expect(world.era).toBe("modern");
    handshake.timedOut();
    expect(world.era).toBe("modern");
    handshake.begin();
    handshake.timedOut();

    expect(world.era).toBeUndefined();
  });

  test("is contradicted by a later answer, once in a client's life of the connection", () => {
    const { handshake, world, limits } = setUp();
    const contradict = () => {
      world.era = undefined;
      const first = world.ids + 1;
      handshake.begin();
      handshake.limit((limits.at(-1) as Limit).turn);
      handshake.responded(answer(first + 1, { result: legacy }));
      expect(world.era).toBe("legacy");
      handshake.responded(answer(first, { result: modern }));
    };
    contradict();
    expect([world.contradictions, world.era]).toEqual([1, "modern"]);
    contradict();

    expect([world.contradictions, world.era]).toEqual([1, "legacy"]);
  });
});
