import { StartError } from "./errors.js";
import type { ExitReason } from "./exit.js";
import type { MailboxOptions } from "./mailbox.js";
import { claim, type ViaName } from "./name.js";
import type { Definition, Process } from "./process.js";

/** How a start went (OTP G1): `{ok, Pid}`, `ignore`, or `{error, Reason}`. */
export type StartResult<R extends Process = Process> =
  | { readonly status: "ok"; readonly process: R }
  | { readonly status: "ignore" }
  | { readonly status: "error"; readonly reason: ExitReason | "timeout" };

/** What may be said of a process when it is started. */
export interface SpawnOptions {
  /**
   * Registers it under this name, which no living process may hold: a string for `Runtime.whereis`, or what `via` of a
   * registry returned.
   */
  readonly name?: string | ViaName | undefined;
  /** What the tree and the warnings call it; default: its name, else the definition's label. */
  readonly label?: string | undefined;
  /** Bounds its mailbox; default: it takes in whatever comes. */
  readonly mailbox?: MailboxOptions | undefined;
  /** How often it has been restarted; supervisors say it, the tree shows it. */
  readonly restarts?: number | undefined;
}

export interface StartOptions extends SpawnOptions {
  /** Milliseconds for `init`; past it the process is killed. Default `Infinity`, as in OTP. */
  readonly timeout?: number | undefined;
}

/** The rest of an argument list: nothing is required where the definition needs nothing. */
export type StartArguments<A, O> = undefined extends A
  ? [argument?: A, options?: O | undefined]
  : [argument: A, options?: O | undefined];

/** The reference of a start that went well. @throws {StartError} for one that did not. */
export function refOf<R extends Process>(
  definition: Definition<never>,
  options: SpawnOptions | undefined,
  result: StartResult<R>,
): R {
  if (result.status === "ok") return result.process;
  throw new StartError(labelOf(definition, options), result.status === "ignore" ? "ignore" : result.reason);
}

/** What a process is called that is started so. */
export function labelOf(definition: Definition<never>, options: SpawnOptions | undefined): string {
  if (options === undefined) return definition.label;
  const { label, name } = options;
  return label ?? (typeof name === "object" ? name[claim].label : name) ?? definition.label;
}
