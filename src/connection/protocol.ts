import type { ServerRef } from "../../actors/index.js";
import type { Settlement } from "../operation/settlement.js";
import type { ProgressToken } from "../protocol/message.js";
import type { Ticket } from "./pending.js";

/** A notification to the server, encoded already. */
export interface Notice {
  readonly method: string;
  readonly text: string;
}

/** Gives up the operation that has this token and is this caller's. */
export interface CancelOrder {
  readonly token: ProgressToken;
  readonly caller: object | undefined;
  readonly reason: unknown;
  readonly cause?: unknown;
}

/** What a client asks of its connection. */
export interface ConnectionProtocol {
  calls: {
    /** Carries one operation. The reply comes when it has settled; a call needs no timeout of its own. */
    request(ticket: Ticket): Settlement;
  };
  casts: {
    /** Sends a notification if the server is there. */
    notify(notice: Notice): void;
    cancel(order: CancelOrder): void;
    cancelAll(reason: unknown): void;
  };
}

export type ConnectionRef = ServerRef<ConnectionProtocol>;
