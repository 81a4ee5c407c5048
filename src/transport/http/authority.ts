import type { Auth } from "./server.js";

/**
 * One client's credentials, across its incarnations: however many requests meet a 401 with the same token, it is renewed
 * once.
 */
export class Authority {
  readonly #auth: Auth;
  #generation = 0;
  #renewal: Promise<void> | undefined = undefined;

  constructor(auth: Auth) {
    this.#auth = auth;
  }

  /** How often the token was renewed: a request notes it, and gives it back when it is refused. */
  get generation(): number {
    return this.#generation;
  }

  token(): string | undefined | Promise<string | undefined> {
    // A token that is being renewed would only be refused again.
    return this.#renewal === undefined ? this.#auth.token() : this.#renewal.then(() => this.#auth.token());
  }

  /** A request with the token of `seen` was refused; resolves when there is a newer one. Rejects when that failed. */
  renew(seen: number, challenge: string | undefined): Promise<void> {
    if (this.#renewal !== undefined) return this.#renewal;
    if (seen < this.#generation) return Promise.resolve();
    const renewal = this.#renew(challenge).finally(() => {
      this.#renewal = undefined;
    });
    this.#renewal = renewal;
    return renewal;
  }

  async #renew(challenge: string | undefined): Promise<void> {
    await this.#auth.onUnauthorized?.(challenge);
    this.#generation++;
  }
}
