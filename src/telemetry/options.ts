/** Which kinds of payloads telemetry shows. Each is off unless it is `true`. */
export interface PayloadKinds {
  /** The parameters of requests, of the client's and of the server's. */
  readonly requests?: boolean | undefined;
  /** What requests are answered with, and what is no message at all. */
  readonly responses?: boolean | undefined;
  /** The parameters of notifications, progress aside. */
  readonly notifications?: boolean | undefined;
  /** What updates say in words. */
  readonly progress?: boolean | undefined;
}

/** What telemetry shows of what is said. See docs/telemetry.md. */
export interface TelemetryOptions {
  /** Of which messages the payload is published; `true`: of all. Default `false`: then there is not even a key for it. */
  readonly payloads?: boolean | PayloadKinds | undefined;
  /** Characters after which a payload is cut; default 1,024. */
  readonly maxLength?: number | undefined;
}
