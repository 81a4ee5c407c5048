import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import type { Carrier, Leg, LegHandler, LegRequest } from "./leg.js";
import { Sockets } from "./sockets.js";

/**
 * A pool of keep-alive sockets to one origin. An exchange lives as long as whoever asked for it wants: no ceiling of the
 * pool's own on how long headers or a body may take. Proxies named in the environment are used.
 */
export function poolCarrier(origin: string): Carrier {
  return new PoolCarrier(origin);
}

/** Milliseconds a host may take to accept a connection. */
const CONNECT_TIMEOUT = 10_000;

class PoolCarrier implements Carrier {
  readonly #origin: string;
  readonly #dispatcher: Dispatcher;
  readonly #sockets = new Sockets();

  constructor(origin: string) {
    this.#origin = origin;
    const options = { headersTimeout: 0, bodyTimeout: 0, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT } };
    this.#dispatcher = hasProxy() ? new EnvHttpProxyAgent(options) : new Pool(origin, options);
  }

  open(request: LegRequest, handler: LegHandler): Leg {
    const leg = new PoolLeg(this.#origin, request, handler, this.#dispatcher);
    if (request.isStream === true) leg.start(NOTHING);
    else this.#sockets.take(leg);
    return leg;
  }

  async close(): Promise<void> {
    this.#sockets.close();
    await this.#dispatcher.destroy();
  }
}

function hasProxy(): boolean {
  const { env } = process;
  return ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"].some((name) => (env[name] ?? "") !== "");
}

const NOTHING = (): void => undefined;

/** One exchange: undici's handler, and the way to give it up. */
class PoolLeg implements Leg, Dispatcher.DispatchHandler {
  readonly #origin: string;
  readonly #request: LegRequest;
  readonly #dispatcher: Dispatcher;
  /** Gone when it is over: what comes then is nobody's. */
  #handler: LegHandler | undefined;
  #controller: Dispatcher.DispatchController | undefined = undefined;
  #release: (() => void) | undefined = undefined;
  #isOver = false;

  constructor(origin: string, request: LegRequest, handler: LegHandler, dispatcher: Dispatcher) {
    this.#origin = origin;
    this.#request = request;
    this.#handler = handler;
    this.#dispatcher = dispatcher;
  }

  /** `release` is called once, when its socket is free. */
  start(release: () => void): void {
    if (this.#isOver) {
      release();
      return;
    }
    this.#release = release;
    const { method, url, headers, body } = this.#request;
    this.#dispatcher.dispatch(
      {
        origin: this.#origin,
        path: url.search === "" ? url.pathname : url.pathname + url.search,
        method,
        headers: headers as Record<string, string>,
        body: body ?? null,
      },
      this,
    );
  }

  abort(): void {
    if (this.#isOver) return;
    this.#handler = undefined;
    // Not yet on a socket: it is given up as soon as it gets there.
    if (this.#controller === undefined) this.#finish();
    else this.#controller.abort(new Error("The exchange was given up"));
  }

  #finish(): LegHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#isOver = true;
    const release = this.#release;
    this.#release = undefined;
    release?.();
    return handler;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#handler === undefined) controller.abort(new Error("The exchange was given up"));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#handler?.head({
      status,
      header: (name) => {
        const value = headers[name];
        return Array.isArray(value) ? value.join(", ") : value;
      },
    });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler?.data(chunk);
  }

  onResponseEnd(): void {
    this.#finish()?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    const wasSent = this.#controller !== undefined;
    // What fails before it is on a socket could not connect, or is no HTTP request.
    const isAbsence = !wasSent && (cause as { code?: unknown }).code !== "UND_ERR_INVALID_ARG";
    this.#finish()?.fail({ wasSent, isAbsence, cause });
  }
}
