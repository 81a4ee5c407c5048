import type { Definition, Process, ServerRef } from "../../actors/index.js";

/** One message on its way out. `sequence` counts up by one per incarnation. */
export interface Frame {
  readonly text: string;
  readonly sequence: number;
}

/** What a transport's process takes. */
export interface TransportProtocol {
  casts: { write(frame: Frame): void };
}

export type TransportRef = ServerRef<TransportProtocol>;

/**
 * What a transport's process tells its connection. All of it bears the incarnation's number, so that late mail of an
 * older one is recognised.
 *
 * Its end is not news but its exit: `shutdownWith(…)` a {@link TransportEnd}.
 */
export type TransportNews =
  | { readonly type: "opened"; readonly incarnation: number }
  /** A parsed JSON value; whether it is a message is for the connection to see. */
  | { readonly type: "received"; readonly incarnation: number; readonly value: unknown }
  /** Frames up to this sequence have been accepted to their last byte. */
  | { readonly type: "accepted"; readonly incarnation: number; readonly upTo: number }
  /**
   * The other side does not read. Frames before `begun` may have reached it; the frame `begun` itself, and those after
   * it, have not, since its last byte was not accepted. Ends with the next `accepted`.
   */
  | { readonly type: "stalled"; readonly incarnation: number; readonly begun: number }
  /** A line that is not JSON: a banner or a log line on the wrong stream. */
  | { readonly type: "noise"; readonly incarnation: number; readonly line: string }
  | { readonly type: "stderr"; readonly incarnation: number; readonly line: string };

/** What is known of a transport's end. */
export interface TransportEnd {
  readonly message: string;
  readonly exitCode?: number | null | undefined;
  readonly signal?: string | null | undefined;
  readonly stderr?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** What a transport's process is started with: one process is one incarnation. */
export interface TransportSetup {
  readonly connection: Process<TransportNews>;
  readonly incarnation: number;
}

export type TransportDefinition = Definition<TransportSetup, TransportRef>;
