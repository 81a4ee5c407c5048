import type { Ending, Opening, Scene, Settings } from "./program.js";

/** How the server behaves from then on, so that the client comes to where it is to be closed. */
export const PERSISTENT = {
  opening: ["never", "well"],
  shakingHands: ["atOnce", "stall"],
  dropping: ["atOnce", "refuse"],
  backingOff: ["unmade", "well"],
  spent: ["atOnce", "well"],
  starting: ["atOnce", "stall"],
  reconnecting: ["never", "well"],
  down: ["unmade", "well"],
} as const;

/** The settings that make the wanted ending and scene possible. */
export function steered(settings: Settings): Settings {
  return { ...ended(settings), ...SCENES[settings.scene] };
}

const SCENES: Readonly<Record<Scene, Partial<Settings>>> = {
  any: {},
  contradiction: {
    era: "dual",
    protocol: "auto",
    wire: "pipe",
    isUsedOnce: false,
    openings: [],
    greetings: ["late"],
    faults: [],
    ending: "quiet",
  },
  lastOutOfReach: {
    era: "modern",
    protocol: "own",
    wire: "http",
    isUsedOnce: true,
    openings: [],
    greetings: ["well", "die"],
    ending: "quiet",
  },
};

function ended(settings: Settings): Settings {
  const { ending, closeIn, downAfter } = settings;
  const isUsedOnce = settings.isUsedOnce ? !NEVER_USED_ONCE.includes(ending) : ending === "spent";
  return {
    ...settings,
    isUsedOnce,
    // A transport that is used once has been made.
    openings: isUsedOnce ? settings.openings.map(ofOne) : settings.openings,
    closeIn: ending === "dropping" ? Math.max(closeIn, 400) : closeIn,
    // Whoever is to be starting or reconnecting in the end must not be down before.
    downAfter: downOf(ending, downAfter),
  };
}

/** Where a client is closed that goes on after its transport has ended. */
const NEVER_USED_ONCE: readonly Ending[] = ["opening", "dropping", "backingOff", "reconnecting", "down"];

function downOf(ending: Ending, downAfter: number): number {
  if (ending === "starting" || ending === "reconnecting") return Number.POSITIVE_INFINITY;
  return ending === "down" ? Math.min(downAfter, 30_000) : downAfter;
}

function ofOne(opening: Opening): Opening {
  if (opening === "unmade") return "dead";
  return opening === "unmadeLate" ? "late" : opening;
}
