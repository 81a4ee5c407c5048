import { isRecord } from "../../protocol/message.js";

/** Which way a message goes: `sent` by the client, or `received` by it. */
export type Direction = "sent" | "received";

/** What a rule is asked about. */
export interface Passing {
  readonly direction: Direction;
  readonly message: unknown;
  /** Milliseconds since the transport was made, on its runtime's clock. */
  readonly elapsed: number;
  /** A number in [0, 1), drawn anew for this rule and message. */
  readonly chance: number;
}

interface Conditions {
  readonly direction: Direction;
  readonly method: string | undefined;
  readonly nth: number | undefined;
  readonly every: number | undefined;
  readonly probability: number;
  readonly from: number;
  readonly to: number;
  readonly times: number;
}

/**
 * Which messages a fault happens to. Each method returns a narrower rule; what is narrowed twice has to hold twice.
 *
 * ```ts
 * sent("tools/call").nth(3)
 * received().probability(0.01).between(10_000, 20_000).times(5)
 * ```
 */
export class FaultRule {
  readonly #conditions: Conditions;

  /** Use {@link sent} and {@link received}. */
  constructor(conditions: Conditions) {
    this.#conditions = conditions;
  }

  /** Only the n-th of them, counted from 1, over all incarnations. */
  nth(nth: number): FaultRule {
    return this.#with({ nth });
  }

  /** Only every n-th of them: with 3 the third, the sixth… */
  every(every: number): FaultRule {
    return this.#with({ every });
  }

  /** Each with this probability, from 0 to 1; drawn from the seed. */
  probability(probability: number): FaultRule {
    return this.#with({ probability });
  }

  /** Only while so many milliseconds have passed since the first transport was made. */
  between(from: number, to: number): FaultRule {
    return this.#with({ from, to });
  }

  /** At most so often. */
  times(times: number): FaultRule {
    return this.#with({ times });
  }

  /** A fresh counter for one use of this rule. */
  counter(): FaultCounter {
    return new FaultCounter(this.#conditions);
  }

  #with(more: Partial<Conditions>): FaultRule {
    return new FaultRule({ ...this.#conditions, ...more });
  }
}

/** A rule with what it has seen so far. */
export class FaultCounter {
  readonly #conditions: Conditions;
  #seen = 0;
  #hits = 0;

  constructor(conditions: Conditions) {
    this.#conditions = conditions;
  }

  /** Whether the fault happens to this message; counts it. */
  matches({ direction, message, elapsed, chance }: Passing): boolean {
    const { method, nth, every, probability, from, to, times } = this.#conditions;
    if (direction !== this.#conditions.direction || !isOf(message, method)) return false;
    this.#seen++;
    if (nth !== undefined && this.#seen !== nth) return false;
    if (every !== undefined && this.#seen % every !== 0) return false;
    if (elapsed < from || elapsed >= to || chance >= probability || this.#hits >= times) return false;
    this.#hits++;
    return true;
  }
}

/** Messages of the client's: requests and notifications of this method, or all, answers included. */
export function sent(method?: string): FaultRule {
  return new FaultRule({ ...ANY, direction: "sent", method });
}

/** Messages of the server's: requests and notifications of this method, or all, answers included. */
export function received(method?: string): FaultRule {
  return new FaultRule({ ...ANY, direction: "received", method });
}

const ANY: Conditions = {
  direction: "sent",
  method: undefined,
  nth: undefined,
  every: undefined,
  probability: 1,
  from: 0,
  to: Number.POSITIVE_INFINITY,
  times: Number.POSITIVE_INFINITY,
};

function isOf(message: unknown, method: string | undefined): boolean {
  return method === undefined || (isRecord(message) && message.method === method);
}
