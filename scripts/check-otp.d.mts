/** A row of the contract: `kind` is the first column's head, `index` the number of its line, from 0. */
export interface ContractRow {
  readonly kind: string;
  readonly name: string;
  readonly where: string;
  readonly index: number;
}

/** A test, by its file, as in `actors/links` for `test/actors/links.test.ts`, and its full title. */
export interface TestTitle {
  readonly file: string;
  readonly title: string;
}

/** The rows of a page's tables that have a column "where". */
export function rowsOf(page: string): ContractRow[];

/** What a title bears; `unknown` is what stands behind its `·` and is no name. Longer names come first. */
export function borneBy(
  title: string,
  caseNames: readonly string[],
): { readonly ids: string[]; readonly names: string[]; readonly unknown: string | undefined };

/** What is wrong, a line for each. */
export function gapsOf(page: string, guide: string, tests: readonly TestTitle[]): string[];

/** The page with its column "where" filled in. */
export function fillIn(page: string, tests: readonly TestTitle[]): string;
