import type { ProcessNode } from "../../actors/index.js";

/** The operating system's process behind a client: what the transport's node in the tree says of itself. */
export function serverPid(tree: readonly ProcessNode[]): number | undefined {
  for (const { details, children } of tree) {
    const pid = typeof details.pid === "number" ? details.pid : serverPid(children);
    if (pid !== undefined) return pid;
  }
  return undefined;
}
