import type { Ask, Codec, Headers, Leg } from "./codec.js";
import { encodeHeaderValue } from "./header-value.js";
import { readResult } from "./input-required.js";
import { cancelledNotification, type Implementation, type ServerInfo } from "./legacy.js";
import type { Params, ProgressToken, RequestId, RpcError, RpcRequest } from "./message.js";
import { modernErrorOf } from "./modern-errors.js";
import { type ToolHeaders, toolCallHeaders } from "./param-headers.js";
import type { DiscoverResult } from "./results.js";
import { modernTasks, withTasks } from "./tasks.js";

/** The revisions without a handshake, newest first. The first one is preferred. */
export const MODERN_VERSIONS = ["2026-07-28"] as const;
export type ModernVersion = (typeof MODERN_VERSIONS)[number];

export function isModernVersion(version: string): version is ModernVersion {
  return (MODERN_VERSIONS as readonly string[]).includes(version);
}

/** What every request says of the client. */
export interface ModernClient {
  readonly clientInfo: Implementation;
  readonly capabilities: Params;
  /** The level from which on the server shall send log messages; `undefined`: none at all. */
  readonly logLevel: () => string | undefined;
  /** Which arguments of a tool are mirrored into headers. */
  readonly toolHeaders: ToolHeaders;
}

const DISCOVER = "server/discover";

/** In which parameter the name of what is asked for stands. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
};

/** What the specification took out with the session. */
const GONE: readonly string[] = ["notifications/initialized", "notifications/roots/list_changed"];

/**
 * The modern era's wire: no handshake, and requests that say which revision they are of and who asks.
 *
 * Source: MCP specification, revision 2026-07-28, "General fields", "Cancellation", "Streamable HTTP".
 */
export function modernCodec(version: ModernVersion, client: ModernClient): Codec {
  const identity = {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientInfo": client.clientInfo,
    "io.modelcontextprotocol/clientCapabilities": withTasks(client.capabilities),
  };

  /** The caller's `_meta` is kept, but for what is the protocol's. */
  function request(id: RequestId, ask: Ask, progressToken: ProgressToken | undefined, leg?: Leg): RpcRequest {
    const { params, meta } = ask;
    const level = client.logLevel();
    const _meta = {
      ...(level === undefined ? {} : { "io.modelcontextprotocol/logLevel": level }),
      ...(params?._meta as Params | undefined),
      ...meta,
      ...identity,
      progressToken,
    };
    return { jsonrpc: "2.0", id, method: wireName(ask.method), params: { ...params, ...inputOf(leg), _meta } };
  }

  function headers(method: string, params: Params | undefined): Headers {
    const all: Record<string, string> = { "mcp-protocol-version": version, "mcp-method": encodeHeaderValue(method) };
    const name = Object.hasOwn(NAMED_BY, method) ? params?.[NAMED_BY[method] ?? ""] : undefined;
    if (typeof name === "string") all["mcp-name"] = encodeHeaderValue(name);
    return method === "tools/call" ? { ...toolCallHeaders(client.toolHeaders, params), ...all } : all;
  }

  return {
    era: "modern",
    version,
    isCancelledByClosing: true,
    hasServerRequests: false,
    request,
    headers,
    cancelled: cancelledNotification,
    carries: (notification) => !GONE.includes(notification),
    read: readResult,
    tasks: modernTasks,
    rejection,
  };
}

/** The question with which a client learns what a modern server is; as a probe, too. */
export const discoverAsk: Ask = { method: DISCOVER, params: undefined, meta: undefined };

/** What the server's checked answer says of it. Its name is its own affair: it may leave it out. */
export function modernServerInfo(result: DiscoverResult, version: ModernVersion): ServerInfo {
  const said = result._meta?.["io.modelcontextprotocol/serverInfo"];
  return {
    name: said?.name ?? "",
    version: said?.version ?? "",
    title: said?.title,
    instructions: result.instructions,
    capabilities: result.capabilities,
    protocolVersion: version,
    era: "modern",
  };
}

/** The modern era has no `ping`: what every server answers is asked instead. */
function wireName(method: string): string {
  return method === "ping" ? DISCOVER : method;
}

/** What is not there must not be sent, not even as nothing. */
function inputOf(leg: Leg | undefined): Params {
  const { inputResponses, requestState } = leg ?? {};
  return {
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(requestState === undefined ? {} : { requestState }),
  };
}

function rejection(error: RpcError): "version" | "headers" | undefined {
  const kind = modernErrorOf(error)?.kind;
  if (kind === "unsupportedVersion") return "version";
  return kind === "headerMismatch" ? "headers" : undefined;
}
