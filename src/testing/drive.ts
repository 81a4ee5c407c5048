import type { VirtualClock } from "../../actors/index.js";

/** Turns that may pass with no timer set: importing takes turns of its own, also of a module that is loaded. */
const IDLE_TURNS = 50;

/**
 * Lets virtual time pass, from timer to timer, until the promise has settled.
 *
 * @throws when it never will: no timer is set, and nothing runs any more.
 */
export async function drive<T>(clock: VirtualClock, promise: PromiseLike<T>): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  void promise.then(settled, settled);
  for (let idle = 0; ; idle++) {
    await clock.settle();
    if (isSettled) return await promise;
    if (await clock.advanceToNext()) idle = 0;
    else if (idle > IDLE_TURNS) throw new Error("Expected the promise to settle, but nothing is left to wait for");
  }
}
