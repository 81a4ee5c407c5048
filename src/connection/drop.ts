import type { ProgressToken } from "../protocol/message.js";
import type { ConnectionSettings, DroppedKind } from "./settings.js";

/** Counts and tells what came and was not delivered. */
export type Drop = (what: DroppedKind, token?: ProgressToken) => void;

export function dropInto({ stats, publish }: Pick<ConnectionSettings, "stats" | "publish">): Drop {
  return (what, token) => {
    const [group, counter] = what.split(".") as [keyof typeof stats, string];
    const counters = stats[group] as Record<string, number>;
    counters[counter] = (counters[counter] ?? 0) + 1;
    publish({ type: "dropped", what, token });
  };
}
