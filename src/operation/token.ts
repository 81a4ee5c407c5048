import { nanoid } from "nanoid";

/**
 * A unique progress token, 21 characters of a secure random source. One token belongs to one operation.
 *
 * Source: MCP specification, revision 2025-11-25, "Progress": tokens are unique across all active requests.
 */
export function generateProgressToken(): string {
  return nanoid();
}
