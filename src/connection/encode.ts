import type { Ask, Codec } from "../protocol/codec.js";
import { CaduceusError } from "../protocol/errors.js";
import type { Failure } from "../protocol/failure.js";
import type { ProgressToken, RequestId } from "../protocol/message.js";
import type { MessageHead } from "../transport/transport.js";
import type { Pending } from "./pending.js";

/** A request as the transport takes it, or why it cannot be one. */
export type Encoded =
  | { readonly ok: true; readonly text: string; readonly head: MessageHead }
  | { readonly ok: false; readonly failure: Failure };

/** An operation's request in the form of the era that was agreed on. */
export function encode(
  { ticket, leg }: Pending,
  ask: Ask,
  codec: Codec,
  id: RequestId,
  token: ProgressToken | undefined,
): Encoded {
  try {
    const request = codec.request(id, ask, token, leg);
    const own = codec.headers(request.method, ask.params);
    const headers = ticket.headers === undefined ? own : { ...ticket.headers, ...own };
    return { ok: true, text: JSON.stringify(request), head: { kind: "request", id, method: request.method, headers } };
  } catch (cause) {
    if (cause instanceof CaduceusError) return { ok: false, failure: refused(cause.message, undefined) };
    return {
      ok: false,
      failure: refused(`Expected the parameters of ${ticket.method} to be JSON: see \`cause\``, cause),
    };
  }
}

function refused(message: string, cause: unknown): Failure {
  return { code: "INVALID_REQUEST", message, cause };
}
