import PQueue, { type Queue, type QueueAddOptions } from "p-queue";
import type { Pending } from "./pending.js";

type Run = () => Promise<unknown>;
type Options = QueueAddOptions & { readonly pending: Pending };

/** A place in the outbox; `undefined` run: taken out of it. */
interface Entry {
  run: Run | undefined;
  next: Entry | undefined;
}

/** Entries of one priority, first in, first out. Taken-out entries stay until their turn and are passed over. */
interface Lane {
  readonly priority: number;
  head: Entry | undefined;
  tail: Entry | undefined;
}

/**
 * p-queue's waiting line, as the outbox needs it: first come, first served within a priority, and leaving it from the
 * middle in constant time (10,000 operations that time out together must not cost 10,000²).
 */
class Lanes implements Queue<Run, Options> {
  /** By falling priority; nearly always one. */
  readonly #lanes: Lane[] = [];
  readonly #entries = new Map<Pending, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  enqueue(run: Run, options?: Partial<Options>): void {
    const pending = options?.pending;
    if (pending === undefined) throw new Error("Expected everything in the outbox to be an operation");
    const entry: Entry = { run: () => this.#leave(pending, run), next: undefined };
    this.#entries.set(pending, entry);
    const lane = this.#lane(pending.priority);
    if (lane.tail === undefined) lane.head = entry;
    else lane.tail.next = entry;
    lane.tail = entry;
  }

  dequeue(): Run | undefined {
    for (const lane of this.#lanes) {
      for (let entry = lane.head; entry !== undefined; entry = lane.head) {
        lane.head = entry.next;
        if (lane.head === undefined) lane.tail = undefined;
        if (entry.run !== undefined) return entry.run;
      }
    }
    return undefined;
  }

  take(pending: Pending): void {
    const entry = this.#entries.get(pending);
    if (entry === undefined) return;
    entry.run = undefined;
    this.#entries.delete(pending);
  }

  waiting(): Pending[] {
    return [...this.#entries.keys()];
  }

  /** p-queue's own means of asking; the outbox does not use it. */
  filter(): Run[] {
    return [];
  }

  setPriority(): void {
    throw new Error("An operation's priority is fixed when it is made");
  }

  #leave(pending: Pending, run: Run): Promise<unknown> {
    this.#entries.delete(pending);
    return run();
  }

  #lane(priority: number): Lane {
    const index = this.#lanes.findIndex((lane) => lane.priority <= priority);
    const found = this.#lanes[index];
    if (found?.priority === priority) return found;
    const lane: Lane = { priority, head: undefined, tail: undefined };
    this.#lanes.splice(index === -1 ? this.#lanes.length : index, 0, lane);
    return lane;
  }
}

/**
 * What has not been written yet: a p-queue with concurrency 1 as a write gate. Its task hands one operation over and is
 * done when the transport has accepted the write, so nothing is held per operation in flight. It runs while it is open.
 */
export class Outbox {
  readonly #lanes: Lanes;
  readonly #queue: PQueue<Lanes, Options>;
  readonly #release: (pending: Pending) => Promise<void>;

  /** `release` hands one operation to the transport; its promise resolves when the write is accepted, and never rejects. */
  constructor(release: (pending: Pending) => Promise<void>) {
    this.#release = release;
    let lanes: Lanes | undefined;
    const queueClass = class extends Lanes {
      constructor() {
        super();
        lanes = this;
      }
    };
    this.#queue = new PQueue<Lanes, Options>({ concurrency: 1, autoStart: false, queueClass });
    this.#lanes = lanes as unknown as Lanes;
  }

  get size(): number {
    return this.#lanes.size;
  }

  add(pending: Pending): void {
    void this.#queue.add(() => this.#release(pending), { pending });
  }

  /** Takes an operation out, wherever it stands. */
  remove(pending: Pending): void {
    this.#lanes.take(pending);
  }

  /** Those that wait, in the order they came. */
  waiting(): Pending[] {
    return this.#lanes.waiting();
  }

  open(): void {
    this.#queue.start();
  }

  close(): void {
    this.#queue.pause();
  }
}
