import type { Era } from "../protocol/codec.js";
import type { Failure } from "../protocol/failure.js";
import type { LegacyVersion } from "../protocol/legacy.js";
import type { ModernVersion } from "../protocol/modern.js";
import type { DiscoverResult, InitializeResult } from "../protocol/results.js";
import { cleanServerText } from "../protocol/server-text.js";
import type { Plan } from "../protocol/versions.js";

/** What became of `server/discover`. */
export type Finding =
  | { readonly kind: "server"; readonly result: DiscoverResult }
  /** A modern server that does not speak the revision it was asked in, but these. */
  | { readonly kind: "versions"; readonly supported: readonly string[] }
  /** A modern server that refuses, or trouble that says nothing of eras. */
  | { readonly kind: "refused"; readonly failure: Failure }
  /** Whatever else: no modern server answers like this. */
  | { readonly kind: "foreign"; readonly failure: Failure };

/** What became of `initialize`. */
export type Reply =
  | { readonly kind: "server"; readonly result: InitializeResult }
  | { readonly kind: "refused"; readonly failure: Failure };

export type OpeningEvent =
  /** The transport is open. `remembered`: what the server turned out to be before. */
  | { readonly type: "begin"; readonly remembered: Era | undefined }
  | { readonly type: "discovered"; readonly finding: Finding }
  | { readonly type: "initialized"; readonly reply: Reply }
  /** The probe has been open for as long as a modern server may take. */
  | { readonly type: "limit" };

export type OpeningAction =
  | { readonly do: "discover"; readonly version: ModernVersion }
  | { readonly do: "initialize"; readonly version: LegacyVersion }
  /** From now on `limit` may come. */
  | { readonly do: "awaitLimit" }
  | { readonly do: "agreeModern"; readonly version: ModernVersion; readonly result: DiscoverResult }
  | { readonly do: "agreeLegacy"; readonly version: LegacyVersion; readonly result: InitializeResult }
  | { readonly do: "refuse"; readonly failure: Failure }
  | { readonly do: "remember"; readonly era: Era | undefined }
  /** The verdict was wrong, and a later answer says so: the conversation has to begin anew. */
  | { readonly do: "contradict"; readonly era: Era };

type Question = "unasked" | "open" | "closed";

/** Where an opening conversation stands. */
export interface Opening {
  readonly plan: Plan;
  readonly discover: Question;
  readonly initialize: Question;
  /** The modern revisions that were asked in. */
  readonly tried: readonly ModernVersion[];
  /** What `initialize` offers, unless the server says what it knows. */
  readonly offer: LegacyVersion | undefined;
  /** What came of `initialize`, while `server/discover` may still be answered. */
  readonly refusal: Failure | undefined;
  readonly verdict: Era | "refused" | undefined;
  /** Whether `server/discover` is asked of a server that may not know it. */
  readonly isProbing: boolean;
}

type Step = readonly [Opening, readonly OpeningAction[]];

export function openingOf(plan: Plan): Opening {
  return {
    plan,
    discover: "unasked",
    initialize: "unasked",
    tried: [],
    offer: plan.legacy[0],
    refusal: undefined,
    verdict: undefined,
    isProbing: false,
  };
}

/**
 * Whether the probe may be what ended a server that has just ended: some of the legacy era do not survive a question they
 * do not know, even if they answer it.
 */
export function mayHaveDiedOfProbe({ isProbing, verdict }: Opening): boolean {
  return isProbing && verdict === undefined;
}

/**
 * Finds out which era a server is of. The first answer that says so decides:
 *
 * | | `server/discover` answered | a modern error | anything else | silent until the limit |
 * | --- | --- | --- | --- | --- |
 * | legacy is allowed | modern, or `initialize` if it knows legacy revisions only | another revision, or the end | `initialize` | `initialize`, too |
 * | only modern is | modern, or the end | another revision, or the end | the end | nothing |
 *
 * With a remembered legacy server it begins with `initialize`, and asks `server/discover` if that is refused.
 *
 * Source: MCP specification, revision 2026-07-28, "Backward Compatibility" of versioning, stdio and Streamable HTTP.
 */
export function step(opening: Opening, event: OpeningEvent): Step {
  switch (event.type) {
    case "begin":
      return begin(opening, event.remembered);
    case "discovered":
      return discovered({ ...opening, discover: "closed" }, event.finding);
    case "initialized":
      return initialized({ ...opening, initialize: "closed" }, event.reply);
    case "limit":
      return opening.verdict === undefined ? orInitialize(opening, undefined) : [opening, []];
  }
}

