import { type Ignore, ignore } from "../actors/index.js";
import { checkOptions } from "./check.js";

type Eventually<T> = T | PromiseLike<T>;

/**
 * Makes a supervisor's options from what it is started with. It runs in the supervisor's process, at each of its starts.
 * Returning `ignore` means that there is nothing to supervise; throwing makes the start fail.
 */
export type Init<A, O> = (argument: A) => Eventually<O | Ignore>;

/** The options, made or as they are. @throws {SpecError} when they are none. */
export async function resolveOptions<A, O extends object>(init: O | Init<A, O>, argument: A): Promise<O | Ignore> {
  const options = typeof init === "function" ? await init(argument) : init;
  if (options !== ignore) checkOptions(options);
  return options;
}
