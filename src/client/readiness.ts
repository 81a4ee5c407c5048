import type { Clock } from "../../actors/index.js";
import type { Failure } from "../protocol/failure.js";
import { onAbort } from "./aborts.js";
import type { Hub } from "./hub.js";

export interface ReadyOptions {
  /** Milliseconds; default `Infinity`. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until the client is ready. Resolves with what went wrong instead, so that the error can be made where the caller
 * awaits: it was closed, it is down (or, if `atFirst`, its first incarnation failed), time is over, the signal aborted.
 */
export function untilReady(
  hub: Hub,
  clock: Clock,
  { timeout = Number.POSITIVE_INFINITY, signal, atFirst }: ReadyOptions & { readonly atFirst: boolean },
): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    const finish = (failure: Failure | undefined) => {
      unwatch();
      clock.clearTimer(timer);
      unheed?.();
      resolve(failure);
    };
    const look = () => {
      if (hub.state === "ready") finish(undefined);
      else if (hub.closed !== undefined) finish(hub.closed);
      else if (hub.trouble !== undefined && (atFirst || hub.state === "down")) finish(hub.trouble);
    };
    const abort = () => finish({ code: "CANCELLED", reason: signal?.reason, cause: signal?.reason });
    const timer = clock.setTimer(timeout, () => finish({ code: "TIMEOUT", limit: "startTimeout", after: timeout }));
    const unwatch = hub.watch(look);
    const unheed = signal && onAbort(signal, abort);
    if (signal?.aborted) abort();
    else look();
  });
}
