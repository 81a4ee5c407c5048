import type { RequestId } from "../protocol/message.js";
import { cleanServerText } from "../protocol/server-text.js";
import type { Envelope } from "./id-scanner.js";
import type { TransportNews, TransportSetup } from "./transport.js";

/** JSON-RPC's code for a request that is none. */
const INVALID_REQUEST = -32_600;

/** Tells the connection what a message was that was over `limit` bytes and has been dropped. */
export function tellTooLarge(
  { connection, incarnation }: TransportSetup,
  { id, method }: Envelope,
  limit: number,
): void {
  for (const news of newsOf(incarnation, id, method, limit)) connection.send(news);
}

function newsOf(
  incarnation: number,
  id: RequestId | undefined,
  method: string | undefined,
  limit: number,
): TransportNews[] {
  if (method === undefined && id !== undefined) {
    return [{ type: "failed", incarnation, id, outcome: "completed", failure: { code: "MESSAGE_TOO_LARGE", limit } }];
  }
  const what = method === undefined ? "a message" : cleanServerText(method);
  const warning: TransportNews = {
    type: "warning",
    incarnation,
    message: `The server sent ${what} of more than ${limit} bytes, which was dropped: raise \`maxMessageSize\``,
  };
  if (id === undefined) return [warning];
  const error = { code: INVALID_REQUEST, message: `Expected the request to have at most ${limit} bytes` };
  return [warning, { type: "refused", incarnation, id, error }];
}
