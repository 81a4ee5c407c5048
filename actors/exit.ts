/**
 * Why a process ended.
 *
 * The plain strings mean what they mean in Erlang. Everything that goes wrong in JavaScript is an `error`, and an
 * orderly end that wants to say something is a `shutdown` with a detail.
 *
 * Source: Erlang reference manual, Processes, "Process Termination" and "Receiving Exit Signals".
 */
export type ExitReason = "normal" | "shutdown" | "kill" | "killed" | "noproc" | ShutdownReason | ErrorReason;

/** An orderly end with something to say; Erlang's `{shutdown, Detail}`. */
export interface ShutdownReason {
  readonly kind: "shutdown";
  readonly detail: unknown;
}

/** A defect, or any reason of the program's own; Erlang's `{Reason, Stack}`. */
export interface ErrorReason {
  readonly kind: "error";
  readonly error: unknown;
}

/** Ends a process in an orderly way and says why: `stop(shutdownWith("drained"), state)`. */
export function shutdownWith(detail: unknown): ShutdownReason {
  return { kind: "shutdown", detail };
}

/** Turns anything thrown, or any value of one's own, into an exit reason. */
export function failure(error: unknown): ErrorReason {
  return { kind: "error", error };
}

/**
 * Whether an end is nobody's fault: `normal`, `shutdown` or a shutdown with a detail. Such ends are not reported, and
 * a `transient` child that ends so is not restarted.
 */
export function isOrderly(reason: ExitReason): boolean {
  return reason === "normal" || reason === "shutdown" || (typeof reason === "object" && reason.kind === "shutdown");
}

/** One line for a person: `killed`, `shutdown: drained`, `TypeError: x is not a function`. */
export function describeExit(reason: ExitReason): string {
  if (typeof reason === "string") return reason;
  return reason.kind === "shutdown" ? `shutdown: ${show(reason.detail)}` : show(reason.error);
}

/**
 * The error behind a reason, as an option of the error that tells of it: a defect's, or the one with which an orderly end
 * says why.
 */
export function causeOf(reason: ExitReason | "ignore" | "timeout"): ErrorOptions | undefined {
  if (typeof reason === "string") return undefined;
  if (reason.kind === "error") return { cause: reason.error };
  return reason.detail instanceof Error ? { cause: reason.detail } : undefined;
}

/** Never throws: anything can be thrown at a process, also what throws when it is looked at. */
function show(value: unknown): string {
  try {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (typeof value === "string") return value;
    return typeof value === "object" ? toJson(value) : String(value);
  } catch {
    return `an unprintable ${typeof value}`;
  }
}

function toJson(value: object | null): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
