import { isRecord, type RpcError } from "./message.js";

const URL_ELICITATION_REQUIRED = -32_042;

/**
 * The ids of what a user has to do at a URL before a refused request can be repeated; none for any other error.
 *
 * Source: MCP specification, revision 2025-11-25, "Elicitation", "URL Elicitation Required Error".
 */
export function requiredElicitations({ code, data }: RpcError): string[] {
  if (code !== URL_ELICITATION_REQUIRED || !isRecord(data) || !Array.isArray(data.elicitations)) return [];
  return data.elicitations.flatMap((each: unknown) =>
    isRecord(each) && typeof each.elicitationId === "string" ? [each.elicitationId] : [],
  );
}
