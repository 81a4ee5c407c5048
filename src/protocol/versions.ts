import { isLegacyVersion, LEGACY_VERSIONS, type LegacyVersion } from "./legacy.js";
import { isModernVersion, MODERN_VERSIONS, type ModernVersion } from "./modern.js";

/** What a client may be told to speak: whatever the server speaks, one era, or one revision and no other. */
export type ProtocolChoice = "auto" | "modern" | "legacy" | ModernVersion | LegacyVersion;

/** The revisions a client accepts, newest first; an empty list: nothing of that era. */
export interface Plan {
  readonly modern: readonly ModernVersion[];
  readonly legacy: readonly LegacyVersion[];
}

export function planOf(choice: ProtocolChoice): Plan {
  const isOpenTo = (era: "modern" | "legacy") => choice === "auto" || choice === era;
  return {
    modern: isModernVersion(choice) ? [choice] : isOpenTo("modern") ? MODERN_VERSIONS : [],
    legacy: isLegacyVersion(choice) ? [choice] : isOpenTo("legacy") ? LEGACY_VERSIONS : [],
  };
}
