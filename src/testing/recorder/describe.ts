import type { ClientEvents } from "../../client/events.js";
import { CaduceusError, ConnectionLostError, ProtocolError } from "../../protocol/errors.js";
import { isRecord } from "../../protocol/message.js";

/** The words of a line that are there, with dots between them. */
export function words(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" · ");
}

/** An error by its code or name. Its message is left out: it may quote what a server said. */
export function describeError(error: unknown): string {
  if (error instanceof ConnectionLostError) return words(error.code, endOf(error));
  if (error instanceof ProtocolError) return words(error.code, `${error.rpcCode}`);
  if (error instanceof CaduceusError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

function endOf({ exitCode, signal }: ConnectionLostError): string | undefined {
  if (typeof signal === "string") return signal;
  return typeof exitCode === "number" ? `exit code ${exitCode}` : undefined;
}

/** A message on the wire by its method, what that is called with a name for, and its id. */
export function describeMessage(message: Readonly<Record<string, unknown>>): string {
  const { method, id, params } = message;
  if (typeof method !== "string") return words(message.error === undefined ? "result" : "error", idOf(id));
  const name = isRecord(params) && isNamed(method) ? params.name : undefined;
  return words(typeof name === "string" ? `${method} ${name}` : method, idOf(id));
}

/** Whether what is asked for has a name that is none of the user's values. */
function isNamed(method: string): boolean {
  return method === "tools/call" || method === "prompts/get";
}

function idOf(id: unknown): string | undefined {
  return typeof id === "string" || typeof id === "number" ? `id ${id}` : undefined;
}

export function describeReady({ server, incarnation }: ClientEvents["ready"]): string {
  const { name, version, era, protocolVersion } = server;
  return words(`incarnation ${incarnation}`, `${name} ${version}`.trim(), `${era} ${protocolVersion}`);
}
