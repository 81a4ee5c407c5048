import { type Behaviour, CallError, type Process, type Self } from "../../actors/index.js";
import type { DynamicSupervisorRef, SupervisorRef } from "../../supervisors/index.js";
import type { Client } from "./client.js";
import type { ConnectOptions, Server } from "./options.js";
import { assemble, prepare } from "./start.js";

/** A client whose supervision tree is run by a process that somebody else has started. */
interface Embedded {
  readonly client: Client;
  readonly behaviour: Behaviour;
}

/**
 * Makes a client for one life of the process that is to be the root of its tree.
 *
 * @throws {ConfigError}
 */
export function embed(self: Self, id: string, server: Server, options: ConnectOptions): Embedded {
  const { process, runtime } = self;
  const { client, tree, ended, warn } = assemble(prepare(server, options), runtime, () =>
    endBelow(self.parent, process, id),
  );
  void process.exited.then(ended);
  warn();
  return { client, behaviour: tree.create(self, undefined) };
}

/** Ends a process for good: its supervisor is asked to, or it would start it again. */
async function endBelow(parent: Process | undefined, process: Process, id: string): Promise<void> {
  try {
    if (isStatic(parent)) await parent.terminateChild(id);
    else if (isDynamic(parent)) await parent.terminateChild(process);
  } catch (error) {
    // A supervisor that is gone takes its children along.
    if (!(error instanceof CallError)) throw error;
  }
  await process[Symbol.asyncDispose]();
}

function isStatic(parent: Process | undefined): parent is SupervisorRef {
  return isDynamic(parent) && "restartChild" in parent;
}

function isDynamic(parent: Process | undefined): parent is DynamicSupervisorRef {
  return parent !== undefined && "terminateChild" in parent;
}
