/** How one era has a server tell of resources. */
export interface SubscriptionWire {
  /** Resolves once the server has agreed to tell of the resource; rejects if it does not. */
  add(uri: string): Promise<void>;
  /** Nobody wants to hear of it any more. Resolves in any case. */
  remove(uri: string): Promise<void>;
  /** There is a new connection, whose server may know of nothing. */
  restore(uris: readonly string[]): void;
}
