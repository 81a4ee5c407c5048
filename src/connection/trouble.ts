import { causeOf, describeExit, type ExitReason } from "../../actors/index.js";
import { errorOf, type Failure } from "../protocol/failure.js";
import { isRecord } from "../protocol/message.js";
import type { TransportEnd } from "../transport/transport.js";

/** Why a connection is not there, as what its operations fail with. */
export class Trouble {
  #incarnation = 0;
  /** What the server, or its silence, made of this incarnation's handshake: it says more than the end it leads to. */
  #refusal: Failure | undefined = undefined;
  #latest: Failure | undefined = undefined;
  #retryAt: number | undefined = undefined;

  /** A new incarnation is on its way. */
  begin(incarnation: number): void {
    this.#incarnation = incarnation;
    this.#refusal = undefined;
    this.#retryAt = undefined;
  }

  /** The handshake failed; what is said first counts. */
  refuse(failure: Failure): void {
    this.#refusal ??= failure;
  }

  /** The transport has ended. */
  lose(end: TransportEnd): void {
    this.#latest = this.#refusal ?? this.#lossOf(end);
  }

  /** When the next attempt is due, on `Date.now()`'s clock. */
  get retryAt(): number | undefined {
    return this.#retryAt;
  }

  set retryAt(time: number) {
    this.#retryAt = time;
  }

  /** All is well again. */
  clear(): void {
    this.#latest = undefined;
  }

  /** What ended the latest incarnation. */
  get latest(): Failure {
    return this.#latest === undefined ? this.#absence(undefined) : this.#withRetry(this.#latest);
  }

  /** What operations fail with that find no connection. */
  get absence(): Failure {
    const latest = this.#latest;
    if (latest === undefined || latest.code === "CONNECTION_LOST") return this.latest;
    return this.#absence(errorOf("initialize", latest, { outcome: "completed", attempts: 1 }));
  }

  /** A defect of ours, as what its victims fail with. */
  defect(reason: ExitReason): Failure {
    const message = `The client had a defect: ${describeExit(reason)}`;
    const cause = typeof reason === "object" && reason.kind === "error" ? reason.error : reason;
    return { code: "CONNECTION_LOST", message, loss: { incarnation: this.#incarnation }, cause };
  }

  /** Opening the transport, or the server's handshake, took too long. */
  timedOut(limit: number): void {
    this.refuse({ code: "TIMEOUT", limit: "startTimeout", after: limit });
  }

  /** The server has not answered a ping. */
  silent(after: number): void {
    const message = `The server gave no sign of life for ${Math.round(after)} ms after a ping`;
    this.refuse({ code: "CONNECTION_LOST", message, loss: { incarnation: this.#incarnation } });
  }

  #lossOf({ message, exitCode, signal, stderr, cause }: TransportEnd): Failure {
    const loss = { exitCode, signal, stderr, incarnation: this.#incarnation };
    return { code: "CONNECTION_LOST", message, loss, cause };
  }

  #absence(cause: unknown): Failure {
    const message = "There is no connection to the server";
    return this.#withRetry({ code: "CONNECTION_LOST", message, loss: { incarnation: this.#incarnation }, cause });
  }

  #withRetry(failure: Failure): Failure {
    if (failure.code !== "CONNECTION_LOST") return failure;
    return { ...failure, loss: { ...failure.loss, incarnation: this.#incarnation, retryAt: this.#retryAt } };
  }
}

/** What the reason with which a transport ended says of its end. */
export function endOf(reason: ExitReason): TransportEnd {
  if (typeof reason === "object" && reason.kind === "shutdown" && isEnd(reason.detail)) return reason.detail;
  return { message: `The transport ended: ${describeExit(reason)}`, ...causeOf(reason) };
}

/** The end of a transport after which there is no other. */
export function lastOf(end: TransportEnd): TransportEnd {
  const message = `${end.message}, and cannot be opened again: give \`connect\` a function that makes a transport`;
  return { ...end, message };
}

/** Transports may be anybody's, and so may be what they end with. */
function isEnd(detail: unknown): detail is TransportEnd {
  return isRecord(detail) && typeof detail.message === "string" && !(detail instanceof Error);
}
