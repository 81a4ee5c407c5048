import { readFileSync } from "node:fs";

export function medianOf(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Half of the way from the least to the greatest, as a share of the median. */
export function spreadOf(numbers) {
  return (Math.max(...numbers) - Math.min(...numbers)) / 2 / medianOf(numbers);
}

/** Three digits that count. */
export function rounded(number) {
  return Math.abs(number) >= 100 ? Math.round(number) : Number(number.toPrecision(3));
}

/** Rows of cells as lines of text; the first column is a name, the others are figures. */
export function linesOf(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]));
  return rows.map((row) => row.map(pad).join("  ").trimEnd());
}

/** Of an installed package, or of ours. */
export function versionOf(name) {
  const manifest = name === "caduceus" ? "../package.json" : `../node_modules/${name}/package.json`;
  return JSON.parse(readFileSync(new URL(manifest, import.meta.url), "utf8")).version;
}

export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
