/** A message that a client has handed to a transport. */
export interface RawSent {
  readonly incarnation: number;
  /** The whole message. */
  readonly text: string;
  /** The revision that a header names, where there is one. */
  readonly protocolVersion?: string | undefined;
}

/** Calls `listen` with each message as it is sent, until the returned function is called. */
export function onSent(listen: (sent: RawSent) => void): () => void;
