import {
  classify,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "../protocol/message.js";

/** Where what comes in goes to. */
export interface Receiver {
  responded(response: RpcResponse): void;
  noticed(notification: RpcNotification): void;
  /** `via` is the request of ours on whose response stream it came, where there is one. */
  requested(request: RpcRequest, via: RequestId | undefined): void;
  /** It is no message. */
  puzzled(): void;
}

/** Hands a value that came in to whom it is for; a batch, as revision 2025-03-26 has them, one by one. */
export function route(value: unknown, receiver: Receiver, via?: RequestId): void {
  if (Array.isArray(value)) {
    for (const each of value) routeOne(each, receiver, via);
    return;
  }
  routeOne(value, receiver, via);
}

function routeOne(value: unknown, receiver: Receiver, via: RequestId | undefined): void {
  const incoming = classify(value);
  switch (incoming.kind) {
    case "response":
      receiver.responded(incoming.response);
      return;
    case "notification":
      receiver.noticed(incoming.notification);
      return;
    case "request":
      receiver.requested(incoming.request, via);
      return;
    case "invalid":
      receiver.puzzled();
      return;
  }
}
