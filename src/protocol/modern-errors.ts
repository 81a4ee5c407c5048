import { isRecord, type RpcError } from "./message.js";

const HEADER_MISMATCH = -32_020;
const MISSING_REQUIRED_CLIENT_CAPABILITY = -32_021;
const UNSUPPORTED_PROTOCOL_VERSION = -32_022;

/** An error that only a server of the modern era sends. */
export type ModernError =
  | { readonly kind: "headerMismatch" }
  | { readonly kind: "missingCapability" }
  | { readonly kind: "unsupportedVersion"; readonly supported: readonly string[] };

/**
 * Recognises an error of the modern era: by its code, and by the data the code is specified to come with, since servers
 * of the legacy era were free to use the number for something else.
 *
 * Source: MCP specification, revision 2026-07-28, "Error Codes".
 */
export function modernErrorOf({ code, data }: RpcError): ModernError | undefined {
  const facts = isRecord(data) ? data : {};
  switch (code) {
    case HEADER_MISMATCH:
      return { kind: "headerMismatch" };
    case MISSING_REQUIRED_CLIENT_CAPABILITY:
      return isRecord(facts.requiredCapabilities) ? { kind: "missingCapability" } : undefined;
    case UNSUPPORTED_PROTOCOL_VERSION:
      return Array.isArray(facts.supported)
        ? { kind: "unsupportedVersion", supported: facts.supported.filter((each) => typeof each === "string") }
        : undefined;
    default:
      return undefined;
  }
}
