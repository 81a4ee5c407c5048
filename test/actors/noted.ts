/** Notes what comes of a promise, whenever it comes. */
export function noted(promise: Promise<unknown>): unknown[] {
  const log: unknown[] = [];
  promise.then(
    (value) => log.push(value),
    (reason: unknown) => log.push(reason),
  );
  return log;
}
