import { customRandom, nanoid, urlAlphabet } from "nanoid";

/**
 * A unique progress token, 21 characters of a secure random source. One token belongs to one operation.
 *
 * Source: MCP specification, revision 2025-11-25, "Progress": tokens are unique across all active requests.
 */
export function generateProgressToken(): string {
  return nanoid();
}

/** Makes tokens of the same form, drawn from a source of numbers in [0, 1): for what shall be the same again. */
export function tokensFrom(random: () => number): () => string {
  return customRandom(urlAlphabet, 21, (count) => Uint8Array.from({ length: count }, () => random() * 256));
}
