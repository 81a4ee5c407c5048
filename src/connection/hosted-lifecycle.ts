import { MachineHost, type MachineTimer, type Self } from "../../actors/index.js";
import { lifecycle } from "./lifecycle.js";
import type { ConnectionSettings } from "./settings.js";

export type HostedLifecycle = MachineHost<typeof lifecycle>;

/** What the lifecycle has the connection do, and asks of it. */
export interface LifecycleShell {
  openTransport(): void;
  shakeHands(): void;
  dropTransport(): void;
  openOutbox(): void;
  closeOutbox(): void;
  failWaiting(): void;
  forgiveFailures(): void;
  /** Milliseconds until the next incarnation. */
  backoff(): number;
}

/** The lifecycle in its connection's process. */
export function hostLifecycle(
  self: Self<MachineTimer>,
  settings: Pick<ConnectionSettings, "handshakeLimit" | "downAfter" | "backoff">,
  { backoff, ...actions }: LifecycleShell,
): HostedLifecycle {
  const logic = lifecycle.provide({
    actions,
    delays: {
      backoff,
      handshakeLimit: () => settings.handshakeLimit,
      downAfter: () => settings.downAfter,
      resetAfter: () => settings.backoff.resetAfter,
    },
  });
  return new MachineHost(self, logic);
}
