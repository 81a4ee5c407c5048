/**
 * Whether a value has to be waited for: whether it is an object with a `then` that is a function, as `await` would ask. A
 * function with a `then` is none here: what a handler returns is never called.
 *
 * @throws what a `then` that is a getter throws.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
