import PQueue, { type Queue, type QueueAddOptions } from "p-queue";
import type { Pending } from "./pending.js";

type Run = () => Promise<unknown>;
type Options = QueueAddOptions & { readonly pending: Pending; readonly isFirst: boolean };

/** A place in the outbox. */
interface Entry {
  readonly pending: Pending;
  readonly run: Run;
  readonly lane: Lane;
  previous: Entry | undefined;
  next: Entry | undefined;
}

/** Entries of one priority, first in, first out; never empty. */
interface Lane {
  readonly priority: number;
  head: Entry | undefined;
  tail: Entry | undefined;
}

/**
 * p-queue's waiting line, as the outbox needs it: first come, first served within a priority, and leaving it from the
 * middle in constant time (10,000 operations that time out together must not cost 10,000²), with nothing left behind:
 *
 *     lanes   priority 5 ─▶ entry ⇄ entry
 *             priority 0 ─▶ entry ⇄ entry ⇄ entry
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
    const lane = this.#lane(pending.priority);
    const entry: Entry = { pending, run, lane, previous: undefined, next: undefined };
    this.#entries.set(pending, entry);
    if (options?.isFirst === true) link(entry, lane.head);
    else link(lane.tail, entry);
    if (lane.head === entry.next) lane.head = entry;
    if (lane.tail === entry.previous) lane.tail = entry;
  }

  dequeue(): Run | undefined {
    const first = this.#lanes[0]?.head;
    if (first === undefined) return undefined;
    this.#leave(first);
    return first.run;
  }

  take(pending: Pending): void {
    const entry = this.#entries.get(pending);
    if (entry !== undefined) this.#leave(entry);
  }

  /** p-queue's own means of asking; the outbox does not use it. */
  filter(): Run[] {
    return [];
  }

  setPriority(): void {
    throw new Error("An operation's priority is fixed when it is made");
  }

  #leave(entry: Entry): void {
    const { pending, lane, previous, next } = entry;
    this.#entries.delete(pending);
    link(previous, next);
    if (lane.head === entry) lane.head = next;
    if (lane.tail === entry) lane.tail = previous;
    if (lane.head === undefined) this.#lanes.splice(this.#lanes.indexOf(lane), 1);
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

/** Puts two entries beside each other; either may be the end of the lane. */
function link(previous: Entry | undefined, next: Entry | undefined): void {
  if (previous !== undefined) previous.next = next;
  if (next !== undefined) next.previous = previous;
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
    this.#add(pending, false);
  }

  /** Puts an operation that was handed over and could not go before all others of its priority. */
  putBack(pending: Pending): void {
    this.#add(pending, true);
  }

  /** Takes an operation out, wherever it stands. */
  remove(pending: Pending): void {
    this.#lanes.take(pending);
  }

  open(): void {
    this.#queue.start();
  }

  close(): void {
    this.#queue.pause();
  }

  #add(pending: Pending, isFirst: boolean): void {
    void this.#queue.add(() => this.#release(pending), { pending, isFirst });
  }
}
