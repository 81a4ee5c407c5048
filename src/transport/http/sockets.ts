/** Something that wants a socket for a while. */
export interface SocketUser {
  /** It may go; `release` is to be called once, when the socket is free again. */
  start(release: () => void): void;
}

/** Sockets for exchanges that are soon over. */
const SHORT = 16;
/** Milliseconds after which an exchange is a long one: others do not wait for it any more. */
const LONG_AFTER = 200;
/** Sockets in all, for short and long exchanges together. */
const MOST = 256;

/**
 * Bounds how many sockets are busy, without letting long exchanges hold up short ones: at most 16 exchanges that began
 * within the last 200 ms, and at most 256 in all. The others wait, first come, first served.
 *
 *     waiting ─▶ young (16) ─ 200 ms ─▶ long ┐
 *                  └──────────────────────────┴─▶ free
 */
export class Sockets {
  readonly #waiting: SocketUser[] = [];
  /** When each one of the young began, oldest first. */
  readonly #young = new Map<SocketUser, number>();
  #busy = 0;
  #timer: NodeJS.Timeout | undefined = undefined;

  take(user: SocketUser): void {
    if (this.#waiting.length === 0 && this.#hasRoom()) {
      this.#start(user);
      return;
    }
    this.#waiting.push(user);
    this.#admit();
  }

  /** Nobody gets a socket any more. */
  close(): void {
    this.#waiting.length = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #hasRoom(): boolean {
    return this.#young.size < SHORT && this.#busy < MOST;
  }

  #start(user: SocketUser): void {
    this.#busy++;
    this.#young.set(user, performance.now());
    user.start(() => {
      this.#busy--;
      this.#young.delete(user);
      if (this.#waiting.length > 0) this.#admit();
    });
  }

  /** Lets in whom there is room for; the others look again when the oldest of the young is young no more. */
  #admit(): void {
    this.#age();
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#start(next);
    }
    const [oldest] = this.#young.values();
    if (this.#waiting.length === 0 || oldest === undefined || this.#busy >= MOST || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#admit();
    }, LONG_AFTER);
  }

  #age(): void {
    const before = performance.now() - LONG_AFTER;
    for (const [user, since] of this.#young) {
      if (since > before) return;
      this.#young.delete(user);
    }
  }
}
