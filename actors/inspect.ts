import type { ExitReason } from "./exit.js";
import type { Mail } from "./mail.js";
import type { Process } from "./process.js";

/**
 * What the inspection hook sees, in the order it happens: the raw material of a trace, a test's log or an observer.
 * Without a hook nothing of it is made.
 */
export type Inspection =
  | { readonly type: "spawn"; readonly process: Process; readonly parent: Process | undefined }
  | { readonly type: "send"; readonly process: Process; readonly mail: Mail; readonly delivered: boolean }
  /**
   * A living process will not read this: its bounded mailbox was full (`overflow`), or it had postponed too many events
   * (`postponed`). Mail that is dropped as it comes is also a `send` that was not delivered.
   */
  | { readonly type: "drop"; readonly process: Process; readonly mail: Mail; readonly why: "overflow" | "postponed" }
  | { readonly type: "exit"; readonly process: Process; readonly reason: ExitReason }
  /** A supervisor starts again: once for each restart that counts. `reason` is why `child` ended, or failed to start. */
  | {
      readonly type: "restart";
      readonly supervisor: Process;
      readonly child: string;
      readonly reason: ExitReason | "timeout";
    };

/**
 * A process ended by a defect of its own, or could not let go of what it owned.
 *
 * Orderly ends (`normal`, `shutdown`, a shutdown with a detail) and ends by somebody else's exit signal are not reported
 * (OTP G10). Neither is a failed start: its starter is told.
 */
export interface CrashReport {
  readonly process: Process;
  readonly reason: ExitReason;
  /** What it was working on, where that is known. May hold the user's data: think before you log it. */
  readonly lastMessage?: unknown;
  /** A server's state, or a machine's snapshot, at that moment. May hold the user's data: think before you log it. */
  readonly state?: unknown;
}

/** One process in `Runtime.tree`. */
export interface ProcessNode {
  readonly process: Process;
  readonly label: string;
  readonly type: "worker" | "supervisor";
  readonly state: "starting" | "running" | "waiting" | "exiting";
  /** Unread messages. `waiting` means that an async handler holds them back. */
  readonly mailbox: number;
  /** How often its supervisor has restarted it. */
  readonly restarts: number;
  /** What the process says of itself, such as a child process's pid. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly children: readonly ProcessNode[];
}
