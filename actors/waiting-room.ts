/**
 * Where timers with long delays wait before they become Node's. Most of them are time limits and are stopped long before
 * they are due; setting and stopping one here is linking and unlinking it, and costs 100 ns where Node's takes 320.
 *
 *     delay 5,000:  room ─▶ oldest ⇄ … ⇄ newest      all of one delay, so that the order they came in is that of their dues
 *                    │
 *                    └─ one Node timer for the first of them whose half-time comes
 *
 * At half-time a timer gets a Node timer of its own for the rest, so that it fires exactly as any other does: to the
 * millisecond, in its own turn, in order with the others. A room has a Node timer only while somebody waits in it; that is
 * settled at the end of the turn in which it was left by the last one, since in the same turn the next may come. Nothing
 * is left of a room then, so that there are never more of them than timers and {@link MOST_ROOMS}.
 */

/** Milliseconds. Shorter delays are seldom limits: they fire. */
const SHORTEST = 1_000;
/** Delays that are used once, such as what is left of another one, would make a room each. */
const MOST_ROOMS = 32;

/** The waiting rooms of one clock, by their delay. */
export class WaitingRooms {
  readonly #rooms = new Map<number, WaitingRoom>();
  /** The one that was used last: most programs have one limit for all of their calls. */
  #last: WaitingRoom | undefined = undefined;
  #isSweeping = false;

  /** `undefined` for a timer that is better one of Node's from the start. */
  admit(delay: number, callback: () => void): WaitingTimer | undefined {
    const room = this.#last?.delay === delay ? this.#last : this.#roomFor(delay);
    return room === undefined ? undefined : new WaitingTimer(room, callback);
  }

  #roomFor(delay: number): WaitingRoom | undefined {
    if (delay < SHORTEST || !Number.isInteger(delay)) return undefined;
    let room = this.#rooms.get(delay);
    if (room === undefined) {
      if (this.#rooms.size >= MOST_ROOMS) return undefined;
      room = new WaitingRoom(delay, this.#sweepSoon);
      this.#rooms.set(delay, room);
    }
    this.#last = room;
    return room;
  }

  readonly #sweepSoon = (): void => {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    setImmediate(this.#sweep);
  };

  readonly #sweep = (): void => {
    this.#isSweeping = false;
    for (const room of this.#rooms.values()) {
      if (!room.closeIfEmpty()) continue;
      this.#rooms.delete(room.delay);
      if (this.#last === room) this.#last = undefined;
    }
  };
}

/** The timers of one delay whose half-time has not come. */
class WaitingRoom {
  readonly delay: number;
  readonly #half: number;
  readonly #emptied: () => void;
  #oldest: WaitingTimer | undefined = undefined;
  #newest: WaitingTimer | undefined = undefined;
  /** Set while somebody waits, and until {@link closeIfEmpty}; may come too early, for one who has left, never too late. */
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(delay: number, emptied: () => void) {
    this.delay = delay;
    this.#half = Math.floor(delay / 2);
    this.#emptied = emptied;
  }

  enter(timer: WaitingTimer): void {
    timer.previous = this.#newest;
    if (this.#newest === undefined) this.#oldest = timer;
    else this.#newest.next = timer;
    this.#newest = timer;
    this.#timer ??= setTimeout(this.#promote, this.#half);
  }

  leave(timer: WaitingTimer): void {
    const { previous, next } = timer;
    if (previous === undefined) this.#oldest = next;
    else previous.next = next;
    if (next === undefined) this.#newest = previous;
    else next.previous = previous;
    timer.previous = undefined;
    timer.next = undefined;
    if (this.#oldest === undefined) this.#emptied();
  }

  closeIfEmpty(): boolean {
    if (this.#oldest !== undefined) return false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return true;
  }

  readonly #promote = (): void => {
    const now = performance.now();
    let oldest = this.#oldest;
    while (oldest !== undefined && oldest.due - now <= this.#half) {
      this.leave(oldest);
      oldest.promote(oldest.due - now);
      oldest = this.#oldest;
    }
    this.#timer = oldest === undefined ? undefined : setTimeout(this.#promote, oldest.due - now - this.#half);
  };
}

/** A timer that was set here. Waits in its room, then has a Node timer, then neither. */
export class WaitingTimer {
  readonly due: number;
  /** The room's. */
  previous: WaitingTimer | undefined = undefined;
  /** The room's. */
  next: WaitingTimer | undefined = undefined;
  readonly #callback: () => void;
  #at: WaitingRoom | NodeJS.Timeout | undefined;

  constructor(room: WaitingRoom, callback: () => void) {
    this.due = performance.now() + room.delay;
    this.#callback = callback;
    this.#at = room;
    room.enter(this);
  }

  clear(): void {
    const at = this.#at;
    this.#at = undefined;
    if (at instanceof WaitingRoom) at.leave(this);
    else clearTimeout(at);
  }

  /** Its room has let it go; `left` milliseconds are left. */
  promote(left: number): void {
    this.#at = setTimeout(this.#callback, Math.ceil(left));
  }
}
