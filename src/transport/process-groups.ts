import { spawnSync } from "node:child_process";
import type { Runtime } from "../../actors/index.js";

/**
 * The process groups a runtime owns. Each server is started as the leader of a group of its own, so that what it started
 * itself (npx, `sh -c`) ends with it. Windows has no groups: there it is the tree of processes that is ended, untested.
 *
 * While a runtime owns any, and only then, one listener to the host's `exit` kills them. A host that ends by a signal runs
 * no such listener: its servers see the end of their stdin and should exit.
 */
const groupsOf = new WeakMap<Runtime, { readonly leaders: Set<number>; readonly onExit: () => void }>();

const HAS_GROUPS = process.platform !== "win32";

/** Whether a child should be spawned `detached`, which makes it a group's leader. */
export const makesGroup = HAS_GROUPS;

export function adoptGroup(runtime: Runtime, leader: number): void {
  let groups = groupsOf.get(runtime);
  if (groups === undefined) {
    const leaders = new Set<number>();
    const onExit = () => killGroups(runtime);
    groups = { leaders, onExit };
    groupsOf.set(runtime, groups);
    process.once("exit", onExit);
  }
  groups.leaders.add(leader);
}

export function dropGroup(runtime: Runtime, leader: number): void {
  const groups = groupsOf.get(runtime);
  if (groups === undefined) return;
  groups.leaders.delete(leader);
  if (groups.leaders.size > 0) return;
  process.removeListener("exit", groups.onExit);
  groupsOf.delete(runtime);
}

/** Kills everything a runtime's servers are and have started, at once. */
export function killGroups(runtime: Runtime): void {
  for (const leader of groupsOf.get(runtime)?.leaders ?? []) signalGroup(leader, "SIGKILL");
}

/** Signals every process of a group; `false` when there is none. On Windows every signal but 0 is the end at once. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  if (!HAS_GROUPS && signal !== 0) return endTree(leader);
  try {
    process.kill(HAS_GROUPS ? -leader : leader, signal);
    return true;
  } catch (error) {
    // EPERM: somebody of the group lives but has changed its user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whoever ended the leader alone could not find what it has started any more. Waits, since the host may be exiting. */
function endTree(leader: number): boolean {
  const args = ["/T", "/F", "/PID", `${leader}`];
  return spawnSync("taskkill", args, { stdio: "ignore", windowsHide: true }).status === 0;
}
