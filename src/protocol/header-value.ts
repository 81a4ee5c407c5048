/** Visible ASCII, and blanks within: what an HTTP header carries as it is. */
const PLAIN = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;

/** What would be taken for an encoded value. */
const SENTINEL = /^=\?base64\?.*\?=$/;

/**
 * A value as an HTTP header carries it: as it is where that is safe, else its UTF-8 in Base64 between two markers.
 *
 * Source: MCP specification, revision 2026-07-28, "Streamable HTTP", Value Encoding.
 */
export function encodeHeaderValue(value: string): string {
  if (value === "" || (PLAIN.test(value) && !SENTINEL.test(value))) return value;
  return `=?base64?${Buffer.from(value, "utf8").toString("base64")}?=`;
}
