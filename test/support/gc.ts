import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects all garbage, now. */
export const collectGarbage = runInNewContext("gc") as () => void;

/** Rounds until what is still there counts as kept: one is not always enough for what a stack has just let go of. */
const ROUNDS = 10;

/** What is still there of these once the garbage has been collected, as often as it takes. */
export async function survivorsOf<T extends object>(refs: readonly WeakRef<T>[]): Promise<T[]> {
  for (let round = 0; round < ROUNDS; round++) {
    // A weak reference that was made or read in this turn holds on until its end.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    if (refs.every((ref) => ref.deref() === undefined)) return [];
  }
  return refs.map((ref) => ref.deref()).filter((target) => target !== undefined);
}
