/** How long to wait before connecting again. All times are milliseconds. */
export interface Backoff {
  /** The first wait; default 100. */
  readonly initial: number;
  /** What each wait is longer by; default 2. */
  readonly factor: number;
  /** The longest wait; default 10,000. */
  readonly max: number;
  /** By how much a wait is shortened or lengthened at random, as a part of it; default 0.2. */
  readonly jitter: number;
  /** After how long a time ready the first wait is short again; default 30,000. */
  readonly resetAfter: number;
}

export const defaultBackoff: Backoff = { initial: 100, factor: 2, max: 10_000, jitter: 0.2, resetAfter: 30_000 };

/** The wait after `failures` (1 or more) incarnations in a row. `random` is in [0, 1). */
export function backoffDelay(backoff: Backoff, failures: number, random: number): number {
  const { initial, factor, max, jitter } = backoff;
  // Without a first wait the others are none either, though the factor's power may be infinite.
  const wait = initial === 0 ? 0 : Math.min(max, initial * factor ** (failures - 1));
  return Math.min(max, wait * (1 + jitter * (2 * random - 1)));
}
