/** A message that a client has handed to a transport. */
export interface RawSent {
  readonly incarnation: number;
  /** The whole message. */
  readonly text: string;
  /** The revision that a header names, where there is one. */
  readonly protocolVersion?: string | undefined;
}

/** On which a client of ours, wherever it is loaded from, shows what it sends as it is. It is for these tests alone. */
export const RAW_CHANNEL: symbol;

/** Calls `listen` with each message as it is sent, until the returned function is called. */
export function onSent(listen: (sent: RawSent) => void): () => void;
