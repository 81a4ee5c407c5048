import type { Outcome } from "../../actors/index.js";
import type { Params, RequestId, RpcError, RpcRequest } from "../protocol/message.js";
import { attempt } from "./attempt.js";

/** What a server's request is answered with. */
export type Answer = { readonly result: unknown } | { readonly error: RpcError };

/** Answers a server's request; what it throws is an internal error to the server. `signal` aborts when nobody waits. */
export type Answerer = (request: RpcRequest, signal: AbortSignal) => Answer | Promise<Answer>;

/** A request of the server's whose answer is ready, as mail. */
export interface Answered {
  readonly type: "answered";
  readonly key: number;
  readonly outcome: Outcome<Answer>;
}

/** What the answers need of the connection. */
export interface AnswersShell {
  answer: Answerer;
  /** Turns what becomes of a promise into `answered` mail. */
  pipe(answer: Promise<Answer>, toMail: (outcome: Outcome<Answer>) => Answered): void;
  write(json: string): void;
  /** Whoever waits for the server has to wait for us now: not counted as silence until the returned function is called. */
  hold(via: RequestId | undefined): () => void;
  /** A handler failed, or what it gave was no JSON. */
  failed(method: string, error: unknown): void;
}

/** More than these at once are refused: a server may not make the host work without bounds. */
const MOST_AT_ONCE = 16;

const INTERNAL_ERROR = -32_603;
const BUSY = -32_000;

interface UnderWay {
  readonly request: RpcRequest;
  readonly abort: AbortController;
  readonly letGo: () => void;
}

/** The server's requests that are being answered. */
export class Answers {
  readonly #shell: AnswersShell;
  readonly #underWay = new Map<number, UnderWay>();
  #lastKey = 0;

  constructor(shell: AnswersShell) {
    this.#shell = shell;
  }

  /** `via` is the request of ours on whose response stream it came, where there is one. */
  requested(request: RpcRequest, via: RequestId | undefined): void {
    if (request.method === "ping") {
      this.#reply(request.id, { result: {} });
      return;
    }
    if (this.#underWay.size >= MOST_AT_ONCE) {
      const message = `Expected at most ${MOST_AT_ONCE} requests of the server at once: try again later`;
      this.#reply(request.id, { error: { code: BUSY, message } });
      return;
    }
    const key = ++this.#lastKey;
    const abort = new AbortController();
    this.#underWay.set(key, { request, abort, letGo: this.#shell.hold(via) });
    const answer = attempt(() => this.#shell.answer(request, abort.signal));
    this.#shell.pipe(answer, (outcome) => ({ type: "answered", key, outcome }));
  }

  /** A request that could not even be taken in. */
  refuse(id: RequestId, error: RpcError): void {
    this.#reply(id, { error });
  }

  answered({ key, outcome }: Answered): void {
    const entry = this.#underWay.get(key);
    // Given up, or of an incarnation that is gone: nobody waits for it.
    if (entry === undefined) return;
    this.#underWay.delete(key);
    entry.letGo();
    const { id, method } = entry.request;
    if (outcome.ok) {
      this.#reply(id, outcome.value, method);
      return;
    }
    this.#shell.failed(method, outcome.error);
    this.#reply(id, { error: { code: INTERNAL_ERROR, message: "The client could not answer" } });
  }

  /** The server does not wait for an answer any more. Says whether it was one of these requests. */
  cancelledByServer(params: Params | undefined): boolean {
    const id = params?.requestId;
    for (const [key, { request, abort, letGo }] of this.#underWay) {
      if (request.id !== id) continue;
      this.#underWay.delete(key);
      letGo();
      abort.abort(params?.reason);
      return true;
    }
    return false;
  }

  /** Nobody is there to answer to any more. */
  abandon(reason: unknown): void {
    const underWay = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const { abort, letGo } of underWay) {
      letGo();
      abort.abort(reason);
    }
  }

  #reply(id: RequestId, answer: Answer, method = "ping"): void {
    let json: string;
    try {
      json = JSON.stringify({ jsonrpc: "2.0", id, ...answer });
    } catch (error) {
      this.#shell.failed(method, error);
      json = JSON.stringify({
        jsonrpc: "2.0",
        id,
        error: { code: INTERNAL_ERROR, message: "The client's answer is no JSON" },
      });
    }
    this.#shell.write(json);
  }
}
