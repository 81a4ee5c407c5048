import type { Headers } from "../../protocol/codec.js";

/** One HTTP exchange as it goes out, with nothing left to add. */
export interface LegRequest {
  readonly method: "POST" | "GET" | "DELETE";
  readonly url: URL;
  readonly headers: Headers;
  readonly body?: string | undefined;
  /** Stays open for as long as it may: it does not count among the sockets that are bounded. */
  readonly isStream?: boolean | undefined;
}

/** The beginning of a response. */
export interface LegHead {
  readonly status: number;
  /** A header's value, by its name in lower case; several of the same name as one. */
  header(name: string): string | undefined;
}

/**
 * What becomes of a leg: `head`, any number of `data`, and then `end` or `fail`; or `fail` alone. Nothing is called any
 * more after either of these, nor after {@link Leg.abort}.
 */
export interface LegHandler {
  head(head: LegHead): void;
  data(chunk: Uint8Array): void;
  end(): void;
  fail(trouble: LegTrouble): void;
}

/** Why a leg has no response, or not all of it. */
export interface LegTrouble {
  /** Whether anything of the request can have reached the server. */
  readonly wasSent: boolean;
  /** A second try may come through: the host was not there, rather than the request wrong. */
  readonly isAbsence: boolean;
  readonly cause: unknown;
}

/** An exchange under way. */
export interface Leg {
  /** Gives it up and frees its socket. */
  abort(): void;
}

/** What carries legs: a pool of sockets, or somebody's `fetch`. */
export interface Carrier {
  open(request: LegRequest, handler: LegHandler): Leg;
  /** Gives everything up; resolves when no socket is left. */
  close(): Promise<void>;
}

/** Codes of errors that say that there was no way to the host. */
const ABSENCES = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EHOSTDOWN",
  "ETIMEDOUT",
  "EADDRNOTAVAIL",
  "EMFILE",
  "ENFILE",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Whether an error, or a cause of it, says that there was no way to the host. */
export function isAbsence(error: unknown): boolean {
  let at = error;
  for (let depth = 0; depth < 4 && typeof at === "object" && at !== null; depth++) {
    const { code, errors, cause } = at as { code?: unknown; errors?: unknown; cause?: unknown };
    if (typeof code === "string" && ABSENCES.has(code)) return true;
    if (Array.isArray(errors) && errors.some(isAbsence)) return true;
    at = cause;
  }
  return false;
}
