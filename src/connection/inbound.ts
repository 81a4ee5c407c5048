import { classify, type RpcNotification, type RpcRequest, type RpcResponse } from "../protocol/message.js";

/** Where what comes in goes to. */
export interface Receiver {
  responded(response: RpcResponse): void;
  noticed(notification: RpcNotification): void;
  requested(request: RpcRequest): void;
  /** It is no message. */
  puzzled(): void;
}

/** Hands a value that came in to whom it is for; a batch, as revision 2025-03-26 has them, one by one. */
export function route(value: unknown, receiver: Receiver): void {
  if (Array.isArray(value)) {
    for (const each of value) routeOne(each, receiver);
    return;
  }
  routeOne(value, receiver);
}

function routeOne(value: unknown, receiver: Receiver): void {
  const incoming = classify(value);
  switch (incoming.kind) {
    case "response":
      receiver.responded(incoming.response);
      return;
    case "notification":
      receiver.noticed(incoming.notification);
      return;
    case "request":
      receiver.requested(incoming.request);
      return;
    case "invalid":
      receiver.puzzled();
      return;
  }
}

const METHOD_NOT_FOUND = -32601;

/** What a server is answered that asks this client: ping is known, everything else is not. */
export function answerTo({ id, method }: RpcRequest): object {
  return method === "ping"
    ? { jsonrpc: "2.0", id, result: {} }
    : { jsonrpc: "2.0", id, error: { code: METHOD_NOT_FOUND, message: "Method not found" } };
}
