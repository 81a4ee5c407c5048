/** A function's outcome as a promise, also when it throws at once. */
export async function attempt<T>(make: () => T | Promise<T>): Promise<T> {
  return await make();
}
