import type { VirtualClock } from "../../actors/index.js";
import type { Client, OperationPromise, ProgressUpdate, RequestOptions } from "../../src/index.js";
import { isRecord } from "../../src/protocol/message.js";
import type { Seen, Settled } from "./observed.js";
import type { How, Slot } from "./program.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type Watched = Omit<Mutable<Seen>, "settled" | "updates"> & {
  readonly settled: Settled[];
  readonly updates: Seen["updates"][number][];
  readonly begin: () => OperationPromise<unknown>;
  readonly abort: AbortController;
  call: OperationPromise<unknown> | undefined;
};

/** What a player needs of its world. */
export interface PlayerWorld {
  readonly client: Client;
  readonly clock: VirtualClock;
  /** Calls back after so many milliseconds; gone when the run is over. */
  after(ms: number, callback: () => void): void;
  log(line: () => string): void;
}

/** Callers of a client: begins operations, and keeps what can be seen of them. */
export class Player {
  readonly seen: Watched[] = [];
  readonly #world: PlayerWorld;
  #order = 0;
  #isListed = false;

  constructor(world: PlayerWorld) {
    this.#world = world;
  }

  /** Whether every operation has settled. */
  get isIdle(): boolean {
    return this.seen.every(({ settled }) => settled.length > 0);
  }

  begin(slot: Slot): void {
    const n = this.seen.length;
    const abort = new AbortController();
    const seen: Watched = {
      n,
      slot,
      begunAt: this.#world.clock.now(),
      isListed: this.#isListed,
      settled: [],
      updates: [],
      isGivenUp: false,
      written: 0,
      actedOn: 0,
      abort,
      call: undefined,
      begin: () => this.#ask(seen, this.#optionsOf(seen)),
    };
    this.seen.push(seen);
    this.#world.log(() => `caller       begins ${n}: ${nameOf(slot)} ${JSON.stringify(slot.how)}`);
    seen.call = seen.begin();
    const { call } = seen;
    call.then(
      (result) => this.#settled(seen, undefined, result),
      (error: unknown) => this.#settled(seen, error, undefined),
    );
    const { cancel } = slot.how;
    if (cancel !== undefined) this.#world.after(cancel.after, () => this.#giveUp(seen, cancel.by));
  }

  /** Marks everything that has not settled as given up. */
  giveUpAll(): void {
    for (const seen of this.seen) if (seen.settled.length === 0) seen.isGivenUp = true;
  }

  /** Aborts the signal of the latest operation. */
  abortLatest(): void {
    const seen = this.seen.at(-1);
    if (seen !== undefined) this.#giveUp(seen, "signal");
  }

  #giveUp(seen: Watched, by: "handle" | "signal"): void {
    this.#world.log(() => `caller       gives up ${seen.n} by its ${by}`);
    seen.isGivenUp = true;
    if (by === "handle") seen.call?.cancel("program");
    else seen.abort.abort("program");
  }

  #ask({ n, slot: { ask } }: Watched, options: RequestOptions): OperationPromise<unknown> {
    const { client } = this.#world;
    switch (ask.do) {
      case "call":
        return client.callTool(ask.tool, { n }, options);
      case "read":
        return client.readResource(`file:///${n}`, options);
      case "list":
        return client.listTools(options);
      case "ping":
        return client.ping(options);
      case "prompts":
        return client.listPrompts(options);
      case "discover":
        return client.discover(options);
      case "badOption":
        return client.ping({ ...options, timeout: 0 });
    }
  }

  #optionsOf(seen: Watched): RequestOptions {
    const { timeout, maxTimeout, retry, priority, callback, hasSharedToken } = seen.slot.how;
    const heard = callback === "none" ? undefined : this.#callbackOf(seen, callback);
    const progress = hasSharedToken ? { token: "shared", callback: heard } : heard;
    const { signal } = seen.abort;
    return { timeout, maxTimeout, retry, priority, progress, signal, meta: { n: seen.n } };
  }

  #callbackOf(seen: Watched, kind: How["callback"]): (update: ProgressUpdate) => unknown {
    let isBusy = false;
    return ({ attempt, progress }) => {
      this.#world.log(() => `caller       hears of ${seen.n}: progress ${progress}, attempt ${attempt}`);
      seen.updates.push({ order: ++this.#order, attempt, progress, isOverlapping: isBusy });
      if (kind === "throws") throw new Error("callback");
      if (kind === "cancels") this.#giveUp(seen, "handle");
      if (kind !== "slow" && kind !== "hangs") return undefined;
      isBusy = true;
      return new Promise<void>((resolve) => {
        if (kind === "slow") this.#world.after(7, resolve);
      }).then(() => {
        isBusy = false;
      });
    };
  }

  #settled(seen: Watched, error: unknown, result: unknown): void {
    const at = this.#world.clock.now();
    if (seen.slot.ask.do === "list" && error === undefined) this.#isListed = true;
    this.#world.log(() => `caller       ${seen.n} ${error === undefined ? "is answered" : `fails: ${shown(error)}`}`);
    const { code, outcome, attempts, message } = (error ?? {}) as NonNullable<Settled["error"]>;
    seen.settled.push({
      at,
      order: ++this.#order,
      error: error === undefined ? undefined : { code, outcome, attempts, message },
      answers: answered(result),
    });
  }
}

function nameOf({ ask }: Slot): string {
  return ask.do === "call" ? ask.tool : ask.do;
}

function shown(error: unknown): string {
  const { code, outcome, attempts, message } = error as NonNullable<Settled["error"]>;
  return `${code} (${outcome}, ${attempts} attempts) ${message}`;
}

/** Which call a tool's result says it answers: the tools give back what they were given. */
function answered(result: unknown): unknown {
  const content = isRecord(result) && Array.isArray(result.content) ? (result.content as unknown[]) : [];
  const [first] = content;
  if (!isRecord(first) || typeof first.text !== "string") return undefined;
  try {
    const params: unknown = JSON.parse(first.text);
    const { arguments: given } = isRecord(params) ? params : {};
    return isRecord(given) ? given.n : undefined;
  } catch {
    return undefined;
  }
}
