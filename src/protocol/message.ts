/**
 * JSON-RPC 2.0 as MCP uses it, told apart by shape: one look at two keys, no trial parsing.
 *
 * Source: MCP specification, revision 2025-11-25, Base Protocol, "Messages".
 */
export type RequestId = string | number;
export type ProgressToken = string | number;
export type Params = Readonly<Record<string, unknown>>;

export interface RpcRequest {
  readonly jsonrpc: "2.0";
  readonly id: RequestId;
  readonly method: string;
  readonly params?: Params;
}

export interface RpcNotification {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: Params;
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export interface RpcResponse {
  readonly jsonrpc: "2.0";
  readonly id: RequestId;
  readonly result?: unknown;
  readonly error?: RpcError;
}

/** What came from the other side: `invalid` is anything that is none of the three. */
export type Incoming =
  | { readonly kind: "request"; readonly request: RpcRequest }
  | { readonly kind: "notification"; readonly notification: RpcNotification }
  | { readonly kind: "response"; readonly response: RpcResponse }
  | { readonly kind: "invalid" };

const INVALID: Incoming = { kind: "invalid" };

/** JSON-RPC's code for an error of the server's own. */
const INTERNAL_ERROR = -32_603;

export function classify(value: unknown): Incoming {
  if (!isRecord(value)) return INVALID;
  const { id, method } = value;
  const isIdentified = typeof id === "string" || typeof id === "number";
  if (typeof method === "string") {
    if (isIdentified) return { kind: "request", request: value as unknown as RpcRequest };
    return id === undefined ? { kind: "notification", notification: value as unknown as RpcNotification } : INVALID;
  }
  if (!isIdentified) return INVALID;
  // JSON-RPC 1.0 has both keys in every response, one of them null.
  if (value.error !== undefined && value.error !== null) {
    return { kind: "response", response: { jsonrpc: "2.0", id, error: rpcErrorOf(value.error) } };
  }
  if ("result" in value) return { kind: "response", response: { jsonrpc: "2.0", id, result: value.result } };
  return INVALID;
}

/** An error that does not say what it answers: its sender could not read that far. */
export function namelessErrorOf(value: unknown): RpcError | undefined {
  if (!isRecord(value) || "method" in value || (value.id !== null && value.id !== undefined)) return undefined;
  return isRecord(value.error) ? rpcErrorOf(value.error) : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isProgressToken(value: unknown): value is ProgressToken {
  return typeof value === "string" || (typeof value === "number" && Number.isInteger(value));
}

/** An error however it is written: whoever waits for the answer has to hear that there is one. */
export function rpcErrorOf(value: unknown): RpcError {
  const { code, message, ...rest } = isRecord(value) ? value : { message: value };
  return {
    code: typeof code === "number" ? code : INTERNAL_ERROR,
    message: typeof message === "string" ? message : "",
    ...("data" in rest ? { data: rest.data } : {}),
  };
}
