import type { Auth } from "../../transport/http/server.js";

/** As whom a client asks, where that can change while it lives: private results of one are not shown to another. */
export class Identity {
  readonly #auth: Pick<Auth, "token"> | undefined;
  #token: string | undefined = undefined;
  #changes = 0;

  /** `auth`: where the server's credentials come from; `undefined`: they never change. */
  constructor(auth: Pick<Auth, "token"> | undefined) {
    this.#auth = auth;
  }

  /** A number of its own for each token that came after another one; `undefined` when nobody can tell the token. */
  now(): number | Promise<number | undefined> {
    return this.#auth === undefined ? 0 : this.#ask(this.#auth);
  }

  async #ask(auth: Pick<Auth, "token">): Promise<number | undefined> {
    let token: string | undefined;
    try {
      token = await auth.token();
    } catch {
      // Whatever is wrong with it is told by the request, which asks as well.
      return undefined;
    }
    if (token !== this.#token) this.#changes++;
    this.#token = token;
    return this.#changes;
  }
}
