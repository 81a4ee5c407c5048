import { type Carrier, isAbsence, type Leg, type LegHandler, type LegRequest } from "./leg.js";

/** The part of the platform's `fetch` that is needed; anything of its form will do. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Carries legs with somebody's own `fetch`. How many sockets there are is for that one to say. */
export class FetchCarrier implements Carrier {
  readonly #fetch: Fetch;
  readonly #open = new Set<FetchLeg>();

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  open(request: LegRequest, handler: LegHandler): Leg {
    const leg = new FetchLeg(handler);
    this.#open.add(leg);
    leg.done = leg.run(this.#fetch, request).finally(() => this.#open.delete(leg));
    return leg;
  }

  async close(): Promise<void> {
    const open = [...this.#open];
    for (const leg of open) leg.abort();
    await Promise.all(open.map((leg) => leg.done));
  }
}

class FetchLeg implements Leg {
  done: Promise<void> = Promise.resolve();
  readonly #controller = new AbortController();
  #handler: LegHandler | undefined;

  constructor(handler: LegHandler) {
    this.#handler = handler;
  }

  abort(): void {
    this.#handler = undefined;
    this.#controller.abort();
  }

  /** Never rejects. */
  async run(fetch: Fetch, { method, url, headers, body }: LegRequest): Promise<void> {
    try {
      const { signal } = this.#controller;
      const init: RequestInit = { method, headers: { ...headers }, body: body ?? null, signal, redirect: "manual" };
      const response = await untilAborted(fetch(url.href, init), signal);
      this.#handler?.head({ status: response.status, header: (name) => response.headers.get(name) ?? undefined });
      await this.#read(response, signal);
    } catch (cause) {
      const absent = isAbsence(cause);
      this.#over()?.fail({ wasSent: !absent, isAbsence: absent, cause });
      return;
    }
    this.#over()?.end();
  }

  async #read(response: Response, signal: AbortSignal): Promise<void> {
    const reader = response.body?.getReader();
    if (reader === undefined) return;
    for (;;) {
      if (signal.aborted) {
        await reader.cancel().catch(() => undefined);
        return;
      }
      const { done, value } = await untilAborted(reader.read(), signal);
      if (done) return;
      this.#handler?.data(value);
    }
  }

  #over(): LegHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    return handler;
  }
}

/** Somebody's `fetch` need not heed the signal: nobody waits for it then. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error("The exchange was given up"));
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
