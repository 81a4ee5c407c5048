import { expect, test } from "vitest";
import { happenings, insertTable } from "../../scripts/compare-faults.mjs";
import { read } from "./pages.js";

const begin = "<!-- faults: begin (npm run compare:faults -- --write) -->\n";

test("README.md's table of faults has the rows that `npm run compare:faults` measures, in their order", () => {
  const page = read("README.md");
  const [, rest = ""] = page.split(begin);
  const [table = ""] = rest.split("<!-- faults: end -->");
  const [, , ...rows] = table.trimEnd().split("\n");

  expect(rows.map((row) => row.split(" | ")[0]?.slice(2))).toEqual(happenings);
  for (const row of rows) expect(row.split(" | ")).toHaveLength(3);
});

test("a page without the table's markers is refused", () => {
  expect(() => insertTable("# A page", "| a |")).toThrow("Expected the page to have the markers");
});
