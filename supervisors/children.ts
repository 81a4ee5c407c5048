import type { Definition, ExitReason, Process, StartOptions } from "../actors/index.js";
import type { AnyChildSpec, Restart, Shutdown } from "./child-spec.js";
import type { Member, Siblings, Status } from "./decision.js";
import type { ChildCounts, ChildInfo } from "./outcome.js";

/** One child of a running supervisor. Only {@link Children} changes where it stands. */
export class Child implements Member {
  /** Under which {@link Children} keeps it: its id, or itself in a dynamic supervisor, where ids may repeat. */
  readonly key: unknown;
  readonly id: string;
  readonly type: "worker" | "supervisor";
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  readonly significant: boolean;
  /** How to start it. Forgotten once a temporary child runs, which is never started again (OTP S6). */
  recipe: Recipe | undefined;
  /** How often it was started again because of an end, its own or a sibling's. */
  restarts = 0;
  status: Status = "stopped";
  /** The process of its latest life; there is one while it is `running`. */
  process: Process | undefined = undefined;

  constructor(spec: AnyChildSpec, argument: unknown, key?: string) {
    this.key = key ?? this;
    this.id = spec.id;
    this.type = spec.type;
    this.restart = spec.restart;
    this.shutdown = spec.shutdown;
    this.significant = spec.significant;
    const name = typeof spec.name === "string" ? spec.name : spec.id;
    const { mailbox, startTimeout: timeout } = spec;
    const options = { name: spec.name, label: spec.label ?? name, timeout, mailbox };
    this.recipe = { definition: spec.definition as Definition<unknown>, argument, options };
  }
}

interface Recipe {
  readonly definition: Definition<unknown>;
  readonly argument: unknown;
  readonly options: StartOptions;
}

/** The message by which a supervisor gives itself another turn for a child whose restart failed (OTP S9). */
export class Retry {
  readonly child: Child;
  /** Why the latest start failed. */
  readonly reason: ExitReason | "timeout";

  constructor(child: Child, reason: ExitReason | "timeout") {
    this.child = child;
    this.reason = reason;
  }
}

/**
 * The children of a supervisor in the order of their start, which restarts do not change. Every change costs the same
 * however many there are.
 */
export class Children implements Siblings<Child> {
  readonly #byKey = new Map<unknown, Child>();
  /** Each child that had a process, under the latest one. */
  readonly #byProcess = new Map<Process, Child>();
  #activeSignificant = 0;

  get size(): number {
    return this.#byKey.size;
  }

  get activeSignificant(): number {
    return this.#activeSignificant;
  }

  get(key: unknown): Child | undefined {
    return this.#byKey.get(key);
  }

  /** The child whose latest process this is. */
  of(process: Process): Child | undefined {
    return this.#byProcess.get(process);
  }

  all(): Child[] {
    return [...this.#byKey.values()];
  }

  from(child: Child): Child[] {
    const all = this.all();
    return all.slice(all.indexOf(child));
  }

  /** Those with a process, latest started first: the order of stopping. */
  running(): Child[] {
    return this.all()
      .filter((child) => child.status === "running")
      .reverse();
  }

  add(child: Child): void {
    this.#byKey.set(child.key, child);
  }

  remove(child: Child): void {
    this.stopped(child);
    this.#byKey.delete(child.key);
    if (child.process !== undefined) this.#byProcess.delete(child.process);
  }

  started(child: Child, process: Process): void {
    if (child.process !== undefined) this.#byProcess.delete(child.process);
    this.#byProcess.set(process, child);
    child.process = process;
    if (child.restart === "temporary") child.recipe = undefined;
    this.#become(child, "running");
  }

  stopped(child: Child): void {
    this.#become(child, "stopped");
  }

  restarting(child: Child): void {
    this.#become(child, "restarting");
  }

  #become(child: Child, status: Status): void {
    if (child.significant) this.#activeSignificant += Number(status !== "stopped") - Number(child.status !== "stopped");
    child.status = status;
  }

  /** Newest first, as OTP lists them. */
  infos(): ChildInfo[] {
    return this.all().reverse().map(infoOf);
  }

  counts(): ChildCounts {
    let active = 0;
    let supervisors = 0;
    for (const child of this.#byKey.values()) {
      if (child.status === "running") active++;
      if (child.type === "supervisor") supervisors++;
    }
    return { specs: this.size, active, supervisors, workers: this.size - supervisors };
  }
}

function infoOf({ id, type, status, process }: Child): ChildInfo {
  return status === "running"
    ? { id, type, status, process: process as Process }
    : { id, type, status, process: undefined };
}
