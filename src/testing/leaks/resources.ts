import { createHook } from "node:async_hooks";
import { isLibraryFrame, isOfTheSearch, isOutsideFrame, whereOf } from "./stack.js";

/** Something of Node's that keeps a program running. */
export interface OpenResource {
  readonly kind: ResourceKind;
  /** The line that made it, as far as it is known. */
  readonly where: string | undefined;
  /** The pid, of a child process. */
  readonly pid: number | undefined;
}

export type ResourceKind = "timer" | "socket" | "listening socket" | "pipe" | "child process" | "file watcher";

/** Node's own names for what is looked at; requests and promises end by themselves. */
const KINDS: Readonly<Record<string, ResourceKind>> = {
  Timeout: "timer",
  TCPWRAP: "socket",
  UDPWRAP: "socket",
  TCPSERVERWRAP: "listening socket",
  PIPESERVERWRAP: "listening socket",
  PIPEWRAP: "pipe",
  PROCESSWRAP: "child process",
  FSEVENTWRAP: "file watcher",
};

/** As far as all of Node's resources have it. */
interface Handle {
  hasRef?(): boolean;
  readonly pid?: number;
}

interface Made {
  readonly kind: ResourceKind;
  readonly handle: Handle;
  /** Its stack is text only when somebody looks, since to make it so takes long. */
  readonly maker: Error;
}

/** Watches which of Node's resources are made, and which of them end. */
export class Resources {
  readonly #made = new Map<number, Made>();
  readonly #changed: () => void;
  readonly #hook = createHook({
    init: (id, type, _trigger, resource) => this.#add(id, type, resource),
    destroy: (id) => this.#remove(id),
  });

  /** Begins to watch. `changed` is called when one has ended. */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#hook.enable();
  }

  /** What was made since, keeps the program running, and has not ended. */
  get open(): OpenResource[] {
    return [...this.#made.values()]
      .filter((made) => made.handle.hasRef?.() !== false && isLookedAt(made))
      .map(({ kind, handle, maker }) => ({ kind, where: whereOf(maker.stack), pid: handle.pid }));
  }

  stop(): void {
    this.#hook.disable();
    this.#made.clear();
  }

  #add(id: number, type: string, handle: Handle): void {
    const kind = KINDS[type];
    if (kind === undefined) return;
    this.#made.set(id, { kind, handle, maker: makerHere() });
  }

  #remove(id: number): void {
    if (this.#made.delete(id)) this.#changed();
  }
}

/** Deep enough to show who called the library. */
const DEPTH = 30;

function makerHere(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const maker = new Error("made here");
  Error.stackTraceLimit = stackTraceLimit;
  return maker;
}

function isLookedAt({ kind, maker: { stack } }: Made): boolean {
  if (isOfTheSearch(stack)) return false;
  // A test runner has timers, too. A socket may be made by a dependency of the library's, with nothing of it on the stack.
  return kind !== "timer" || isLibraryFrame(stack) || isOutsideFrame(stack);
}
