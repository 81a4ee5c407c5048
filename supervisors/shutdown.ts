import type { Process, Self } from "../actors/index.js";
import type { Shutdown } from "./child-spec.js";

/** A process, and how it is to be stopped. */
export interface Stoppable {
  readonly process: Process | undefined;
  readonly shutdown: Shutdown;
}

/**
 * Stops these at once, and waits until all of them have ended and let go of what they owned (OTP S3, D2). There is one
 * timer for all that have the same shutdown time.
 *
 * The wait is on the end itself, not on the link's signal: a child that has unlinked holds up nobody (OTP S4). How a
 * child ends is of no interest here (OTP S5).
 */
export async function stopTogether<M>(self: Self<M>, children: readonly Stoppable[]): Promise<void> {
  const { clock } = self.runtime;
  const ends: Promise<unknown>[] = [];
  const slow = new Map<number, Process[]>();
  for (const { process, shutdown } of children) {
    if (process === undefined) continue;
    self.exitSignal(process, shutdown === "brutal_kill" ? "kill" : "shutdown");
    ends.push(process.exited);
    if (typeof shutdown !== "number" || !process.alive) continue;
    const others = slow.get(shutdown);
    if (others === undefined) slow.set(shutdown, [process]);
    else others.push(process);
  }
  if (slow.size === 0) {
    await Promise.all(ends);
    return;
  }

  const timers = [...slow].map(([limit, processes]) =>
    clock.setTimer(limit, () => {
      for (const process of processes) self.exitSignal(process, "kill");
    }),
  );
  const clear = () => {
    for (const timer of timers) clock.clearTimer(timer);
  };
  // Owned, since a supervisor that is killed meanwhile never comes back from the wait, and must leave no timer.
  self.own(clear);
  await Promise.all(ends);
  self.disown(clear);
  clear();
}

/** Stops these one after the other, in their order, each awaited (OTP S2). */
export async function stopInOrder<M>(self: Self<M>, children: readonly Stoppable[]): Promise<void> {
  for (const child of children) {
    await stopTogether(self, [child]);
    if (!self.process.alive) return;
  }
}
