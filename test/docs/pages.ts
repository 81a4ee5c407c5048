import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every page that is written for people, as a path from the repository's root. */
export const pages: readonly string[] = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

export function absolute(path: string): string {
  return `${root}${path}`;
}

export function read(path: string): string {
  return readFileSync(absolute(path), "utf8");
}

/** A block of code in a page, and the example file named in the comment right above it, if one is. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  readonly example: string | undefined;
}

export function codeBlocks(page: string): CodeBlock[] {
  const blocks = read(page).matchAll(/(?:<!-- example: (\S+) -->\n)?^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].map(([, example, language = "", text = ""]) => ({ language, text, example }));
}

/** The rows of the table whose head is these columns, without the head; each a list of its cells. */
export function table(page: string, ...columns: readonly string[]): string[][] {
  const lines = read(page).split("\n");
  const head = lines.indexOf(`| ${columns.join(" | ")} |`);
  if (head === -1) throw new Error(`Expected ${page} to have a table with the columns ${columns.join(", ")}`);
  const rows: string[][] = [];
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(line.slice(2, -2).split(" | "));
  }
  return rows;
}

/** The names in backticks in the first cell of each row. */
export function names(rows: readonly (readonly string[])[]): string[] {
  return rows.flatMap(([cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}
