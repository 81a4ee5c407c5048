import { cellOf } from "./address.js";
import { ask, type CallOptions } from "./call.js";
import { MailKind, type SystemMessage } from "./mail.js";
import type { Process } from "./process.js";

/**
 * Reads a server's state between two messages: for tests and for people who look after a running program, not for
 * programs. It does not touch the server's idle timeout.
 *
 * Source: Erlang stdlib, `sys:get_state/2`.
 *
 * @throws {CallError} as `ServerRef.call` does. A process that is no server answers nothing, which is a `timeout`.
 */
export function getState(process: Process, options?: CallOptions): Promise<unknown> {
  return order(process, { order: "getState" }, options);
}

/**
 * Replaces a server's state between two messages and resolves with the new one. A function that throws changes nothing
 * and makes only the caller fail.
 *
 * Source: Erlang stdlib, `sys:replace_state/3`.
 *
 * @throws {CallError} as {@link getState} does, or what `replace` threw.
 */
export async function replaceState<S>(process: Process, replace: (state: S) => S, options?: CallOptions): Promise<S> {
  let failed: { readonly error: unknown } | undefined;
  const replaceOrKeep = (state: unknown): unknown => {
    try {
      return replace(state as S);
    } catch (error) {
      failed = { error };
      return state;
    }
  };
  const state = await order(process, { order: "replaceState", replace: replaceOrKeep }, options);
  if (failed !== undefined) throw (failed as { readonly error: unknown }).error;
  return state as S;
}

function order(process: Process, message: SystemMessage, options: CallOptions | undefined): Promise<unknown> {
  return ask(cellOf(process), MailKind.system, message.order, message, options);
}
