import { causeOf, describeExit, type ExitReason } from "../actors/index.js";

/** What is wrong with a supervisor's options or with a child spec; OTP's names where OTP has them. */
export type SpecFault =
  | "invalid_options"
  | "invalid_strategy"
  | "invalid_intensity"
  | "invalid_period"
  | "invalid_auto_shutdown"
  | "invalid_max_children"
  | "invalid_extra_arguments"
  | "invalid_child_spec"
  | "invalid_id"
  | "invalid_definition"
  | "invalid_restart_type"
  | "invalid_shutdown"
  | "invalid_significant"
  | "invalid_child_type"
  | "invalid_name"
  | "invalid_label"
  | "invalid_start_timeout"
  | "duplicate_child_name"
  | "bad_combination";

/**
 * A supervisor's options or a child spec that cannot be meant so. It is found before anything is started: the start of
 * the supervisor, or the `startChild`, fails with it.
 *
 * Source: Erlang stdlib, supervisor, `check_childspecs/1`.
 */
export class SpecError extends Error {
  override readonly name = "SpecError";
  readonly fault: SpecFault;
  /** The id of the child it is about, if it is about one. */
  readonly child: string | undefined;

  constructor(fault: SpecFault, message: string, child?: string) {
    super(message);
    this.fault = fault;
    this.child = child;
  }
}

/**
 * A supervisor that could not start, since one of its children did not: the detail of the shutdown with which it ends, so
 * that whoever started it can see which child, at whatever depth, and why. OTP's `failed_to_start_child`.
 */
export class ChildStartError extends Error {
  override readonly name = "ChildStartError";
  /** The id of the child. */
  readonly failedToStart: string;
  readonly reason: ExitReason | "timeout";

  constructor(child: string, reason: ExitReason | "timeout") {
    super(`Expected the child ${JSON.stringify(child)} to start, but ${trouble(reason)}`, causeOf(reason));
    this.failedToStart = child;
    this.reason = reason;
  }
}

/**
 * A child that was to be started again, and failed to. It counts as a restart and is tried again. Reported through the
 * runtime's `onCrash`, since nobody else hears of it.
 */
export class RestartError extends Error {
  override readonly name = "RestartError";
  readonly child: string;
  readonly reason: ExitReason | "timeout";

  constructor(supervisor: string, child: string, reason: ExitReason | "timeout") {
    super(
      `Expected the child ${JSON.stringify(child)} of ${supervisor} to start again, but ${trouble(reason)}`,
      causeOf(reason),
    );
    this.child = child;
    this.reason = reason;
  }
}

/**
 * A supervisor that gave up: its children ended too often. Its exit reason is `shutdown`, so this is what tells why; it
 * is reported through the runtime's `onCrash`. OTP's `reached_max_restart_intensity`.
 */
export class IntensityError extends Error {
  override readonly name = "IntensityError";
  /** The child whose end was one too many. */
  readonly child: string;
  /** Why that one ended, or failed to start. */
  readonly reason: ExitReason | "timeout";

  constructor(supervisor: string, child: string, reason: ExitReason | "timeout", maxRestarts: number, within: number) {
    super(
      `Expected the children of ${supervisor} to need at most ${maxRestarts} restarts within ${within} ms, ` +
        `but ${JSON.stringify(child)} needed one more: ${trouble(reason)}`,
      causeOf(reason),
    );
    this.child = child;
    this.reason = reason;
  }
}

function trouble(reason: ExitReason | "timeout"): string {
  return reason === "timeout" ? "its init took longer than its startTimeout" : `it ended with ${describeExit(reason)}`;
}
