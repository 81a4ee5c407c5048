/**
 * A function's outcome as a promise, also when it throws at once. The function never runs on the stack of whoever asks:
 * it may be a user's, who may call the client back, and a process cannot call itself.
 */
export function attempt<T>(make: () => T | Promise<T>): Promise<T> {
  return Promise.resolve().then(make);
}
