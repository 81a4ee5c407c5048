import type { Runtime } from "../../actors/index.js";
import { killGroups } from "../transport/process-groups.js";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];

/** Listeners of ours, to be told from the host's own. */
const ours = new WeakSet<NodeJS.SignalsListener>();

/**
 * Closes a client in order when the host gets SIGINT or SIGTERM, and then lets the signal do what it would have done: a
 * host that does not listen itself ends by it. A second signal waits for nothing: what the servers have started is killed.
 * With several clients the last one that has closed lets the signal go on.
 *
 * Returns how to stop listening.
 */
export function closeOnSignals(runtime: Runtime, close: () => Promise<void>): () => void {
  let isClosing = false;
  const stop = () => {
    for (const signal of SIGNALS) process.removeListener(signal, listener);
  };
  const listener: NodeJS.SignalsListener = (signal) => {
    // First in line, so that a listener of the host's that hears only once is still there to be seen.
    const isHosts = process.listeners(signal).some((each) => !ours.has(each));
    const goOn = () => {
      stop();
      if (!isHosts && process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    if (!isClosing) {
      isClosing = true;
      void close().then(goOn, goOn);
    } else if (!isHosts) {
      killGroups(runtime);
      goOn();
    }
  };
  ours.add(listener);
  for (const signal of SIGNALS) process.prependListener(signal, listener);
  return () => {
    // While it closes, it still has to let the signal go on.
    if (!isClosing) stop();
  };
}
