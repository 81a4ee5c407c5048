import PQueue from "p-queue";
import type { Outcome } from "../../actors/index.js";
import type { InputRequest } from "../protocol/codec.js";
import type { Failure } from "../protocol/failure.js";
import type { Params } from "../protocol/message.js";
import { cleanServerText } from "../protocol/server-text.js";
import type { Answerer } from "./answers.js";
import { attempt } from "./attempt.js";
import type { Pending } from "./pending.js";

/** What a server asked for is there, or will not be; as mail. */
export interface InputMade {
  readonly type: "inputMade";
  readonly pending: Pending;
  readonly round: AbortController;
  readonly outcome: Outcome<Params>;
}

/** What came of a round. */
export type Input =
  | { readonly ok: true; readonly responses: Params }
  | { readonly ok: false; readonly failure: Failure };

/** What the rounds need of the connection. */
export interface RoundsShell {
  answer: Answerer;
  /** Turns what becomes of a promise into `inputMade` mail. */
  pipe(input: Promise<Params>, toMail: (outcome: Outcome<Params>) => InputMade): void;
}

/** Handlers that run at once for the operations of one connection: a server may not make the host work without bounds. */
const MOST_AT_ONCE = 8;

const METHOD_NOT_FOUND = -32_601;

/**
 * What servers ask for in the middle of an operation, while the host's handlers work on it. The requests of one round are
 * answered side by side; the first that cannot be answered ends the round.
 *
 * Source: MCP specification, revision 2026-07-28, "Multi Round-Trip Requests".
 */
export class Rounds {
  readonly #shell: RoundsShell;
  readonly #queue = new PQueue({ concurrency: MOST_AT_ONCE });
  readonly #underWay = new Map<Pending, AbortController>();

  constructor(shell: RoundsShell) {
    this.#shell = shell;
  }

  begin(pending: Pending, requests: readonly InputRequest[], result: unknown): void {
    const round = new AbortController();
    this.#underWay.set(pending, round);
    const input = this.#gather(requests, result, round.signal);
    this.#shell.pipe(input, (outcome) => ({ type: "inputMade", pending, round, outcome }));
  }

  /** What came of a round, unless nobody waits for it any more. */
  end({ pending, round, outcome }: InputMade): Input | undefined {
    if (this.#underWay.get(pending) !== round) return undefined;
    this.#underWay.delete(pending);
    if (outcome.ok) return { ok: true, responses: outcome.value };
    const { error } = outcome;
    round.abort(error);
    const failure: Failure =
      error instanceof Unanswerable ? error.failure : { code: "CANCELLED", reason: error, cause: error };
    return { ok: false, failure };
  }

  /** The operation has ended: its handlers need not go on. */
  abandon(pending: Pending, reason: unknown): void {
    const round = this.#underWay.get(pending);
    this.#underWay.delete(pending);
    round?.abort(reason);
  }

  async #gather(requests: readonly InputRequest[], result: unknown, signal: AbortSignal): Promise<Params> {
    const answers = requests.map(
      async (request) => [request.key, await this.#queue.add(() => this.#ask(request, result, signal))] as const,
    );
    return Object.fromEntries(await Promise.all(answers));
  }

  /** @throws {Unanswerable} for an error instead of an answer; and what the handler throws. */
  async #ask({ key, method, params }: InputRequest, result: unknown, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const request = { jsonrpc: "2.0", id: key, method, ...(params === undefined ? {} : { params }) } as const;
    const answer = await attempt(() => this.#shell.answer(request, signal));
    if (!("error" in answer)) return answer.result;
    const { error } = answer;
    if (error.code !== METHOD_NOT_FOUND) throw new Unanswerable({ code: "CANCELLED", reason: error, cause: error });
    const cause = new Error(`The server asked for ${cleanServerText(method)}, which this client does not offer`);
    throw new Unanswerable({ code: "INVALID_RESULT", result, cause });
  }
}

/** Carries the failure of the operation that asked. */
class Unanswerable extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super("A server's request was not answered");
    this.failure = failure;
  }
}
