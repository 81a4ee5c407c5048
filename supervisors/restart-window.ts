/**
 * The times of the recent restarts, as a queue of two lists: restarts go onto `newest`, old ones leave from `oldest`, and
 * `newest` is turned over when `oldest` runs out.
 *
 *     oldest ─▶ 10 ─▶ 20 ─▶ ·        newest ─▶ 60 ─▶ 50 ─▶ 40 ─▶ ·        size 5
 *
 * It is a value, and a restart costs the same however many there were (amortised, on the one version that is in use).
 */
export interface RestartWindow {
  readonly size: number;
  readonly oldest: Entry | undefined;
  readonly newest: Entry | undefined;
}

interface Entry {
  readonly at: number;
  readonly next: Entry | undefined;
}

export const noRestarts: RestartWindow = { size: 0, oldest: undefined, newest: undefined };

/** Adds a restart and forgets those more than `within` milliseconds before it; one exactly so long ago still counts. */
export function addRestart(window: RestartWindow, at: number, within: number): RestartWindow {
  let { size, oldest, newest } = window;
  newest = { at, next: newest };
  size++;
  for (;;) {
    if (oldest === undefined) {
      oldest = reversed(newest);
      newest = undefined;
    }
    if (oldest === undefined || oldest.at >= at - within) return { size, oldest, newest };
    oldest = oldest.next;
    size--;
  }
}

function reversed(list: Entry | undefined): Entry | undefined {
  let result: Entry | undefined;
  for (let entry = list; entry !== undefined; entry = entry.next) result = { at: entry.at, next: result };
  return result;
}
