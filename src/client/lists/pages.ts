import { InvalidResultError } from "../../protocol/errors.js";

/** More pages than any server has; past it the server is broken. */
const MOST_PAGES = 1_000;

interface Page {
  readonly nextCursor?: string | undefined;
}

/**
 * Walks every page of a list and joins them: what is an array in the first page gets the later ones' elements. With a
 * `cursor` only that page is asked for, and it keeps its `nextCursor`.
 *
 * Source: MCP specification, revision 2025-11-25, "Pagination".
 *
 * @throws {InvalidResultError} when a cursor comes twice, or there are more than 1,000 pages.
 */
export async function walkPages<P extends Page>(
  method: string,
  cursor: string | undefined,
  page: (cursor: string | undefined) => Promise<P>,
): Promise<P> {
  const first = await page(cursor);
  if (cursor !== undefined || first.nextCursor === undefined) return first;
  const { nextCursor, ...whole } = first;
  const seen = new Set<string>();
  let next: string | undefined = nextCursor;
  while (next !== undefined) {
    if (seen.has(next) || seen.size >= MOST_PAGES) throw endless(method, whole, seen.has(next));
    seen.add(next);
    const { nextCursor: after, ...more } = await page(next);
    append(whole, more);
    next = after;
  }
  return whole as P;
}

function append(whole: Record<string, unknown>, more: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(more)) {
    const before = whole[key];
    if (Array.isArray(before) && Array.isArray(value)) whole[key] = before.concat(value);
  }
}

function endless(method: string, result: unknown, isRepeated: boolean): InvalidResultError {
  const cause = new Error(
    isRepeated ? "The server gave the same cursor twice" : `The server has over ${MOST_PAGES} pages`,
  );
  return new InvalidResultError(method, result, { outcome: "completed", attempts: 1, cause });
}
