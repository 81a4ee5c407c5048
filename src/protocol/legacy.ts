import type { Ask, Codec, Era, Headers, Reading } from "./codec.js";
import {
  isRecord,
  type Params,
  type ProgressToken,
  type RequestId,
  type RpcNotification,
  type RpcRequest,
} from "./message.js";
import type { InitializeResult } from "./results.js";
import { legacyTasks, readLegacyCreated } from "./tasks.js";

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

/** What a server said of itself in the handshake, or when it was asked. */
export interface ServerInfo {
  /** Empty where a server of the modern era does not say. */
  readonly name: string;
  /** Empty where a server of the modern era does not say. */
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

/** The one revision that has tasks of its own. */
const WITH_TASKS = "2025-11-25";

const NO_HEADERS: Headers = {};

const COMPLETE: Reading = { kind: "complete" };

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
    hasServerRequests: true,
    request: legacyRequest,
    cancelled: cancelledNotification,
    headers: () => headers,
    carries: () => true,
    // What a result's `resultType` may be is the tool's own affair here.
    read: (_method, result, isTask) => (isTask === true ? readAugmented(result) : COMPLETE),
    tasks: version === WITH_TASKS ? legacyTasks : undefined,
    rejection: () => undefined,
  };
}

/** A server that knows nothing of tasks answers as if none had been asked for. */
function readAugmented(result: unknown): Reading {
  const task = isRecord(result) ? result.task : undefined;
  if (!isRecord(task)) return COMPLETE;
  const reading = readLegacyCreated(task);
  return reading.ok ? { kind: "task", state: reading.state } : { kind: "invalid", problem: reading.problem };
}

/** Tells the server that nobody waits for an answer any more; the same in both eras. */
export function cancelledNotification(requestId: RequestId, reason: string | undefined): RpcNotification {
  const params = reason === undefined ? { requestId } : { requestId, reason };
  return { jsonrpc: "2.0", method: "notifications/cancelled", params };
}

/** The caller's `_meta` is kept; the progress token is added to it. */
function legacyRequest(
  id: RequestId,
  { method, params, meta }: Ask,
  progressToken: ProgressToken | undefined,
): RpcRequest {
  const given = params?._meta as Params | undefined;
  const _meta = given === undefined && meta === undefined ? { progressToken } : { ...given, ...meta, progressToken };
  return { jsonrpc: "2.0", id, method, params: { ...params, _meta } };
}
