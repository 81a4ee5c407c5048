import type { Clock } from "../../actors/index.js";
import type { Failure } from "../protocol/failure.js";
import type { Requests } from "./requests.js";

/** Refuses everything new with `failure`; resolves when nothing is under way any more, or `limit` milliseconds passed. */
export function drained(requests: Requests, failure: Failure, clock: Clock, limit: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(limit, resolve);
    requests.refuse(failure, () => {
      clock.clearTimer(timer);
      resolve();
    });
  });
}
