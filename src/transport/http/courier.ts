import type { Headers } from "../../protocol/codec.js";
import type { RequestFailure } from "../transport.js";
import type { Authority } from "./authority.js";
import { noAnswer, unauthorized } from "./failures.js";
import type { Carrier, Leg, LegHandler, LegHead, LegRequest, LegTrouble } from "./leg.js";
import { isRedirect, redirection } from "./redirect.js";
import type { Endpoint } from "./server.js";

/** An exchange as the transport wants it, without what every one has. */
export interface Errand {
  readonly method: LegRequest["method"];
  /** What it is about, for messages: a method of the protocol. */
  readonly about: string;
  /** Where it goes; default: the server's endpoint. */
  readonly url?: URL | undefined;
  readonly headers: Headers;
  readonly body?: string | undefined;
  readonly isStream?: boolean | undefined;
}

/** Like a leg's, but also told when credentials or redirects end it: `refuse` is then the only and last call. */
export interface ErrandHandler extends LegHandler {
  refuse(failure: RequestFailure): void;
}

/** Bytes that are read of a response nobody wants, for its socket's sake. */
const MOST_DRAINED = 64 * 1024;

/** Runs errands: adds credentials, follows redirects within the origin, and renews what was refused with 401, once. */
export class Courier {
  readonly carrier: Carrier;
  readonly endpoint: Endpoint;
  readonly authority: Authority | undefined;
  /** Hears of a defect of ours in what is called when something comes in. */
  readonly crash: (error: unknown) => void;

  constructor(carrier: Carrier, endpoint: Endpoint, authority: Authority | undefined, crash: (error: unknown) => void) {
    this.carrier = carrier;
    this.endpoint = endpoint;
    this.authority = authority;
    this.crash = crash;
  }

  send(errand: Errand, handler: ErrandHandler): Leg {
    const trip = new Trip(this, errand, handler);
    trip.begin();
    return trip;
  }
}

/** One errand, over as many legs as it takes. */
class Trip implements Leg, LegHandler {
  readonly #courier: Courier;
  readonly #errand: Errand;
  #handler: ErrandHandler | undefined;
  #url: URL;
  #leg: Leg | undefined = undefined;
  #redirects = 0;
  #generation = 0;
  #isRenewed = false;
  /** Set while a response is read only to be done with it. */
  #afterwards: (() => void) | undefined = undefined;
  #drained = 0;

  constructor(courier: Courier, errand: Errand, handler: ErrandHandler) {
    this.#courier = courier;
    this.#errand = errand;
    this.#handler = handler;
    this.#url = errand.url ?? courier.endpoint.url;
  }

  begin(): void {
    const { authority } = this.#courier;
    if (authority === undefined || this.#hasOwnCredentials) {
      this.#go(undefined);
      return;
    }
    this.#generation = authority.generation;
    try {
      const token = authority.token();
      if (typeof token === "object") this.#await(token, (value) => this.#go(value), "not_sent");
      else this.#go(token);
    } catch (error) {
      this.#over()?.refuse(unauthorized(401, "not_sent", error));
    }
  }

  abort(): void {
    this.#handler = undefined;
    this.#leg?.abort();
  }

  get #hasOwnCredentials(): boolean {
    return this.#errand.headers.authorization !== undefined;
  }

  #go(token: string | undefined): void {
    if (this.#handler === undefined) return;
    const { method, body, isStream } = this.#errand;
    const { carrier, endpoint } = this.#courier;
    const bearer = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const headers = { ...endpoint.headers, ...bearer, ...this.#errand.headers };
    this.#leg = carrier.open({ method, url: this.#url, headers, body, isStream }, this);
  }

  head(head: LegHead): void {
    this.#guard(() => {
      const { status } = head;
      if (isRedirect(status)) this.#redirect(head);
      else if (status === 401 || status === 403) this.#unauthorized(head);
      else this.#handler?.head(head);
    });
  }

  data(chunk: Uint8Array): void {
    if (this.#afterwards === undefined) {
      this.#guard(() => this.#handler?.data(chunk));
      return;
    }
    this.#drained += chunk.length;
    if (this.#drained <= MOST_DRAINED) return;
    this.#leg?.abort();
    this.#guard(() => this.#goOn());
  }

  end(): void {
    this.#guard(() => {
      if (this.#afterwards === undefined) this.#over()?.end();
      else this.#goOn();
    });
  }

  fail(trouble: LegTrouble): void {
    this.#guard(() => {
      if (this.#afterwards === undefined) this.#over()?.fail(trouble);
      else this.#goOn();
    });
  }

  #redirect({ status, header }: LegHead): void {
    const next = redirection(this.#url, header("location"), this.#redirects++);
    if ("refused" in next) {
      const message = `The server redirected ${this.#errand.about} ${next.refused}`;
      this.#afterwards = () => this.#over()?.refuse(noAnswer(status, message));
      return;
    }
    this.#afterwards = () => {
      this.#url = next.to;
      this.begin();
    };
  }

  #unauthorized({ status, header }: LegHead): void {
    const { authority } = this.#courier;
    if (status === 403 || authority === undefined || this.#isRenewed || this.#hasOwnCredentials) {
      this.#afterwards = () => this.#over()?.refuse(unauthorized(status, "rejected"));
      return;
    }
    this.#isRenewed = true;
    const challenge = header("www-authenticate");
    this.#afterwards = () => this.#await(authority.renew(this.#generation, challenge), () => this.begin(), "rejected");
  }

  #await<T>(promise: Promise<T>, then: (value: T) => void, outcome: "not_sent" | "rejected"): void {
    promise.then(
      (value) => this.#guard(() => then(value)),
      (error: unknown) => this.#guard(() => this.#over()?.refuse(unauthorized(401, outcome, error))),
    );
  }

  #goOn(): void {
    const afterwards = this.#afterwards;
    this.#afterwards = undefined;
    this.#drained = 0;
    if (this.#handler !== undefined) afterwards?.();
  }

  #over(): ErrandHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    return handler;
  }

  #guard(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#courier.crash(error);
    }
  }
}
