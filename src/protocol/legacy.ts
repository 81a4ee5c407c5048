import type { Ask, Codec, Era, Headers } from "./codec.js";
import type { Params, ProgressToken, RequestId, RpcNotification, RpcRequest } from "./message.js";
import type { InitializeResult } from "./results.js";

/** The revisions with an `initialize` handshake, newest first. The first one is offered. */
export const LEGACY_VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;
export type LegacyVersion = (typeof LEGACY_VERSIONS)[number];

export function isLegacyVersion(version: string): version is LegacyVersion {
  return (LEGACY_VERSIONS as readonly string[]).includes(version);
}

export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly title?: string | undefined;
}

/** What a server said of itself in the handshake. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly title: string | undefined;
  readonly instructions: string | undefined;
  readonly capabilities: InitializeResult["capabilities"];
  readonly protocolVersion: string;
  readonly era: Era;
}

/**
 * The legacy era's wire: an `initialize` handshake, then requests that carry nothing of the client but their `_meta`.
 *
 * Source: MCP specification, revision 2025-11-25, "Lifecycle", "Cancellation", "Progress".
 */
export const legacy = {
  initialize(id: RequestId, version: LegacyVersion, clientInfo: Implementation, capabilities: Params): RpcRequest {
    return { jsonrpc: "2.0", id, method: "initialize", params: { protocolVersion: version, capabilities, clientInfo } };
  },

  initialized(): RpcNotification {
    return { jsonrpc: "2.0", method: "notifications/initialized" };
  },

  /** What the server's checked answer says of it. */
  serverInfo(result: InitializeResult): ServerInfo {
    return {
      name: result.serverInfo.name,
      version: result.serverInfo.version,
      title: result.serverInfo.title,
      instructions: result.instructions,
      capabilities: result.capabilities,
      protocolVersion: result.protocolVersion,
      era: "legacy",
    };
  },
} as const;

/** The revisions from which on every HTTP request after the handshake names the one agreed on. */
const NAMED_IN_HEADER: readonly string[] = ["2025-06-18", "2025-11-25"];

const NO_HEADERS: Headers = {};

/**
 * The form of requests of the legacy era, after the handshake has agreed on a revision.
 *
 * Source: MCP specification, revision 2025-11-25, "Cancellation", "Progress"; "Transports", Protocol Version Header.
 */
export function legacyCodec(version: string): Codec {
  const headers = NAMED_IN_HEADER.includes(version) ? { "mcp-protocol-version": version } : NO_HEADERS;
  return {
    era: "legacy",
    version,
    isCancelledByClosing: false,
    request: legacyRequest,
    cancelled(requestId: RequestId, reason: string | undefined): RpcNotification {
      const params = reason === undefined ? { requestId } : { requestId, reason };
      return { jsonrpc: "2.0", method: "notifications/cancelled", params };
    },
    headers: () => headers,
  };
}

/** The caller's `_meta` is kept; the progress token is added to it. */
function legacyRequest(id: RequestId, { method, params, meta }: Ask, progressToken: ProgressToken): RpcRequest {
  const given = params?._meta as Params | undefined;
  const _meta = given === undefined && meta === undefined ? { progressToken } : { ...given, ...meta, progressToken };
  return { jsonrpc: "2.0", id, method, params: { ...params, _meta } };
}
