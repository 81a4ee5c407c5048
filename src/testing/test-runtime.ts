import "./preload.js";
import { type CrashReport, type Inspection, Runtime, VirtualClock } from "../../actors/index.js";
import { drive } from "./drive.js";
import { Probe } from "./probe.js";

/** A runtime whose time stands still until the test moves it, and which keeps its crash reports for the test. */
export interface TestRuntime {
  readonly runtime: Runtime;
  readonly clock: VirtualClock;
  /** Every crash report so far, oldest first. */
  readonly crashes: CrashReport[];
  /**
   * Lets time pass, from timer to timer, until a promise has settled, and not longer; returns what it resolves with.
   *
   * @throws what the promise rejects with, and an error when it never settles: nothing is left to wait for.
   */
  readonly drive: <T>(promise: PromiseLike<T>) => Promise<T>;
  /** Makes a process that keeps what it is sent, for the test to look at. */
  readonly probe: <M = never>() => Probe<M>;
}

export interface TestRuntimeOptions {
  /**
   * What all chance is drawn from: which runnable process is next, and a client's tokens and waits. The same seed gives the
   * same run, byte for byte. `undefined`: first come, first served, and tokens that nobody can guess.
   */
  readonly seed?: number | undefined;
  readonly onInspect?: ((event: Inspection) => void) | undefined;
  /** Milliseconds; the runtime's default where not given. */
  readonly disposeTimeout?: number | undefined;
}

/**
 * A runtime on virtual time, in which a seed decides the order of runnable processes.
 *
 * ```ts
 * const { runtime, clock, drive, crashes } = testRuntime({ seed: 7 });
 * await clock.advance(5_000);
 * const client = await drive(connect(server.transport, { runtime }));
 * ```
 */
export function testRuntime({ seed, onInspect, disposeTimeout }: TestRuntimeOptions = {}): TestRuntime {
  const clock = new VirtualClock();
  const crashes: CrashReport[] = [];
  const random = seed === undefined ? undefined : randomFrom(seed);
  const onCrash = (report: CrashReport) => crashes.push(report);
  const runtime = new Runtime({ clock, random, disposeTimeout, onInspect, onCrash });
  return {
    runtime,
    clock,
    crashes,
    drive: (promise) => drive(clock, promise),
    probe: () => new Probe(runtime, clock),
  };
}

/** A small generator of numbers in [0, 1), the same for the same seed: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