function begin(opening: Opening, remembered: Era | undefined): Step {
  const { plan, offer } = opening;
  const [preferred] = plan.modern;
  if (preferred === undefined || (remembered === "legacy" && offer !== undefined)) {
    return orInitialize(opening, undefined);
  }
  const [next, actions] = discover(opening, preferred);
  const isProbing = offer !== undefined && remembered === undefined;
  return [{ ...next, isProbing }, isProbing ? [...actions, { do: "awaitLimit" }] : actions];
}

function discovered(opening: Opening, finding: Finding): Step {
  if (opening.verdict !== undefined) return afterVerdict(opening, finding);
  switch (finding.kind) {
    case "server": {
      const { result } = finding;
      const version = opening.plan.modern.find((each) => result.supportedVersions.includes(each));
      return version === undefined
        ? legacyOf(opening, result.supportedVersions)
        : decide(opening, "modern", { do: "agreeModern", version, result });
    }
    case "versions": {
      const untried = opening.plan.modern.filter((each) => !opening.tried.includes(each));
      const version = untried.find((each) => finding.supported.includes(each));
      return version === undefined ? legacyOf(opening, finding.supported) : discover(opening, version);
    }
    case "refused":
      return refuse(opening, finding.failure);
    case "foreign":
      return orInitialize(opening, finding.failure);
  }
}

/** A server that was taken for a legacy one and turns out to be a modern one, too. */
function afterVerdict(opening: Opening, finding: Finding): Step {
  const isModern =
    finding.kind === "server" && opening.plan.modern.some((each) => finding.result.supportedVersions.includes(each));
  return [opening, isModern ? [{ do: "contradict", era: "modern" }] : []];
}

function initialized(opening: Opening, reply: Reply): Step {
  const { plan, discover: probe, verdict } = opening;
  if (verdict === "modern" && reply.kind === "server") {
    // It may serve this process in the legacy era from now on.
    return [opening, [{ do: "contradict", era: "modern" }]];
  }
  if (verdict !== undefined) return [opening, []];
  const version =
    reply.kind === "server" ? plan.legacy.find((each) => each === reply.result.protocolVersion) : undefined;
  if (reply.kind === "server" && version !== undefined) {
    return decide(opening, "legacy", { do: "agreeLegacy", version, result: reply.result });
  }
  const failure = reply.kind === "refused" ? reply.failure : noneOf(plan.legacy, [reply.result.protocolVersion]);
  if (probe === "open") return [{ ...opening, refusal: failure }, []];
  return notLegacy(opening, failure);
}

/** `initialize` came to nothing: a server that was remembered as legacy may be a modern one by now. */
function notLegacy(opening: Opening, failure: Failure): Step {
  const [preferred] = opening.plan.modern;
  if (opening.discover !== "unasked" || preferred === undefined) return refuse(opening, failure);
  const [next, actions] = discover({ ...opening, refusal: failure }, preferred);
  return [next, [{ do: "remember", era: undefined }, ...actions]];
}

/** It speaks none of our modern revisions, but maybe one of the others. */
function legacyOf(opening: Opening, supported: readonly string[]): Step {
  const { modern, legacy } = opening.plan;
  const offer = legacy.find((each) => supported.includes(each));
  const failure = noneOf([...modern, ...legacy], supported);
  return offer === undefined ? refuse(opening, failure) : orInitialize({ ...opening, offer }, failure);
}

/** Goes on with `initialize` if that is allowed and was not tried; else it ends with what is known. */
function orInitialize(opening: Opening, failure: Failure | undefined): Step {
  const { initialize, offer, refusal } = opening;
  if (initialize === "unasked" && offer !== undefined) {
    return [{ ...opening, initialize: "open" }, [{ do: "initialize", version: offer }]];
  }
  const reason = refusal ?? failure;
  return initialize === "open" || reason === undefined ? [opening, []] : refuse(opening, reason);
}

function discover(opening: Opening, version: ModernVersion): Step {
  const tried = [...opening.tried, version];
  return [{ ...opening, discover: "open", tried }, [{ do: "discover", version }]];
}

function decide(opening: Opening, era: Era, action: OpeningAction): Step {
  return [{ ...opening, verdict: era }, [{ do: "remember", era }, action]];
}

function refuse(opening: Opening, failure: Failure): Step {
  return [
    { ...opening, verdict: "refused" },
    [
      { do: "remember", era: undefined },
      { do: "refuse", failure },
    ],
  ];
}

function noneOf(ours: readonly string[], theirs: readonly string[]): Failure {
  const wanted = cleanServerText(theirs.join(", ")) || "none at all";
  const message = `Expected the server to speak one of ${ours.join(", ")}, but it wants ${wanted}`;
  return { code: "CONNECTION_LOST", message, loss: { incarnation: 0 } };
}
