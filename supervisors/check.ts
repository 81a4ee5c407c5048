import { isViaName } from "../actors/index.js";
import type { AnyChildSpec } from "./child-spec.js";
import { SpecError, type SpecFault } from "./errors.js";
import type { AutoShutdown, Intensity, Policy, Strategy } from "./policy.js";

/** The policy that a supervisor's options make, defaults filled in. @throws {SpecError} */
export function policyOf(
  options: {
    readonly strategy?: Strategy | undefined;
    readonly intensity?: Intensity | undefined;
    readonly autoShutdown?: AutoShutdown | undefined;
  },
  keepsSpecs: boolean,
): Policy {
  const { strategy = "one_for_one", intensity, autoShutdown = "never" } = options;
  const { maxRestarts = 3, within = 5_000 } = intensity ?? {};
  expectOneOf("invalid_strategy", "strategy", strategy, ["one_for_one", "one_for_all", "rest_for_one"]);
  if (!Number.isInteger(maxRestarts) || maxRestarts < 0) {
    throw unexpected("invalid_intensity", "intensity.maxRestarts", "a whole number, 0 or more", maxRestarts);
  }
  if (!Number.isFinite(within) || within <= 0) {
    throw unexpected("invalid_period", "intensity.within", "a number of milliseconds above 0", within);
  }
  expectOneOf("invalid_auto_shutdown", "autoShutdown", autoShutdown, ["never", "any_significant", "all_significant"]);
  return { strategy, maxRestarts, within, autoShutdown, keepsSpecs };
}

/** Options as they came from the user, or from the user's function. @throws {SpecError} */
export function checkOptions(options: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw unexpected("invalid_options", "the supervisor's options", "an object", options);
  }
}

/** The children a supervisor is to start with. @throws {SpecError} for the first that is faulty. */
export function checkSpecs(specs: readonly AnyChildSpec[], policy: Policy): void {
  if (!Array.isArray(specs)) throw unexpected("invalid_options", "children", "an array of child specs", specs);
  const ids = new Set<string>();
  for (const spec of specs) {
    checkSpec(spec, policy, false);
    if (ids.has(spec.id)) {
      const message = `Expected every child to have an id of its own, but two are called ${show(spec.id)}: rename one`;
      throw new SpecError("duplicate_child_name", message, spec.id);
    }
    ids.add(spec.id);
  }
}

/**
 * One child spec, for a supervisor that gives extra arguments or for one that does not. Keys it does not know are
 * ignored.
 *
 * @throws {SpecError}
 */
export function checkSpec(spec: AnyChildSpec, policy: Policy, givesExtra: boolean): void {
  if (typeof spec !== "object" || spec === null) {
    throw unexpected("invalid_child_spec", "a child spec", "what child() returns", spec);
  }
  const { id, definition, restart, shutdown, significant, type, startTimeout, name, label } = spec;
  if (typeof id !== "string") throw unexpected("invalid_id", "a child's id", "a string", id);
  if (typeof definition?.create !== "function") {
    throw unexpected(
      "invalid_definition",
      "definition",
      "what server(), machine() or supervisor() returns",
      definition,
      id,
    );
  }
  expectOneOf("invalid_restart_type", "restart", restart, ["permanent", "transient", "temporary"], id);
  if (!isShutdown(shutdown)) {
    throw unexpected("invalid_shutdown", "shutdown", 'milliseconds, "infinity" or "brutal_kill"', shutdown, id);
  }
  expectOneOf("invalid_child_type", "type", type, ["worker", "supervisor"], id);
  if (typeof startTimeout !== "number" || !(startTimeout > 0)) {
    throw unexpected("invalid_start_timeout", "startTimeout", "milliseconds above 0, or Infinity", startTimeout, id);
  }
  if (name !== undefined && typeof name !== "string" && !isViaName(name)) {
    throw unexpected("invalid_name", "name", "a string, or what via() of a registry returns", name, id);
  }
  if (label !== undefined && typeof label !== "string") {
    throw unexpected("invalid_label", "label", "a string", label, id);
  }
  if (typeof significant !== "boolean") {
    throw unexpected("invalid_significant", "significant", "true or false", significant, id);
  }
  checkCombinations(spec, policy, givesExtra);
}

function checkCombinations(spec: AnyChildSpec, policy: Policy, givesExtra: boolean): void {
  const { id } = spec;
  if (spec.significant && spec.restart === "permanent") {
    const message = `Expected the significant child ${show(id)} to be transient or temporary: a permanent one never ends by itself`;
    throw new SpecError("bad_combination", message, id);
  }
  if (spec.significant && policy.autoShutdown === "never") {
    const message = `Expected the supervisor of the significant child ${show(id)} to have autoShutdown "any_significant" or "all_significant", got "never"`;
    throw new SpecError("bad_combination", message, id);
  }
  if ((spec.takesExtra === true) !== givesExtra) {
    const message = givesExtra
      ? `Expected the child ${show(id)} to be made by partialChild(): its supervisor has extraArguments`
      : `Expected the child ${show(id)} to be made by child(): its supervisor has no extraArguments`;
    throw new SpecError("bad_combination", message, id);
  }
}

/** @throws {SpecError} */
export function checkDynamicOptions(maxChildren: number, extraArguments: readonly unknown[]): void {
  if (maxChildren !== Number.POSITIVE_INFINITY && (!Number.isInteger(maxChildren) || maxChildren < 0)) {
    throw unexpected("invalid_max_children", "maxChildren", "a whole number, 0 or more, or Infinity", maxChildren);
  }
  if (!Array.isArray(extraArguments)) {
    throw unexpected("invalid_extra_arguments", "extraArguments", "an array", extraArguments);
  }
}

function isShutdown(value: unknown): boolean {
  return value === "infinity" || value === "brutal_kill" || (Number.isFinite(value) && (value as number) >= 0);
}

function expectOneOf(fault: SpecFault, what: string, value: unknown, allowed: readonly string[], child?: string): void {
  if (allowed.some((option) => option === value)) return;
  throw unexpected(fault, what, allowed.map(show).join(" or "), value, child);
}

function unexpected(fault: SpecFault, what: string, expected: string, value: unknown, child?: string): SpecError {
  const place = child === undefined ? "" : ` of the child ${show(child)}`;
  return new SpecError(fault, `Expected ${what}${place} to be ${expected}, got ${show(value)}`, child);
}

/** Enough of a value to find it by, never its content. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  if (typeof value === "function") return "a function";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
