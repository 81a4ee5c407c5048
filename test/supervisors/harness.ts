import { expect, onTestFinished } from "vitest";
import {
  type Definition,
  describeExit,
  type ExitReason,
  type Inspection,
  noreply,
  type Process,
  reply,
  type ServerRef,
  type StartResult,
  server,
  stop,
} from "../../actors/index.js";
import { type SupervisorOptions, type SupervisorRef, supervisor } from "../../supervisors/index.js";
import { type TestRuntime, testRuntime } from "../support/runtime.js";
import type { WorkerRef } from "./worker.js";

export interface Harness extends Omit<TestRuntime, "probe"> {
  /** Starts, ends and restarts so far: `+a`, `-a shutdown`, `restart a`. */
  readonly journal: string[];
  /** The journal since this was asked for last. */
  news(): string[];
  /** Starts a supervisor called `sup` that belongs to nobody. */
  supervise(options: SupervisorOptions): Promise<SupervisorRef>;
  /** Ends a worker by its own doing, and lets everything happen that follows from it at this instant. */
  end(process: Process | undefined, reason: ExitReason): Promise<void>;
}

/** A test's stage. When the test is over everything must be able to stop, and leave neither process nor timer behind. */
export function harness(seed: number | undefined): Harness {
  const journal: string[] = [];
  let seen = 0;
  const { runtime, clock, drive, crashes } = testRuntime({ seed, onInspect: (event) => note(journal, event) });
  onTestFinished(async () => {
    const stopped = runtime.stop();
    await clock.advance(600_000);
    await stopped;
    expect(runtime.size).toBe(0);
    expect(clock.timers).toBe(0);
  });
  return {
    runtime,
    clock,
    drive,
    crashes,
    journal,
    news() {
      const news = journal.slice(seen);
      seen = journal.length;
      return news;
    },
    supervise: (options) => runtime.start(supervisor("sup", options)),
    async end(process, reason) {
      expect(process?.alive).toBe(true);
      (process as WorkerRef).cast("end", reason);
      await clock.settle();
    },
  };
}

/** The children by id: the process, or where a child without one stands. */
export async function children(ref: Pick<SupervisorRef, "whichChildren">): Promise<Record<string, Process>> {
  const infos = await ref.whichChildren();
  return Object.fromEntries(infos.map(({ id, process, status }) => [id, process ?? (status as never)]));
}

export async function countsOf(ref: Pick<SupervisorRef, "countChildren">): Promise<number[]> {
  const { specs, active, supervisors, workers } = await ref.countChildren();
  return [specs, active, supervisors, workers];
}

interface Parent {
  calls: { start(): StartResult<SupervisorRef> };
  casts: { end(reason: ExitReason): void };
}

/** A process that starts a supervisor with a link, traps exits, and writes down the exit signals it gets. */
export function parentOf(
  definition: Definition<undefined, SupervisorRef>,
  exits: string[],
): Definition<undefined, ParentRef> {
  return server<Parent>("parent")({
    init(_: undefined, self) {
      self.trapExit = true;
      return undefined;
    },
    calls: {
      start: async (_, state, self) => reply(await self.startLink(definition), state),
    },
    casts: { end: (reason, state) => stop(reason, state) },
    info(message, state) {
      if (message.type === "EXIT") exits.push(describeExit(message.reason));
      return noreply(state);
    },
  });
}

export type ParentRef = ServerRef<Parent>;

function note(journal: string[], event: Inspection): void {
  if (event.type === "spawn") journal.push(`+${event.process.label}`);
  if (event.type === "exit") journal.push(`-${event.process.label} ${describeExit(event.reason)}`);
  if (event.type === "restart") journal.push(`restart ${event.child}`);
}
