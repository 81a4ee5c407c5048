import type { TransportDefinition } from "../../transport/transport.js";
import { randomFrom } from "../test-runtime.js";
import type { Fault } from "./fault.js";
import { faulty } from "./faulty.js";
import type { Direction, FaultCounter, FaultRule } from "./rule.js";

/** A fault that has happened. */
export interface FaultEvent {
  /** Milliseconds since the first transport was made. */
  readonly at: number;
  readonly incarnation: number;
  readonly direction: Direction;
  readonly fault: Fault["type"];
  /** What the message was: its method, or `answer`. */
  readonly message: string;
}

/** A fault that is about to happen, with what it draws its details from. */
export interface Hit {
  readonly fault: Fault;
  readonly random: () => number;
}

export interface FaultsOptions {
  /** What all chance is drawn from: the same seed, the same faults. Default 1. */
  readonly seed?: number | undefined;
}

/**
 * What goes wrong between a client and its servers: rules, each with a fault, around any transport. Of the rules that a
 * message meets the first one counts.
 *
 * ```ts
 * const faults = new Faults({ seed: 7 })
 *   .on(sent("tools/call").nth(3), drop())
 *   .on(received().probability(0.01), garble())
 *   .on(received("notifications/progress").between(10_000, 20_000), delay(500));
 * const client = await connect(faults.around(server.transport));
 * ```
 *
 * Counters and chance go on over all incarnations of the transport.
 */
export class Faults {
  /** Every fault that has happened, in order. */
  readonly log: FaultEvent[] = [];
  readonly #rules: { readonly counter: FaultCounter; readonly fault: Fault }[] = [];
  readonly #hearers = new Set<(event: FaultEvent) => void>();
  readonly #random: () => number;
  #began: number | undefined = undefined;

  constructor({ seed = 1 }: FaultsOptions = {}) {
    this.#random = randomFrom(seed);
  }

  on(rule: FaultRule, fault: Fault): this {
    this.#rules.push({ counter: rule.counter(), fault });
    return this;
  }

  /** The transport with these faults: give it to `connect`. */
  around(make: () => TransportDefinition | Promise<TransportDefinition>): () => Promise<TransportDefinition> {
    return async () => faulty(await make(), (passing) => this.#look(passing));
  }

  /** Calls `hear` with every fault when it happens, until the returned function is called. */
  onFault(hear: (event: FaultEvent) => void): () => void {
    this.#hearers.add(hear);
    return () => void this.#hearers.delete(hear);
  }

  #look({ direction, message, now, incarnation }: Look): Hit | undefined {
    this.#began ??= now;
    const elapsed = now - this.#began;
    let hit: Fault | undefined;
    for (const { counter, fault } of this.#rules) {
      // Every rule counts and draws, hit or not: what one does changes nothing for the others.
      const isHit = counter.matches({ direction, message, elapsed, chance: this.#random() });
      if (isHit) hit ??= fault;
    }
    if (hit === undefined) return undefined;
    const event = { at: elapsed, incarnation, direction, fault: hit.type, message: nameOf(message) };
    this.log.push(event);
    for (const hear of [...this.#hearers]) hear(event);
    return { fault: hit, random: this.#random };
  }
}

/** A message on its way through a faulty transport. */
export interface Look {
  readonly direction: Direction;
  readonly message: unknown;
  readonly now: number;
  readonly incarnation: number;
}

function nameOf(message: unknown): string {
  const method = (message as { readonly method?: unknown } | null)?.method;
  return typeof method === "string" ? method : "answer";
}
