import type { Cell } from "./cell.js";
import { ReleaseError } from "./errors.js";
import { failure } from "./exit.js";
import { isThenable } from "./thenable.js";

/** What a process may own: anything disposable, or a function that lets go of something. */
export type Resource = Disposable | AsyncDisposable | (() => unknown);

/**
 * Releases what an ending process owns, newest first, one after the other, and calls `done` when all of it has settled.
 * When `disposeTimeout` passes first, what has not been begun is begun at once without waiting, the delay is reported,
 * and `done` is called: a disposer that hangs holds up nobody for longer than that (OTP P5).
 */
export function release(cell: Cell, done: () => void): void {
  const waiting = [...(cell.resources ?? [])];
  cell.resources = undefined;
  const { clock, disposeTimeout } = cell.runtime;
  let isDone = false;
  const finish = () => {
    if (isDone) return;
    isDone = true;
    clock.clearTimer(timer);
    done();
  };
  const timer = clock.setTimer(disposeTimeout, () => {
    const error = new ReleaseError(`${cell.label} owns a resource that did not close within ${disposeTimeout} ms`);
    cell.runtime.crashed({ process: cell, reason: failure(error) });
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) void dispose(cell, next);
    finish();
  });

  const releaseNext = (): void => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const pending = dispose(cell, next);
      if (pending !== undefined) {
        void pending.then(releaseNext);
        return;
      }
    }
    finish();
  };
  releaseNext();
}

/** Never throws and never rejects: a disposer that fails is a warning, not a reason to keep the rest. */
export function dispose(cell: Cell, resource: Resource): Promise<void> | undefined {
  const failed = (cause: unknown) => {
    const error = new ReleaseError(`${cell.label} owns a resource that failed to close`, { cause });
    cell.runtime.crashed({ process: cell, reason: failure(error) });
  };
  try {
    const pending = closeResource(resource);
    if (!isThenable(pending)) return undefined;
    return Promise.resolve(pending).then(() => undefined, failed);
  } catch (error) {
    failed(error);
    return undefined;
  }
}

function closeResource(resource: Resource): unknown {
  if (typeof resource === "function") return resource();
  if (Symbol.asyncDispose in resource) return resource[Symbol.asyncDispose]();
  return resource[Symbol.dispose]();
}
