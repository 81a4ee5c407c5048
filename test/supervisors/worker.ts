import {
  type ExitReason,
  failure,
  ignore,
  noreply,
  type Process,
  type Runtime,
  reply,
  type ServerRef,
  server,
  stop,
} from "../../actors/index.js";

interface Worker {
  calls: { role(): Role };
  casts: { end(reason: ExitReason): void; unlink(from: Process): void };
}

export type WorkerRef = ServerRef<Worker>;

/** How one start of a worker goes; a number is how many milliseconds its `init` takes. */
export type Turn = "ok" | "ignore" | "error" | number;

/** What a worker is told to be like. */
export interface Role {
  /** How its starts go, one after the other; then all are `ok`. The array is used up by all of its lives. */
  readonly turns?: Turn[];
  /** Traps exits, and takes so many milliseconds to terminate; `Infinity` never does. */
  readonly closing?: number;
}

export const boom = failure(new Error("boom"));

/** A child that starts and ends in the way it is told to. */
export const worker = server<Worker>("worker")({
  async init(role: Role | undefined, self) {
    const turn = role?.turns?.shift() ?? "ok";
    if (turn === "ignore") return ignore;
    if (turn === "error") throw new Error("no start");
    if (typeof turn === "number") await sleep(turn, self.runtime);
    self.trapExit = role?.closing !== undefined;
    return role ?? {};
  },
  calls: { role: (_, role) => reply(role, role) },
  casts: {
    end: (reason, role) => stop(reason, role),
    unlink(from, role, self) {
      self.unlink(from);
      return noreply(role);
    },
  },
  terminate: (reason, role, self) =>
    reason === "shutdown" && role.closing !== undefined ? sleep(role.closing, self.runtime) : undefined,
});

function sleep(ms: number, { clock }: Runtime): Promise<void> {
  return new Promise((resolve) => clock.setTimer(ms, resolve));
}
