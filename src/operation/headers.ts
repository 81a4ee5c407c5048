import { InvalidRequestError } from "../protocol/errors.js";
import { isRecord } from "../protocol/message.js";

/** What the protocol, or HTTP itself, says in these headers is not for a caller to change. */
const RESERVED = /^(?:host|connection|accept|last-event-id|transfer-encoding|content-.*|mcp-.*)$/;

const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Checks the HTTP headers a caller gives to one request, and makes their names lower case.
 *
 * @throws {InvalidRequestError} that names the header and never shows its value.
 */
export function checkHeaders(
  headers: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (headers === undefined) return undefined;
  if (!isRecord(headers)) throw new InvalidRequestError("Expected `headers` to be an object of strings");
  const checked: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!NAME.test(name)) throw new InvalidRequestError("Expected the names of `headers` to be names of HTTP headers");
    if (RESERVED.test(name))
      throw new InvalidRequestError(`Expected \`headers\` not to set \`${name}\`, which is the protocol's`);
    if (typeof value !== "string" || !VALUE.test(value)) {
      throw new InvalidRequestError(`Expected the header \`${name}\` to be a string without line breaks`);
    }
    checked[name] = value;
  }
  return checked;
}
