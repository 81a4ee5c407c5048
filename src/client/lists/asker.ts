import type { Clock } from "../../../actors/index.js";
import type { Operation } from "../../operation/operation.js";
import type { TimeLimit } from "../../protocol/errors.js";
import { errorOf } from "../../protocol/failure.js";
import { onAbort } from "../aborts.js";
import type { Call } from "../call.js";
import type { Hub } from "../hub.js";
import type { Identity } from "./identity.js";

export interface AskerParts {
  readonly identity: Identity;
  readonly hub: Hub;
  readonly clock: Clock;
  /** The client's own limits, for operations without them. */
  readonly limits: { readonly timeout: number; readonly maxTimeout: number };
}

/**
 * As whom an operation will ask. The host that says it is waited for no longer than the operation may take. Resolves with
 * `undefined` when nobody can tell, and when the operation is given up meanwhile: whoever carries it out says so.
 */
export function askerOf(
  { method, signal, ...own }: Operation,
  call: Call,
  { identity, hub, clock, limits }: AskerParts,
): number | Promise<number | undefined> {
  const asked = identity.now();
  if (typeof asked === "number") return asked;
  const timeout = own.timeout ?? limits.timeout;
  const maxTimeout = own.maxTimeout ?? limits.maxTimeout;
  const rest = call.calledAt + maxTimeout - clock.now();
  const [limit, wait]: [TimeLimit, number] = timeout <= rest ? ["timeout", timeout] : ["maxTimeout", Math.max(0, rest)];
  return new Promise((resolve, reject) => {
    const end = () => {
      clock.clearTimer(timer);
      unwatch();
      unheed?.();
      call.givenUp = undefined;
    };
    const finish = (asker: number | undefined) => {
      end();
      resolve(asker);
    };
    const giveUp = () => finish(undefined);
    const timer = clock.setTimer(wait, () => {
      end();
      const after = limit === "timeout" ? timeout : maxTimeout;
      reject(errorOf(method, { code: "TIMEOUT", limit, after }, { outcome: "not_sent", attempts: 0 }));
    });
    const unwatch = hub.watch(() => {
      if (hub.closed !== undefined) giveUp();
    });
    const unheed = signal && onAbort(signal, giveUp);
    call.givenUp = giveUp;
    void asked.then(finish);
    if (hub.closed !== undefined || signal?.aborted === true || call.cancelled !== undefined) giveUp();
  });
}
