import type { Clock } from "../../../actors/index.js";
import { errorOf } from "../../protocol/failure.js";

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: unknown;
}

/** Those who wait until a server has agreed to tell of a resource; one for each. */
export class Waiters {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #method: string;
  readonly #byUri = new Map<string, Waiter>();

  /** `limit` is how many milliseconds each waits at most. */
  constructor(clock: Clock, limit: number, method: string) {
    this.#clock = clock;
    this.#limit = limit;
    this.#method = method;
  }

  add(uri: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimer(this.#limit, () => {
        const failure = { code: "TIMEOUT", limit: "timeout", after: this.#limit } as const;
        this.decide([uri], () => errorOf(this.#method, failure, { outcome: "unknown", attempts: 1 }));
      });
      this.#byUri.set(uri, { resolve, reject, timer });
    });
  }

  /** Settles those who wait for these resources; `verdict` gives the error, if it is one. Returns who was refused. */
  decide(uris: readonly string[], verdict: (uri: string) => Error | undefined): string[] {
    return uris.filter((uri) => {
      const waiter = this.#byUri.get(uri);
      if (waiter === undefined) return false;
      this.#byUri.delete(uri);
      this.#clock.clearTimer(waiter.timer);
      const error = verdict(uri);
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
      return error !== undefined;
    });
  }

  rejectAll(error: () => Error): void {
    this.decide([...this.#byUri.keys()], error);
  }
}
