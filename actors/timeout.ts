/**
 * Refuses a time limit that is none, before anything is sent: `NaN` and negative numbers would mean "at once" to Node's
 * timers (OTP G11, stop3).
 *
 * @throws {RangeError} unless it is 0 or more milliseconds; `Infinity` is allowed.
 */
export function checkTimeout(timeout: number): void {
  if (timeout >= 0) return;
  throw new RangeError(`Expected \`timeout\` to be 0 or more milliseconds, or Infinity, got \`${timeout}\``);
}
